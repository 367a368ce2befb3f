"""`lianjing package offline`: everything a machine without network needs, with checksums signed by a release key."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lianjing.kernel.refusal import BadInput

SUMS, SIGNATURE, PUBLIC, TOLD = "SHA256SUMS", "SHA256SUMS.sig", "release.pub", "package.json"
SCRIPTS = ("install.sh", "verify.py", "README.txt")


def add_command(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add `package offline`."""
    group = commands.add_parser("package", help="packages to carry away").add_subparsers(
        dest="package", required=True
    )
    command = group.add_parser(
        "offline", parents=[common], help="wheels, checksums, signature, install script"
    )
    command.add_argument("folder", metavar="DIR", type=Path, help="a new folder")
    command.add_argument(
        "--wheel", type=Path, metavar="FILE", help="our own wheel (else it is built from here)"
    )
    command.add_argument("--requirements", type=Path, metavar="FILE", help="locked dependencies with hashes")
    command.add_argument(
        "--wheelhouse", type=Path, metavar="DIR", help="take the dependencies from this folder, ask nobody"
    )
    command.add_argument(
        "--release-key", type=Path, metavar="FILE", help="Ed25519 key (PEM); made where absent"
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Fill the folder, sign its checksums, print the key to publish elsewhere."""
    folder: Path = options.folder
    if folder.exists() and any(folder.iterdir()):
        raise BadInput(f"{folder} 不是空目录")
    if options.release_key is None:
        raise BadInput("请用 --release-key 指明发布密钥（不存在则生成；放在安装介质之外）")
    wheels = folder / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    own = _own_wheel(options, wheels)
    _dependencies(options, wheels, own)
    for name in SCRIPTS:
        (folder / name).write_text(
            (files("lianjing.cli") / "offline_files" / name).read_text("utf-8"), "utf-8"
        )
    pure = (files("lianjing.kernel.trail") / "ed25519.py").read_text("utf-8")
    (folder / "ed25519.py").write_text(pure, "utf-8")
    (folder / "install.sh").chmod(0o755)
    told: dict[str, Any] = {
        "program": version("lianjing"),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
    }
    told |= {"platform": sys.platform, "wheels": len(list(wheels.iterdir()))}
    (folder / TOLD).write_text(json.dumps(told, indent=1))
    public = sign(folder, release_key(options.release_key))
    found = {**told, "folder": str(folder), "release_key": public}
    print(json.dumps(found) if options.json else _words(found))
    return 0


def _words(found: dict[str, Any]) -> str:
    return (
        f"离线安装包 {found['folder']}：{found['wheels']} 个 wheel（Python {found['python']}，{found['platform']}）\n"
        f"发布公钥 {found['release_key']}\n请经另一渠道公布此公钥；安装前：python3 verify.py 公钥"
    )


def _own_wheel(options: argparse.Namespace, wheels: Path) -> Path:
    if options.wheel is not None:
        if not options.wheel.is_file() or not options.wheel.name.startswith("lianjing-"):
            raise BadInput(f"不是本程序的 wheel：{options.wheel}")
        return Path(shutil.copy2(options.wheel, wheels))
    checkout = Path(__file__).parents[3]
    if not (checkout / "pyproject.toml").is_file():
        raise BadInput("这里不是源码目录；请用 --wheel 给出本程序的 wheel")
    _uv("build", "--wheel", "--out-dir", str(wheels), str(checkout))
    (wheels / ".gitignore").unlink(missing_ok=True)
    return next(wheels.glob("lianjing-*.whl"))


def _dependencies(options: argparse.Namespace, wheels: Path, own: Path) -> None:
    """Bring every locked dependency as a wheel; nothing is ever built on the machine without network."""
    if options.wheelhouse is not None:
        for wheel in sorted(options.wheelhouse.glob("*.whl")):
            shutil.copy2(wheel, wheels)
        return
    listed = options.requirements
    if listed is None:
        listed = wheels.parent / "requirements.txt"
        checkout = str(Path(__file__).parents[3])
        _uv(
            "export", "--frozen", "--no-dev", "--no-emit-project", "--directory", checkout,
            "--output-file", str(listed.absolute()), "--quiet",
        )  # fmt: skip
    elif not listed.is_file():
        raise BadInput(f"没有这个文件：{listed}")
    _uv(
        "tool", "run", "pip", "download", "--only-binary", ":all:", "--require-hashes", "--no-deps",
        "--quiet", "--dest", str(wheels), "--requirement", str(listed),
    )  # fmt: skip
    assert own.exists()


def _uv(*arguments: str) -> None:
    program = shutil.which("uv")
    if program is None:
        raise BadInput("找不到 uv；请先安装，或用 --wheel 与 --wheelhouse 给出文件")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise BadInput(f"uv {arguments[0]} 没有完成：{(done.stderr.strip().splitlines() or ['?'])[-1]}")


def release_key(place: Path) -> Ed25519PrivateKey:
    """Return the key that signs releases; made, for its owner only, where there is none. BadInput for another kind."""
    if not place.exists():
        key = Ed25519PrivateKey.generate()
        content = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        return key
    try:
        found = serialization.load_pem_private_key(place.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise BadInput(f"{place} 不是可用的私钥") from error
    if not isinstance(found, Ed25519PrivateKey):
        raise BadInput(f"{place} 不是 Ed25519 私钥")
    return found


def sign(folder: Path, key: Ed25519PrivateKey) -> str:
    """Write the checksums of all files of a package and their signature; return the public key in hex."""
    public = key.public_key().public_bytes_raw().hex()
    (folder / PUBLIC).write_text(public + "\n")
    lines = [
        f"{hashlib.sha256(place.read_bytes()).hexdigest()}  {place.relative_to(folder).as_posix()}\n"
        for place in sorted(folder.rglob("*"))
        if place.is_file() and place.name not in (SUMS, SIGNATURE)
    ]
    text = "".join(lines).encode()
    (folder / SUMS).write_bytes(text)
    (folder / SIGNATURE).write_text(key.sign(text).hex() + "\n")
    return public
