"""Files kept by their digest under MEDIA_ROOT: written once and whole, never replaced."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings


class DamagedFile(Exception):
    """A stored file is gone or its bytes are no longer those of its digest: restore it from the backup."""

    def __init__(self, sha256: str) -> None:
        self.sha256 = sha256
        super().__init__(f"stored file {sha256} is missing or damaged: restore it from the backup")


def place_of(sha256: str) -> Path:
    """Return where a file of this digest lies: two levels of folders, so that none grows too large."""
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:4] / sha256


def keep(content: bytes) -> str:
    """Keep a file and return its SHA-256.

    After return it is on the disk whole; a crash before leaves at most a temporary file. The same bytes are
    kept once.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    place = place_of(sha256)
    if place.exists() and place.stat().st_size == len(content):
        return sha256
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".part-", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o440)
        os.replace(temporary, place)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(place.parent)
    return sha256


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fetch(sha256: str) -> bytes:
    """Return the bytes of a kept file; DamagedFile where they are missing or not those of the digest."""
    try:
        content = place_of(sha256).read_bytes()
    except FileNotFoundError as error:
        raise DamagedFile(sha256) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DamagedFile(sha256)
    return content
