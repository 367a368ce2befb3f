"""The build hook: what it copies, what it refuses, and what it says when it cannot."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from lianjing.web.assets import assets_fault

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A tree that holds what the stamp is made of and nothing else."""
    (tmp_path / "frontend").mkdir()
    for name in (
        "hatch_build.py",
        "frontend/assets.toml",
        "frontend/package.json",
        "frontend/package-lock.json",
    ):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return tmp_path


def saved_folder(place: Path, stamp: str) -> Path:
    place.mkdir()
    (place / "icons.svg").write_text("<svg/>")
    (place / "stamp.txt").write_text(stamp)
    return place


def test_a_saved_vendor_folder_of_the_same_lock_is_taken(
    hook: ModuleType, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = saved_folder(tmp_path / "saved", hook.wanted_stamp(checkout))
    monkeypatch.setenv("LIANJING_ASSETS", str(saved))
    hook.bring_assets(checkout)
    assert (checkout / hook.VENDOR / "icons.svg").is_file()
    assert hook.is_current(checkout)


def test_a_saved_vendor_folder_of_another_lock_is_refused_with_its_remedy(
    hook: ModuleType, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANJING_ASSETS", str(saved_folder(tmp_path / "saved", "0" * 64)))
    with pytest.raises(hook.AssetError, match="Remedy"):
        hook.bring_assets(checkout)
    assert not (checkout / hook.VENDOR).exists()


def test_a_changed_lock_makes_the_vendor_folder_stale(hook: ModuleType, checkout: Path) -> None:
    before = hook.wanted_stamp(checkout)
    lock = checkout / "frontend/package-lock.json"
    lock.write_text(lock.read_text() + " ")
    assert hook.wanted_stamp(checkout) != before


def test_an_unreachable_registry_and_a_tampered_lock_are_told_apart(hook: ModuleType) -> None:
    assert "LIANJING_ASSETS" in hook.npm_failure("npm error code ECONNREFUSED")
    tampered = hook.npm_failure("npm error code EINTEGRITY\nnpm error sha512-x")
    assert "EINTEGRITY" in tampered and "Nothing was installed" in tampered
    assert hook.framed(tampered).count("+--") == 2


def test_style_sheets_lose_their_data_addresses(hook: ModuleType, tmp_path: Path) -> None:
    css = "a{background:url(\"data:image/svg+xml,%3csvg xmlns='x' viewBox='0 0 1 1'/%3e\")}"
    done = hook.images_to_files(css, tmp_path)
    assert "data:" not in done
    name = re.search(r'url\("(svg/[0-9a-f]{12}\.svg)"\)', done)
    assert name and (tmp_path / name[1]).read_text() == "<svg xmlns='x' viewBox='0 0 1 1'/>"


def test_a_data_address_in_single_quotes_is_taken_out_too(hook: ModuleType, tmp_path: Path) -> None:
    css = """a{background:url('data:image/svg+xml;utf8,<svg xmlns="x" fill="%23eee"><g/></svg>') center}"""
    done = hook.images_to_files(css, tmp_path)
    assert "data:" not in done
    assert done.endswith(") center}")
    (svg,) = (tmp_path / "svg").iterdir()
    assert svg.read_text() == '<svg xmlns="x" fill="#eee"><g/></svg>'


def test_a_font_is_copied_byte_by_byte(hook: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "a.woff2").write_bytes(b"wOF2\xff\x00")
    hook.copy_dist_file(tmp_path / "a.woff2", tmp_path / "new" / "b.woff2")
    assert (tmp_path / "new" / "b.woff2").read_bytes() == b"wOF2\xff\x00"


def test_a_style_sheet_that_imports_stops_the_build(hook: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(hook.AssetError):
        hook.images_to_files('@import url("https://example.test/x.css");', tmp_path)


def test_a_package_without_a_licence_text_stops_the_build(hook: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "package.json").write_text("{}")
    with pytest.raises(hook.AssetError, match="bare ships no licence"):
        hook.write_licences(tmp_path, [], tmp_path / "out.txt")


def test_the_lock_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "frontend/package-lock.json").read_text()


def test_missing_and_stale_front_end_files_are_named_with_the_remedy(
    hook: ModuleType, checkout: Path
) -> None:
    vendor = checkout / "vendor"
    assert "missing" in assets_fault(vendor=vendor, checkout=checkout)
    saved_folder(vendor, "0" * 64)
    assert "another version" in assets_fault(vendor=vendor, checkout=checkout)
    (vendor / "stamp.txt").write_text(hook.wanted_stamp(checkout))
    assert assets_fault(vendor=vendor, checkout=checkout) == ""


def test_this_checkouts_front_end_files_are_current() -> None:
    assert assets_fault() == ""
    vendor = ROOT / "src/lianjing/web/static/vendor"
    licences = (vendor / "THIRD-PARTY-LICENCES.txt").read_text("utf-8")
    assert all(
        name in licences for name in ("@tabler/core", "bootstrap", "echarts", "zrender", "@popperjs/core")
    )
    assert "data:image" not in (vendor / "tabler/tabler.min.css").read_text("utf-8")
