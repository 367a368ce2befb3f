"""The log as a folder of files (C2SP tlog-tiles): tiles of 256 hashes, bundles of 256 entries, and reading them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lianjing.kernel.trail.malformed import HASH_SIZE, SIZE_LIMIT, Malformed
from lianjing.kernel.trail.merkle import HashName, complete_root

WIDTH = 256
HEIGHT = 8
LEVEL_LIMIT = 7  # level 7 covers 2**64 leaves
ENTRY_LIMIT = 0xFFFF
LENGTH_SIZE = 2
BUNDLE_LIMIT = WIDTH * (ENTRY_LIMIT + LENGTH_SIZE)
CACHED_TILES = 64
ReadFile = Callable[
    [str], bytes
]  # a path inside the log's folder to its bytes; FileNotFoundError where absent
_pack = struct.Struct(">H").pack


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile file: `width` hashes (1 to 256) at `index` of `level`."""

    level: int
    index: int
    width: int

    @property
    def path(self) -> str:
        """The place of its file in the log's folder."""
        return tile_path(self.level, self.index, self.width)

    @property
    def first(self) -> int:
        """The number of its first hash at its level; at level 0, of its first leaf."""
        return self.index * WIDTH


def _number_path(index: int, width: int) -> str:
    if not 0 <= index < SIZE_LIMIT or not 1 <= width <= WIDTH:
        raise ValueError(f"no tile has index {index} and width {width}")
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[place : place + 3] for place in range(0, len(digits), 3)]
    path = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
    return path if width == WIDTH else f"{path}.p/{width}"


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """Return the path of a tile, `tile/0/x001/x234/067` or with `.p/<width>` for a partial one."""
    if not 0 <= level <= LEVEL_LIMIT:
        raise ValueError(f"no tile has level {level}")
    return f"tile/{level}/{_number_path(index, width)}"


def entries_path(index: int, width: int = WIDTH) -> str:
    """Return the path of an entry bundle."""
    return f"tile/entries/{_number_path(index, width)}"


def width_at(size: int, level: int, index: int) -> int:
    """Return how many hashes the tile has in the tree of `size` leaves; 0 where it has no such tile."""
    return max(0, min(WIDTH, (size >> HEIGHT * level) - index * WIDTH))


def tiles_at(size: int) -> Iterator[Tile]:
    """Yield every tile of a tree."""
    return changed_tiles(0, size)


