"""The offline package: what was changed is found before anything runs, and it installs with no index at hand."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from argparse import Namespace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lianjing.cli import offline
from lianjing.kernel.refusal import BadInput

VERSION = "0.1.0"


def wheel(folder: Path, name: str) -> Path:
    """Write the smallest wheel that pip installs, with a command `lianjing`."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{name}-{VERSION}-py3-none-any.whl"
    info = f"{name}-{VERSION}.dist-info"
    entry = f"[console_scripts]\n{name} = {name}:main\n"
    with zipfile.ZipFile(place, "w") as made:
        made.writestr(f"{name}.py", f"def main():\n    print('{name} works')\n")
        made.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {VERSION}\n")
        made.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        made.writestr(f"{info}/entry_points.txt", entry)
        made.writestr(f"{info}/RECORD", "")
    return place


@pytest.fixture
def package(tmp_path: Path) -> tuple[Path, str]:
    """A package with two small wheels, and its key."""
    own = wheel(tmp_path / "own", "lianjing")
    wheel(tmp_path / "house", "somelib")
    options = Namespace(
        folder=tmp_path / "package", wheel=own, requirements=None, wheelhouse=tmp_path / "house",
        release_key=tmp_path / "release.pem", json=False,
    )  # fmt: skip
    assert offline.run(options) == 0
    return options.folder, (options.folder / "release.pub").read_text().strip()


def verify(folder: Path, key: str) -> tuple[int, str]:
    command = [sys.executable, "-B", str(folder / "verify.py"), key]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    return done.returncode, done.stdout


def test_a_package_that_was_not_touched_verifies_with_its_key_only(package: tuple[Path, str]) -> None:
    folder, key = package
    assert verify(folder, key) == (0, "good 核对无误\n")
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    assert verify(folder, other)[0] == 1
    assert verify(folder, "not hex")[0] == 3


def test_whatever_is_changed_added_or_taken_away_is_named(package: tuple[Path, str]) -> None:
    folder, key = package
    own = next(folder.glob("wheels/lianjing-*.whl"))
    sound = own.read_bytes()
    own.write_bytes(sound[:-1] + b"x")
    assert "changed 被改动 wheels/lianjing" in verify(folder, key)[1]
    own.unlink()
    assert "missing 缺少 wheels/lianjing" in verify(folder, key)[1]
    own.write_bytes(sound)
    (folder / "wheels" / "evil-1.0-py3-none-any.whl").write_bytes(b"x")
    code, told = verify(folder, key)
    assert code == 1 and "not listed 多出 wheels/evil" in told
    sums = folder / "SHA256SUMS"
    line = hashlib.sha256(b"x").hexdigest() + "  wheels/evil-1.0-py3-none-any.whl\n"
    sums.write_text(sums.read_text() + line)
    assert "signature" in verify(folder, key)[1]


def install(folder: Path, key: str, target: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "PYTHON": sys.executable, "PIP_INDEX_URL": "http://127.0.0.1:9/"}
    command = [str(folder / "install.sh"), key, str(target)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_it_installs_without_any_index_and_keeps_what_was_there(
    package: tuple[Path, str], tmp_path: Path
) -> None:
    folder, key = package
    target = tmp_path / "opt"
    target.mkdir()
    (target / "former").touch()
    done = install(folder, key, target)
    assert done.returncode == 0, done.stderr + done.stdout
    ran = subprocess.run([str(target / "bin" / "lianjing")], capture_output=True, text=True, check=True)
    assert ran.stdout == "lianjing works\n"
    [kept] = tmp_path.glob("opt.before-*")
    assert (kept / "former").exists()


@pytest.mark.parametrize("there", [True, False], ids=["something was there", "nothing was there"])
def test_an_installation_that_fails_half_way_leaves_what_was_there(
    there: bool, package: tuple[Path, str], tmp_path: Path
) -> None:
    folder, _key = package
    (folder / "wheels" / f"somelib-{VERSION}-py3-none-any.whl").write_bytes(b"no wheel")
    key = offline.sign(folder, offline.release_key(tmp_path / "release.pem"))
    target = tmp_path / "opt"
    if there:
        target.mkdir()
        (target / "former").touch()
    assert install(folder, key, target).returncode != 0
    assert (target / "former").exists() == there == target.exists()
    assert list(tmp_path.glob("opt.*")) == []


def test_a_package_that_fails_its_check_installs_nothing(package: tuple[Path, str], tmp_path: Path) -> None:
    folder, key = package
    (folder / "wheels" / "evil-1.0-py3-none-any.whl").write_bytes(b"x")
    done = install(folder, key, tmp_path / "opt")
    assert done.returncode == 1 and not (tmp_path / "opt").exists()


def test_the_release_key_is_its_owners_alone_and_of_the_right_kind(tmp_path: Path) -> None:
    made = offline.release_key(tmp_path / "a.pem")
    assert (tmp_path / "a.pem").stat().st_mode & 0o777 == 0o600
    again = offline.release_key(tmp_path / "a.pem")
    assert made.private_bytes_raw() == again.private_bytes_raw()
    (tmp_path / "b.pem").write_text("nothing")
    with pytest.raises(BadInput, match="私钥"):
        offline.release_key(tmp_path / "b.pem")


def test_a_folder_in_use_and_a_foreign_wheel_are_refused(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    plain = {"requirements": None, "wheelhouse": None, "release_key": tmp_path / "k", "json": False}
    with pytest.raises(BadInput, match="空目录"):
        offline.run(Namespace(folder=tmp_path / "full", wheel=None, **plain))
    with pytest.raises(BadInput, match="wheel"):
        offline.run(Namespace(folder=tmp_path / "new", wheel=tmp_path / "full" / "x", **plain))
