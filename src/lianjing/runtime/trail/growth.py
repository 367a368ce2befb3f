"""The files of the log from its leaves: written forward from a size, and read back."""

from __future__ import annotations

from collections.abc import Iterator

from lianjing.kernel.trail.malformed import HASH_SIZE
from lianjing.kernel.trail.merkle import leaf_hashes
from lianjing.kernel.trail.tiles import (
    WIDTH,
    Tile,
    changed_tiles,
    entries_path,
    grown_bundles,
    grown_tiles,
    tile_hashes,
    tile_path,
    tile_root,
    width_at,
)
from lianjing.runtime.trail.disk import LogDisk
from lianjing.runtime.trail.models import Leaf

CHUNK = WIDTH * WIDTH  # leaves at a time: whole tiles of the second level


class Unlike(ValueError):
    """Files that are not what the leaves give; the text says which."""


def envelopes(begin: int, end: int) -> Iterator[tuple[int, str, bytes]]:
    """Yield number, stored hash and envelope of the leaves from `begin` to `end`."""
    rows = Leaf.objects.filter(idx__gte=begin, idx__lt=end).order_by("idx")
    for idx, digest, envelope in rows.values_list("idx", "leaf_hash", "event__envelope").iterator(
        chunk_size=4096
    ):
        yield idx, digest, bytes(envelope)


def write(disk: LogDisk, begin: int, size: int) -> None:
    """Write the tiles and bundles that a tree of `size` has beyond one of `begin`; durable on return."""
    while begin < size:
        end = min(size, (begin // CHUNK + 1) * CHUNK)
        entries = _entries(begin, end)
        for tile, data in grown_bundles(begin, entries, disk.read):
            disk.put(entries_path(tile.index, tile.width), data)
        for tile, data in grown_tiles(begin, leaf_hashes(entries), disk.read):
            disk.put(tile.path, data)
        begin = end
    disk.settle()


def _entries(begin: int, end: int) -> list[bytes]:
    """Return the envelopes of a range; Unlike where numbers are missing or a stored hash is not the envelope's."""
    rows = list(envelopes(begin, end))
    if [idx for idx, _hash, _envelope in rows] != list(range(begin, end)):
        raise Unlike(f"leaves are missing between {begin} and {end}")
    entries = [envelope for _idx, _hash, envelope in rows]
    for (idx, stored, _envelope), found in zip(rows, leaf_hashes(entries), strict=True):
        if stored != found.hex():
            raise Unlike(f"leaf {idx} holds another hash than its envelope")
    return entries


def check(disk: LogDisk, begin: int, size: int) -> None:
    """Read back every file that differs between two sizes: each tile must be what its entries or lower tiles give."""
    for tile in changed_tiles(begin, size):
        found = tile_hashes(disk.read(tile.path), tile.width)
        if found != _due(disk, tile, begin, size, found):
            raise Unlike(f"{tile.path} is not what lies below it")


def _due(disk: LogDisk, tile: Tile, begin: int, size: int, found: list[bytes]) -> list[bytes]:
    """Return the hashes that a tile must hold; those that stood there at `begin` are taken as they are.

    They are proved by the root at the size signed last, which must come out again.
    """
    if tile.level == 0:
        return leaf_hashes(disk.entries(tile.index, tile.width))
    old = max(0, min(tile.width, width_at(begin, tile.level, tile.index)))
    due = found[:old]
    for place in range(old, tile.width):
        below = tile_path(tile.level - 1, tile.first + place)
        due.append(tile_root(disk.read(below)))
    return due


def hash_file(disk: LogDisk, tile: Tile) -> bytes:
    """Return the bytes of a tile as of its width, from the full tile where the partial one is gone."""
    try:
        return disk.read(tile.path)
    except FileNotFoundError:
        return disk.read(tile_path(tile.level, tile.index))[: tile.width * HASH_SIZE]
