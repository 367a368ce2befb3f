"""What we export, read by the validators of the Open Contracting Partnership: not one error."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from libcoveoc4ids.api import oc4ids_json_output
from libcoveoc4ids.config import LibCoveOC4IDSConfig
from libcoveocds.api import ocds_json_output
from libcoveocds.config import LibCoveOCDSConfig

from lianjing.kernel.json_text import written
from tests.domains.works.exchange.conftest import exported, paid
from tests.domains.works.playing import Play
from tests.oracle.standard import standard_zip

Check = Callable[[dict[str, Any]], dict[str, Any]]
pytestmark = pytest.mark.filterwarnings("ignore")  # the validators' own


@pytest.fixture
def play(zone: Any) -> Play:
    """The cast in a founded zone."""
    return Play(zone)


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The validators would fetch schemas, code lists and extensions: of all that they get only files on this disk."""

    def read(address: str, *_arguments: object, **_options: object) -> SimpleNamespace:
        if not Path(address).is_file():
            raise requests.ConnectionError(f"no network in tests: {address}")
        return SimpleNamespace(text=Path(address).read_text(encoding="utf-8"))

    def refuse(*_arguments: object, **_options: object) -> None:
        raise requests.ConnectionError("no network in tests")

    monkeypatch.setattr(requests, "get", read)
    monkeypatch.setattr(requests.Session, "request", refuse)


@pytest.fixture
def check_ocds(tmp_path: Path) -> Check:
    """Return the verdict of libcoveocds on a package, the extensions' own fields aside."""
    standard = standard_zip()
    if standard is None:
        pytest.skip("the schema of OCDS is not at hand: PyPI cannot be reached")

    def check(package: dict[str, Any]) -> dict[str, Any]:
        config = LibCoveOCDSConfig()
        config.config["standard_zip"] = standard
        config.config["context"] = "api"
        core = {key: value for key, value in package.items() if key != "extensions"}
        return ocds_json_output(str(tmp_path), json_data=as_read(core), lib_cove_ocds_config=config)

    return check


@pytest.fixture
def check_oc4ids(tmp_path: Path, shared: Path) -> Check:
    """Return the verdict of libcoveoc4ids on a package."""
    text = (shared / "data" / "oc4ids" / "project-schema.json").read_text(encoding="utf-8")
    (tmp_path / "project-schema.json").write_text(text, encoding="utf-8")
    project = json.loads(text)
    schema = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "required": ["uri", "publishedDate", "publisher", "version", "projects"],
        "definitions": {**project.pop("definitions"), "Project": project},
        "properties": {
            "uri": {"type": "string"},
            "version": {"type": "string"},
            "publishedDate": {"type": "string", "format": "date-time"},
            "publisher": {"type": "object", "properties": {"name": {"type": "string"}}},
            "projects": {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/Project"}},
        },
    }
    project.pop("id", None)
    place = tmp_path / "project-package-schema.json"
    place.write_text(json.dumps(schema), encoding="utf-8")

    def check(package: dict[str, Any]) -> dict[str, Any]:
        config = LibCoveOC4IDSConfig()
        config.config["schema_host"] = f"{tmp_path}/"
        return oc4ids_json_output(str(tmp_path), json_data=as_read(package), lib_cove_oc4ids_config=config)

    return check


def as_read(package: dict[str, Any]) -> Any:
    return json.loads(written(package))


def test_releases_and_records_have_no_error_and_a_wrong_one_has(play: Play, check_ocds: Check) -> None:
    paid(play)
    packages = exported(play)
    for name in ("releases-0001.json", "records-0001.json"):
        verdict = check_ocds(packages[name])
        assert verdict["validation_errors"] == [], name
        assert not verdict.get("conformance_errors"), verdict["conformance_errors"]
        assert not verdict.get("additional_closed_codelist_values")
    package = packages["releases-0001.json"]
    package["releases"][0]["tender"]["status"] = "进行中"
    package["releases"][0]["tender"]["value"]["amount"] = "五千万"
    verdict = check_ocds(package)
    assert verdict["validation_errors"] and verdict["additional_closed_codelist_values"]


def test_projects_have_no_error_and_a_wrong_one_has(play: Play, check_oc4ids: Check) -> None:
    paid(play)
    package = exported(play, "oc4ids")["projects.json"]
    verdict = check_oc4ids(package)
    assert verdict["validation_errors"] == []
    assert not verdict.get("additional_closed_codelist_values")
    package["projects"][0]["status"] = "在建"
    assert check_oc4ids(package)["validation_errors"]
