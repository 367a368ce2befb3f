"""Brings a backup back into a fresh folder: everything is checked first, and nothing half done is left."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from lianjing.kernel.refusal import BadInput
from lianjing.kernel.trail.checkpoint import Checkpoint, parse_checkpoint
from lianjing.kernel.trail.malformed import Malformed
from lianjing.runtime.backup import database, sealed_keys
from lianjing.runtime.backup.folder import Turn, is_safe, turn_of
from lianjing.runtime.backup.manifest import LIMIT, NAME, SEALED, Foreign, Manifest, Member, parse
from lianjing.runtime.backup.take import CHUNK

NOTE = "restored.json"  # in the data folder: which archive this installation came from
SPARE = 64 * 1024 * 1024


@dataclass
class Brought:
    """What was brought back, and the tree of the replaced installation where that had signed a larger one."""

    manifest: Manifest
    sha256: str
    newer_signed: Checkpoint | None = None


def restore(
    file: Path,
    target: Path,
    *,
    now: datetime,
    sha256: str = "",
    passphrase: str = "",
    replaced: Path | None = None,
) -> Brought:
    """Lay the installation of an archive into `target`, which is empty or absent; whole or not at all.

    `sha256` is the digest that was noted when the backup was taken. `replaced` is the data folder that the new one
    takes the place of: what its signer remembers is kept where it is more. BadInput says what is wrong with the
    archive, the place or the passphrase; then nothing is changed.
    """
    _check_target(target)
    found = _check_file(file, sha256)
    with _opened(file) as archive:
        manifest = read_manifest(archive)
        _check_versions(manifest)
        _check_room(manifest, target)
        with _beside(target) as folder:
            _unpack(archive, manifest, folder)
            _unseal(manifest, folder, passphrase)
            newer = _keep_signed(folder, replaced)
            note = {"from": file.name, "sha256": found, "restored_at": now.isoformat(), "recorded": False}
            note |= {
                "made_at": manifest.made_at,
                "log_size": manifest.log_size,
                "log_root": manifest.log_root,
            }
            (folder / NOTE).write_text(json.dumps(note, ensure_ascii=False, indent=1))
            _lay_database(manifest, folder)
            _put(folder, target)
    return Brought(manifest, found, newer)


def _check_target(target: Path) -> None:
    if target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        raise BadInput(f"{target} 不是空目录；备份只恢复到空目录，请用 --data 另指")
    if connection.vendor == "postgresql":
        database.check_empty()


def _check_file(file: Path, sha256: str) -> str:
    if not file.is_file():
        raise BadInput(f"没有这个文件：{file}")
    with file.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if sha256 and found != sha256.lower():
        raise Foreign(f"文件摘要为 {found}，与所给的不同；这不是那一份备份，或已被改动")
    return found


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise Foreign("不是廉镜的备份文件，或文件已损坏（不完整）") from error
    with archive:
        yield archive


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """Return the list of an archive; Foreign where list and content are not the same set of files."""
    names = [info.filename for info in archive.infolist()]
    if NAME not in names or archive.getinfo(NAME).file_size > LIMIT:
        raise Foreign("不是廉镜的备份文件")
    try:
        manifest = parse(archive.read(NAME))
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError) as error:
        raise Foreign("备份文件的清单已损坏") from error
    if len(set(names)) != len(names) or set(names) != {NAME, *manifest.members}:
        raise Foreign("备份文件的内容与其清单不一致")
    if database.member_of(manifest.vendor) not in manifest.members:
        raise Foreign("备份文件中没有数据库")
    return manifest


def _check_versions(manifest: Manifest) -> None:
    """A newer program's tables cannot be read by this one; another kind of database not either."""
    known = set(MigrationLoader(None).disk_migrations)
    unknown = [
        f"{app}.{name}"
        for app, names in manifest.migrations.items()
        for name in names
        if (app, name) not in known
    ]
    if unknown:
        raise BadInput(
            f"备份由较新的程序（{manifest.program}）所做，本程序不认识其数据表变更 {unknown[0]} 等 {len(unknown)} 项；"
            "请先安装该版本再恢复"
        )
    if manifest.vendor != connection.vendor:
        wanted = {
            "sqlite": "SQLite（不设 LIANJING_DATABASE_URL）",
            "postgresql": "PostgreSQL（设 LIANJING_DATABASE_URL）",
        }
        raise BadInput(f"备份中的数据库是 {wanted[manifest.vendor]}，当前设置不同")


