"""The schema of OCDS 1.1.5 for an oracle without network: out of the source package of ocdsextensionregistry.

libcoveocds ships no schema and would fetch it. The schema of releases stands in the source distribution on PyPI; it
is downloaded once by pip into the user's cache. Where neither is at hand the tests that need it are skipped, loudly.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any

NAME, VERSION = "ocdsextensionregistry", "0.7.0"
CACHE = Path.home() / ".cache" / "lianjing-tests"
BASE = "https://standard.open-contracting.org/schema/1__1__5"


def standard_zip() -> bytes | None:
    """Return a ZIP as the standard's repository gives it, None where the source package cannot be had."""
    archive = _archive()
    if archive is None:
        return None
    with tarfile.open(archive) as source:
        inner = f"{NAME}-{VERSION}/tests/fixtures"
        release = _member(source, f"{inner}/release-schema.json")
        versioned = _member(source, f"{inner}/versioned-release-validation-schema.json")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.writestr("standard-1__1__5/", "")
        for name, text in (
            ("release-schema.json", release),
            ("versioned-release-validation-schema.json", versioned),
            ("release-package-schema.json", json.dumps(_package("releases"))),
            ("record-package-schema.json", json.dumps(_package("records"))),
            *((f"codelists/{name}", text) for name, text in _closed_codelists(json.loads(release)).items()),
        ):
            target.writestr(f"standard-1__1__5/schema/{name}", text)
    return buffer.getvalue()


def _archive() -> Path | None:
    place = CACHE / f"{NAME}-{VERSION}.tar.gz"
    if place.is_file():
        return place
    pip = shutil.which("pip") or shutil.which("pip3")
    uvx = shutil.which("uvx")
    command = [pip] if pip else [uvx, "pip"] if uvx else []
    if not command:
        return None
    CACHE.mkdir(parents=True, exist_ok=True)
    wanted = ["download", "--quiet", "--no-deps", "--no-binary", NAME, "-d", str(CACHE), f"{NAME}=={VERSION}"]
    subprocess.run([*map(str, command), *wanted], check=False, capture_output=True, timeout=180)
    return place if place.is_file() else None


def _member(source: tarfile.TarFile, name: str) -> str:
    found = source.extractfile(name)
    assert found is not None
    return found.read().decode("utf-8")


def _closed_codelists(schema: Any) -> dict[str, str]:
    """The closed code lists, as the schema itself enumerates them."""
    found: dict[str, str] = {}
    if isinstance(schema, dict):
        codes = schema.get("enum") or (schema.get("items") or {}).get("enum")
        if isinstance(schema.get("codelist"), str) and isinstance(codes, list):
            found[schema["codelist"]] = "Code,Title\n" + "".join(f"{code},{code}\n" for code in codes if code)
        for part in schema.values():
            found |= _closed_codelists(part)
    return found


def _package(name: str) -> dict[str, Any]:
    """What the standard says of a package: its required fields, and that its parts are releases or records."""
    release = {"$ref": f"{BASE}/release-schema.json"}
    record = {
        "type": "object",
        "required": ["ocid", "releases"],
        "properties": {
            "ocid": {"type": "string"},
            "releases": {
                "oneOf": [
                    {"type": "array", "items": {"type": "object", "required": ["url"]}, "minItems": 1},
                    {"type": "array", "items": release, "minItems": 1},
                ]
            },
            "compiledRelease": release,
        },
    }
    return {
        "id": f"{BASE}/{name[:-1]}-package-schema.json",
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "required": ["uri", "publisher", "publishedDate", name, "version"],
        "definitions": {"record": record},
        "properties": {
            "uri": {"type": "string", "format": "uri"},
            "version": {"type": "string", "pattern": r"^(\d+\.)(\d+)$"},
            "extensions": {"type": "array", "items": {"type": "string", "format": "uri"}},
            "publishedDate": {"type": "string", "format": "date-time"},
            "publisher": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            name: {
                "type": "array",
                "minItems": 1,
                "uniqueItems": True,
                "items": {"$ref": "#/definitions/record"} if name == "records" else release,
            },
        },
    }