def changed_tiles(old_size: int, new_size: int) -> Iterator[Tile]:
    """Yield the tiles that a tree has and the smaller one had not, or had narrower: lowest level first, left to right."""
    level = 0
    while new_size >> HEIGHT * level:
        old, new = old_size >> HEIGHT * level, new_size >> HEIGHT * level
        for index in range(old // WIDTH, -(-new // WIDTH) if new > old else 0):
            yield Tile(level, index, min(WIDTH, new - index * WIDTH))
        level += 1


# ---------------------------------------------------------------- content


def bundle(entries: Sequence[bytes]) -> bytes:
    """Return the bytes of an entry bundle of 1 to 256 entries; ValueError for an entry beyond 65,535 bytes."""
    if not 1 <= len(entries) <= WIDTH:
        raise ValueError(f"a bundle of {len(entries)} entries")
    if max(map(len, entries)) > ENTRY_LIMIT:
        raise ValueError("an entry beyond 65,535 bytes")
    pack = _pack
    return b"".join([part for entry in entries for part in (pack(len(entry)), entry)])


def entries_of(data: bytes) -> list[bytes]:
    """Return the entries of a bundle, 1 to 256; Malformed otherwise."""
    entries: list[bytes] = []
    add, number, place, end = entries.append, int.from_bytes, 0, len(data)
    if not 0 < end <= BUNDLE_LIMIT:
        raise Malformed("entry bundle", f"{end} bytes")
    for _ in range(WIDTH):
        begin = place + LENGTH_SIZE
        place = begin + number(data[place:begin], "big")
        add(data[begin:place])
        if place >= end:
            break
    if place != end:
        raise Malformed("entry bundle", f"an entry is cut off, or more than {WIDTH} entries")
    return entries


def tile_hashes(data: bytes, width: int) -> list[bytes]:
    """Return the `width` hashes of a tile; Malformed where the file has another length."""
    if len(data) != width * HASH_SIZE:
        raise Malformed("tile", f"{len(data)} bytes, {width * HASH_SIZE} are due")
    return [data[place : place + HASH_SIZE] for place in range(0, len(data), HASH_SIZE)]


def tile_root(data: bytes, hash_name: HashName = "sha256") -> bytes:
    """Return the root above a full tile, which is its hash in the tile of the next level."""
    return complete_root(tile_hashes(data, WIDTH), hash_name)


def grown_tiles(
    old_size: int, leaves: Sequence[bytes], read_file: ReadFile, hash_name: HashName = "sha256"
) -> Iterator[tuple[Tile, bytes]]:
    """Yield every tile, with its bytes, that must be written when leaf hashes follow a tree of `old_size`.

    Reads only the partial tiles at the right edge. Lowest level first; the result depends on nothing but the leaves.
    """
    level, hashes = 0, leaves
    while hashes:
        index, begun = divmod(old_size >> HEIGHT * level, WIDTH)
        if begun:
            hashes = [*tile_hashes(read_file(tile_path(level, index, begun)), begun), *hashes]
        above: list[bytes] = []
        for place in range(0, len(hashes), WIDTH):
            part = hashes[place : place + WIDTH]
            yield Tile(level, index, len(part)), b"".join(part)
            if len(part) == WIDTH:
                above.append(complete_root(part, hash_name))
            index += 1
        level, hashes = level + 1, above


def grown_bundles(
    old_size: int, entries: Sequence[bytes], read_file: ReadFile
) -> Iterator[tuple[Tile, bytes]]:
    """Yield every entry bundle, with its bytes, that must be written when entries follow a log of `old_size`.

    The tile tells index and width; its file is at `entries_path(tile.index, tile.width)`.
    """
    index, begun = divmod(old_size, WIDTH)
    place = 0
    while place < len(entries):
        part = entries[place : place + WIDTH - begun]
        before = read_file(entries_path(index, begun)) if begun else b""
        if begun and len(entries_of(before)) != begun:
            raise Malformed("entry bundle", f"{entries_path(index, begun)} has another number of entries")
        yield Tile(0, index, begun + len(part)), before + bundle(part)
        place, index, begun = place + len(part), index + 1, 0


def read_wide(path: str, full_path: str, width: int, read_file: ReadFile) -> tuple[bytes, int]:
    """Return a file and its width: where a partial one is gone, the full one that replaced it."""
    if width < WIDTH:
        try:
            return read_file(path), width
        except (FileNotFoundError, KeyError):
            return read_file(full_path), WIDTH
    return read_file(path), WIDTH


class TileReader:
    """Reads the hash of any complete subtree of a tree of `size` leaves from its tiles; it is a `Read`.

    Believes the files: for proofs of one's own log, never for verification. A partial tile that is gone is read
    from the full one that replaced it.
    """

    def __init__(self, read_file: ReadFile, size: int, hash_name: HashName = "sha256") -> None:
        self.size = size
        self._read_file = read_file
        self._hash_name: HashName = hash_name
        self._tiles: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """Return the hash of the subtree of 2**level leaves at `index`; ValueError where the tree has none."""
        if level < 0 or index < 0 or (index + 1) << level > self.size:
            raise ValueError(f"a tree of {self.size} has no complete subtree {index} of height {level}")
        tile_level, within = divmod(level, HEIGHT)
        number, place = divmod(index << within, WIDTH)
        data = self._tile(tile_level, number)
        begin, count = place * HASH_SIZE, 1 << within
        hashes = [data[at : at + HASH_SIZE] for at in range(begin, begin + count * HASH_SIZE, HASH_SIZE)]
        return complete_root(hashes, self._hash_name)

    def _tile(self, level: int, index: int) -> bytes:
        if (data := self._tiles.get((level, index))) is None:
            width = width_at(self.size, level, index)
            data = self._stored(level, index, width)
            if len(self._tiles) >= CACHED_TILES:
                self._tiles.pop(next(iter(self._tiles)))
            self._tiles[level, index] = data
        return data

    def _stored(self, level: int, index: int, width: int) -> bytes:
        path = tile_path(level, index, width)
        data, held = read_wide(path, tile_path(level, index), width, self._read_file)
        if len(data) != held * HASH_SIZE:
            raise Malformed("tile", f"{path}: {len(data)} bytes, {held * HASH_SIZE} are due")
        return data[: width * HASH_SIZE]
