"""The log as files: written whole, synced, put in their place at once, so that a crash leaves old or new, never half."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from lianjing.kernel.trail.tiles import WIDTH, entries_of, entries_path

try:
    import fcntl
except (
    ImportError
):  # pragma: no cover - no such system call on Windows: there one worker is one by convention
    fcntl = None  # type: ignore[assignment]

NEW = ".new"


def data_folder() -> Path:
    """Return the data folder of the installation."""
    return Path(settings.DATA_DIR)


def log_folder() -> Path:
    """Return the folder of the published log."""
    return data_folder() / "log"


class LogDisk:
    """A folder of tiles, bundles and a checkpoint. `is_durable` waits for the disk at each write."""

    def __init__(self, root: Path, *, is_durable: bool = True) -> None:
        self.root = root
        self.is_durable = is_durable
        self._touched: set[Path] = set()

    def read(self, path: str) -> bytes:
        """Return a file's bytes; FileNotFoundError where it is absent."""
        return (self.root / path).read_bytes()

    def entries(self, index: int, width: int) -> list[bytes]:
        """Return the entries of a bundle as of a width, from the full bundle where the partial one is gone."""
        try:
            return entries_of(self.read(entries_path(index, width)))
        except FileNotFoundError:
            if width == WIDTH:
                raise
            return entries_of(self.read(entries_path(index)))[:width]

    def put(self, path: str, data: bytes) -> None:
        """Write a file under another name and put it in its place; `settle` makes the place itself durable."""
        place = self.root / path
        if place.parent not in self._touched:
            _make(place.parent, self.root, self._touched)
        write_whole(place, data, is_durable=self.is_durable)

    def settle(self) -> None:
        """Wait until the disk holds the names of all that was put."""
        if self.is_durable:
            for folder in self._touched:
                sync_folder(folder)
        self._touched.clear()

    def drop_partials(self, path: str) -> None:
        """Remove the partial files that a full tile or bundle has replaced."""
        shutil.rmtree(self.root / f"{path}.p", ignore_errors=True)


def _make(folder: Path, root: Path, touched: set[Path]) -> None:
    """Make a folder and remember all up to the root, whose entries must become durable too."""
    folder.mkdir(parents=True, exist_ok=True)
    while folder not in touched:
        touched.add(folder)
        if folder == root:
            return
        folder = folder.parent


def write_whole(place: Path, data: bytes, *, is_durable: bool = True, mode: int = 0o644) -> None:
    """Write a file so that its name holds the old bytes or the new ones, whatever happens."""
    new = place.with_name(place.name + NEW)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        if is_durable:
            file.flush()
            os.fsync(file.fileno())
    os.replace(new, place)


def keep(place: Path, data: bytes, *, is_durable: bool = True, mode: int = 0o644) -> None:
    """Write a file whole and wait until the disk holds it under its name."""
    place.parent.mkdir(parents=True, exist_ok=True)
    write_whole(place, data, is_durable=is_durable, mode=mode)
    if is_durable:
        sync_folder(place.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the disk holds the names in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def sole(place: Path) -> Iterator[bool]:
    """Hold the lock of a file; the value is False where another process or thread has it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("a", encoding="utf-8") as file:
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
