"""Recounts a log from its entries alone: the root they give, and every stored tile that says something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lianjing.kernel.trail.malformed import HASH_SIZE, Malformed
from lianjing.kernel.trail.merkle import Frontier, HashName, complete_root, digest_of
from lianjing.kernel.trail.tiles import (
    WIDTH,
    ReadFile,
    Tile,
    entries_of,
    entries_path,
    read_wide,
    tile_path,
    width_at,
)

Progress = Callable[[int, int], None]  # (leaves done, leaves in all)


@dataclass(frozen=True, slots=True)
class Fault:
    """A file of the log that is absent, malformed, or differs from what the entries give."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Recount:
    """The root that the entries give (empty where a bundle cannot be read), and what is wrong with the files."""

    root: bytes
    faults: tuple[Fault, ...]


def bundles_at(size: int, read_file: ReadFile) -> Iterator[tuple[Tile, list[bytes]]]:
    """Yield the entries of a log of `size` leaves, bundle by bundle; Malformed where one is not as it should be."""
    for index in range(-(-size // WIDTH)):
        tile = Tile(0, index, width_at(size, 0, index))
        path = entries_path(index, tile.width)
        data, held = read_wide(path, entries_path(index), tile.width, read_file)
        entries = entries_of(data)
        if len(entries) != held:
            raise Malformed("entry bundle", f"{path}: {len(entries)} entries, {held} are due")
        yield tile, entries[: tile.width]


def recount(
    size: int, read_file: ReadFile, hash_name: HashName = "sha256", progress: Progress | None = None
) -> Recount:
    """Compute the tree from the entries and compare every stored tile with it; no stored hash is believed."""
    faults: list[Fault] = []
    levels: list[list[bytes]] = [[]]
    digest, leaf = digest_of(hash_name), b"\x00"
    try:
        for tile, entries in bundles_at(size, read_file):
            levels[0] = [digest(leaf + entry).digest() for entry in entries]
            _close(levels, tile.first + tile.width, read_file, hash_name, faults)
            if progress:
                progress(tile.first + tile.width, size)
    except (OSError, KeyError, Malformed) as error:
        faults.append(Fault("tile/entries", f"{error}"))
        return Recount(b"", tuple(faults))
    for level, hashes in enumerate(levels):
        if hashes:
            index = (size >> 8 * level) // WIDTH
            faults += _compare(Tile(level, index, len(hashes)), b"".join(hashes), read_file)
    return Recount(_root(levels, size, hash_name), tuple(faults))


def _close(
    levels: list[list[bytes]], count: int, read_file: ReadFile, hash_name: HashName, faults: list[Fault]
) -> None:
    """Fold full tiles into the level above, comparing each with its file."""
    level = 0
    while len(levels[level]) == WIDTH:
        full = levels[level]
        index = (count >> 8 * level) // WIDTH - 1
        faults += _compare(Tile(level, index, WIDTH), b"".join(full), read_file)
        levels[level] = []
        if level + 1 == len(levels):
            levels.append([])
        levels[level + 1].append(complete_root(full, hash_name))
        level += 1


def _compare(tile: Tile, content: bytes, read_file: ReadFile) -> Iterator[Fault]:
    path = tile.path
    try:
        stored, held = read_wide(path, tile_path(tile.level, tile.index), tile.width, read_file)
    except (OSError, KeyError):
        yield Fault(path, "is absent")
        return
    if len(stored) != held * HASH_SIZE:
        yield Fault(path, f"{len(stored)} bytes, {held * HASH_SIZE} are due")
    elif stored[: len(content)] != content:
        yield Fault(path, "differs from what the entries give")


def _root(levels: list[list[bytes]], size: int, hash_name: HashName) -> bytes:
    """Return the root: the hashes that no full tile holds are the edge of the tree."""
    peaks: list[bytes] = []
    for level in range(len(levels) - 1, -1, -1):
        partial = Frontier(hash_name)
        partial.extend(levels[level])
        peaks += partial.peaks
    return Frontier.of(size, peaks, hash_name).root()