def _check_room(manifest: Manifest, target: Path) -> None:
    parent = _parent(target)
    needed = sum(member.size for member in manifest.members.values()) + SPARE
    free = shutil.disk_usage(parent).free
    if free < needed:
        raise BadInput(f"磁盘剩余 {free // 2**20} MB，恢复需要 {needed // 2**20} MB；请先腾出空间")


def _parent(target: Path) -> Path:
    parent = target.absolute().parent
    if not parent.is_dir():
        raise BadInput(f"没有这个目录：{parent}")
    return parent


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A folder beside the target, for its owner only, gone unless it became the target."""
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.restoring-", dir=_parent(target)))
    try:
        yield folder
    finally:
        if folder.exists():
            shutil.rmtree(folder)


def _unpack(archive: zipfile.ZipFile, manifest: Manifest, folder: Path) -> None:
    for name, member in manifest.members.items():
        place = folder / name
        if not place.resolve().is_relative_to(folder.resolve()):
            raise Foreign(f"备份清单中的文件名不可接受：{name!r}")
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            _copy(archive, name, member, place)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
            raise Foreign(f"备份文件已损坏：{name}") from error


def _copy(archive: zipfile.ZipFile, name: str, member: Member, place: Path) -> None:
    """Copy one file; Foreign as soon as it is longer than its line says, or its digest another."""
    digest, size = hashlib.sha256(), 0
    mode = 0o600 if turn_of(name) is not Turn.DOCUMENT else 0o440
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with archive.open(name) as source, os.fdopen(handle, "wb") as target:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > member.size:
                break
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    if size != member.size or digest.hexdigest() != member.sha256:
        raise Foreign(f"备份文件已损坏：{name} 的内容与摘要不符")


def _unseal(manifest: Manifest, folder: Path, passphrase: str) -> None:
    if manifest.keys != "sealed":
        return
    if not passphrase:
        raise BadInput("备份中的密钥有口令保护；请用 --passphrase-file 给出")
    sealed = folder / SEALED
    for name, key in sealed_keys.unseal(sealed.read_bytes(), passphrase).items():
        if not is_safe(name) or turn_of(name) is not Turn.KEY:
            raise Foreign(f"备份清单中的文件名不可接受：{name!r}")
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch(mode=0o600)
        (folder / name).write_bytes(key)
    sealed.unlink()


def _keep_signed(folder: Path, replaced: Path | None) -> Checkpoint | None:
    """Let what was signed since the backup be remembered: a log that forgot it would sign another tree of that size."""
    if replaced is None or not (replaced / "signed").exists():
        return None
    try:
        newer = parse_checkpoint((replaced / "signed").read_text())
    except (Malformed, UnicodeDecodeError) as error:
        raise BadInput(f"{replaced / 'signed'} 无法读取；请保留该目录并联系监督组") from error
    own = folder / "signed"
    if own.exists() and parse_checkpoint(own.read_text()).size >= newer.size:
        return None
    shutil.copyfile(replaced / "signed", own)
    return newer


def _lay_database(manifest: Manifest, folder: Path) -> None:
    place = folder / database.member_of(manifest.vendor)
    if manifest.vendor == "postgresql":
        database.load_dump(place)
        database.end_sessions(None)
        place.unlink()
    else:
        database.check_file(place)
        database.end_sessions(place)


def _put(folder: Path, target: Path) -> None:
    """Give the finished folder its name, in one step."""
    if target.exists():
        target.rmdir()
    os.chmod(folder, 0o700)
    os.replace(folder, target)
