"""Takes a backup: what the signer remembers, the database of one moment, documents, log, keys; then its list."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.db import connection

from lianjing.kernel.refusal import BadInput
from lianjing.kernel.trail.merkle import root_of
from lianjing.runtime.backup import database, sealed_keys
from lianjing.runtime.backup.folder import Turn, files
from lianjing.runtime.backup.manifest import NAME, SEALED, Manifest, Member
from lianjing.runtime.trail.signed import largest

CHUNK = 1024 * 1024
MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"
LEAVES = "SELECT leaf_hash FROM trail_leaf ORDER BY idx"
EVENTS = "SELECT COUNT(*) FROM trail_event"
PAPERS = "SELECT DISTINCT sha256 FROM document"
DISPOSED = " WHERE id NOT IN (SELECT document_id FROM disposal WHERE status = 'granted')"


@dataclass
class Taken:
    """What was taken, and what was wrong with the installation already: documents missing or damaged."""

    place: Path
    manifest: Manifest
    sha256: str = ""
    faults: list[str] = field(default_factory=list)


def take(place: Path, *, now: datetime, keys: str = "plain", passphrase: str = "") -> Taken:
    """Write a backup to `place`, which must not exist; whole or not at all.

    `keys` is plain, sealed (under `passphrase`) or none. BadInput where there is no room; OSError where the disk
    fails: then nothing is left behind. Who works meanwhile is not held up.
    """
    data = Path(settings.DATA_DIR)
    if place.exists():
        raise BadInput(f"{place} 已存在")
    if place.parent.resolve().is_relative_to(data.resolve()):
        raise BadInput("备份不得放在数据目录之内")
    _check_room(data, place.parent)
    with _part_of(place) as part:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            taken = _fill(archive, data, place, now, keys, passphrase)
        taken.sha256 = _digest(part)
    (place.with_name(place.name + ".sha256")).write_text(f"{taken.sha256}  {place.name}\n")
    return taken


def _fill(
    archive: zipfile.ZipFile, data: Path, place: Path, now: datetime, keys: str, passphrase: str
) -> Taken:
    known = largest()
    writer = Writer(archive, data)
    writer.take_files(Turn.SIGNED)
    with tempfile.TemporaryDirectory(prefix=".lianjing-", dir=place.parent) as folder:
        dump = Path(folder) / "database"
        with database.snapshot(dump) as query:
            hashes = [bytes.fromhex(row[0]) for row in query(LEAVES)]
            manifest = Manifest(
                made_at=now.isoformat(),
                program=version("lianjing"),
                vendor=connection.vendor,
                migrations={},
                log_size=len(hashes),
                log_root=root_of(hashes).hex(),
                events=query(EVENTS)[0][0],
                signed_size=known.size if known else 0,
                keys=keys,
                is_demonstration=(data / "demonstration").exists(),
            )
            for app, name in query(MIGRATIONS):
                manifest.migrations.setdefault(app, []).append(name)
            kept = PAPERS + (DISPOSED if "retention" in manifest.migrations else "")
            papers = {row[0] for row in query(kept)}
        writer.add(database.member_of(connection.vendor), dump, compress=True)
    for turn in (Turn.DOCUMENT, Turn.TILE, Turn.OTHER):
        writer.take_files(turn)
    writer.take_keys(keys, passphrase)
    manifest.members = writer.members
    archive.writestr(NAME, manifest.to_bytes(), zipfile.ZIP_DEFLATED)
    return Taken(place, manifest, faults=list(_faults(papers, writer.members)))


class Writer:
    """Adds files to an archive and remembers their digests."""

    def __init__(self, archive: zipfile.ZipFile, data: Path) -> None:
        self.archive, self.data = archive, data
        self.members: dict[str, Member] = {}

    def take_files(self, turn: Turn) -> None:
        """Add all files of a turn; one that went away meanwhile was temporary."""
        for name in files(self.data, turn):
            try:
                self.add(name, self.data / name)
            except FileNotFoundError:
                continue

    def add(self, name: str, place: Path, *, compress: bool = False) -> None:
        """Add a file; its digest is that of the bytes that went in."""
        digest, size = hashlib.sha256(), 0
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        info.external_attr = 0o100600 << 16
        with place.open("rb") as source, self.archive.open(info, "w", force_zip64=True) as target:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
        self.members[name] = Member(size, digest.hexdigest())

    def take_keys(self, how: str, passphrase: str) -> None:
        """Add the keys as they are, under a passphrase, or not at all."""
        if how == "plain":
            self.take_files(Turn.KEY)
        if how == "sealed":
            keys = {name: (self.data / name).read_bytes() for name in files(self.data, Turn.KEY)}
            content = sealed_keys.seal(keys, passphrase)
            self.archive.writestr(SEALED, content)
            self.members[SEALED] = Member(len(content), hashlib.sha256(content).hexdigest())


def _faults(papers: set[str], members: dict[str, Member]) -> Iterator[str]:
    """Every paper that the database names must be in the archive with the bytes of its digest."""
    for sha256 in sorted(papers):
        member = members.get(f"documents/{sha256[:2]}/{sha256[2:4]}/{sha256}")
        if member is None:
            yield f"文件 {sha256} 在磁盘上找不到"
        elif member.sha256 != sha256:
            yield f"文件 {sha256} 的内容与摘要不符"


def _check_room(data: Path, folder: Path) -> None:
    """BadInput where the disk plainly cannot hold the archive: found out before an hour of writing, not after."""
    if not folder.is_dir():
        raise BadInput(f"没有这个目录：{folder}")
    needed = sum(place.stat().st_size for place in data.rglob("*") if place.is_file())
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BadInput(
            f"{folder} 所在磁盘剩余 {free // 2**20} MB，备份约需 {needed // 2**20} MB；请先腾出空间"
        )


@contextmanager
def _part_of(place: Path) -> Iterator[Path]:
    """Give a place to write to; put it under its name when all is on the disk, leave nothing otherwise."""
    part = place.with_name(place.name + ".part")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, place)
    finally:
        part.unlink(missing_ok=True)


def _digest(place: Path) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
