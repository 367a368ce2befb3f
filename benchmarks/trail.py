"""The trail beside its peers in one run: appending, verifying from files, transactions.

    python benchmarks/trail.py --leaves 1000000 --out benchmarks/results/trail.json

Each row of the tree runs in a process of its own, by turns; its processor time counts (user and system, so that a
busy neighbour matters little), and the best turn. "Hashing alone" is the least that any
Merkle tree must do, 2n - 1 calls of SHA-256 in the tightest loop Python has, over the same entries in memory.
Needs the dependency group `bench`.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import importlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lianjing.kernel.trail.merkle import frontier_at, leaf_hashes
from lianjing.kernel.trail.tiles import TileReader, entries_path, grown_bundles, grown_tiles
from lianjing.kernel.trail.verification import recount

ENTRY_SIZE = 300
BATCH = 4096  # what the sequencer numbers at once
AIMS = {"append": 1.25, "verify": 1.7, "transactions": 0.7}


def entries_of(count: int) -> list[bytes]:
    """Return numbered entries of 300 bytes."""
    return [b"%012d" % number + b"\x5a" * (ENTRY_SIZE - 12) for number in range(count)]


Result = tuple[float, str]  # seconds of the processor, root in hex


def hashing_alone(entries: list[bytes], folder: Path) -> Result:
    """Hash every leaf and every node, and nothing else."""
    started, digest = time.process_time(), hashlib.sha256
    hashes = [digest(b"\x00" + entry).digest() for entry in entries]
    while len(hashes) > 1:
        odd = hashes[-1:] if len(hashes) & 1 else []
        hashes = [
            digest(b"\x01" + left + right).digest()
            for left, right in zip(hashes[::2], hashes[1::2], strict=False)
        ] + odd
    return time.process_time() - started, hashes[0].hex()


def appended(entries: list[bytes], keep: Callable[[str, bytes], None], read: Callable[[str], bytes]) -> str:
    """Append in the sequencer's batches: leaf hashes, bundles, tiles of every level; return the root."""
    size = 0
    for begin in range(0, len(entries), BATCH):
        batch = entries[begin : begin + BATCH]
        for tile, content in grown_bundles(size, batch, read):
            keep(entries_path(tile.index, tile.width), content)
        for tile, content in grown_tiles(size, leaf_hashes(batch), read):
            keep(tile.path, content)
        size += len(batch)
    return frontier_at(size, TileReader(read, size)).root().hex()


def append(entries: list[bytes], folder: Path) -> Result:
    """Ours: every tile and bundle made; the tiles stay in memory, as the peer's hashes do, full bundles are let go."""
    tiles: dict[str, bytes] = {}

    def keep(path: str, content: bytes) -> None:
        if not path.startswith("tile/entries/") or ".p/" in path:
            tiles[path] = content

    started = time.process_time()
    root = appended(entries, keep, tiles.__getitem__)
    return time.process_time() - started, root


def append_to_files(entries: list[bytes], folder: Path) -> Result:
    """Ours: every tile and bundle written to a folder, without fsync."""
    started = time.process_time()
    root = written(entries, folder)
    return time.process_time() - started, root


def written(entries: list[bytes], folder: Path) -> str:
    """Lay the log into a folder; return its root."""
    place, made = f"{folder}/", set[str]()

    def keep(path: str, content: bytes) -> None:
        parent = path.rpartition("/")[0]
        if parent not in made:
            os.makedirs(place + parent, exist_ok=True)
            made.add(parent)
        with open(place + path, "wb", buffering=0) as file:
            file.write(content)

    return appended(entries, keep, reader_of(folder))


def reader_of(folder: Path) -> Callable[[str], bytes]:
    """Return what reads a file of the folder."""
    place = f"{folder}/"

    def read(path: str) -> bytes:
        with open(place + path, "rb", buffering=0) as file:
            return file.read()

    return read


def verify(entries: list[bytes], folder: Path) -> Result:
    """Ours: recount the log from its files, every stored tile compared, no stored hash believed."""
    size, said = len(entries), written(entries, folder)
    entries.clear()
    gc.collect()
    read_file = reader_of(folder)
    started = time.process_time()
    counted = recount(size, read_file)
    spent = time.process_time() - started
    if counted.faults or counted.root.hex() != said:
        raise SystemExit(f"the recount is wrong: {counted.faults[:3]}")
    return spent, counted.root.hex()


def pymerkle(entries: list[bytes], folder: Path) -> Result:
    """The peer: its tree in memory, all entries at once, which is its fastest way."""
    tree = importlib.import_module("pymerkle").InmemoryTree(algorithm="sha256")
    started = time.process_time()
    tree.append_entries(entries)
    root = tree.get_root().hex()
    return time.process_time() - started, root


WAYS: dict[str, tuple[Callable[[list[bytes], Path], Result], int]] = {  # with the number of turns
    "hashing alone": (hashing_alone, 3),
    "append": (append, 3),
    "append to files": (append_to_files, 1),
    "verify from files": (verify, 3),
    "pymerkle append": (pymerkle, 1),
}


def one(way: str, leaves: int) -> None:
    """Run one way in this process and print its result."""
    with tempfile.TemporaryDirectory(prefix="lianjing-bench-") as folder:
        spent, root = WAYS[way][0](entries_of(leaves), Path(folder))
    print(json.dumps([spent, root]))


def in_a_process(*arguments: str) -> Any:
    """Run this or another script of the folder and return the JSON that it prints."""
    script, *rest = arguments
    command = [sys.executable, str(Path(__file__).parent / script), *rest]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
    return json.loads(done.stdout)


def trees(leaves: int) -> dict[str, Any]:
    """Measure the four ways by turns; every one must come to the same root."""
    seconds: dict[str, float] = {}
    roots = set()
    for turn in range(max(turns for _, turns in WAYS.values())):
        for way, (_, turns) in WAYS.items():
            if turn < turns:
                spent, root = in_a_process("trail.py", "--one", way, "--leaves", str(leaves))
                seconds[way] = min(spent, seconds.get(way, spent))
                roots.add(root)
    if len(roots) != 1:
        raise SystemExit("the trees differ")
    alone = seconds["hashing alone"]
    return {
        "leaves": leaves,
        "seconds": {way: round(spent, 2) for way, spent in seconds.items()},
        "times_hashing_alone": {way: round(spent / alone, 2) for way, spent in seconds.items()},
    }


def table(figures: dict[str, Any]) -> str:
    """Return the table of the figures, aims beside them."""
    tree, acts, step = figures["trees"], figures["transactions"], figures.get("full_step")
    times, spent, ratio = tree["times_hashing_alone"], tree["seconds"], acts["of_bare"]
    lines = [
        f"append {tree['leaves']} leaves    {spent['append']} s = {times['append']} × hashing alone ({spent['hashing alone']} s);"
        f" aim ≤ {AIMS['append']}; pymerkle {spent['pymerkle append']} s = {times['pymerkle append']} ×",
        f"append to files     {spent['append to files']} s without fsync",
        f"verify from files   {spent['verify from files']} s = {times['verify from files']} × hashing alone; aim ≤ {AIMS['verify']}",
        f"rows in transactions ({acts['database']})   trail {ratio['trail']} of bare; "
        f"django-simple-history {ratio['django-simple-history']}; django-auditlog {ratio['django-auditlog']}",
    ]
    if step:
        lines.append(
            f"full steps ({step['database']})   with the trail {step['ratio_full_to_without_trail']} of without;"
            f" aim ≥ {AIMS['transactions']}"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure everything, print the table, write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--leaves", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=11, help="of 256 acts, see trail_transactions.py")
    parser.add_argument("--matters", type=int, default=100, help="of the full steps, see step.py; 0: none")
    parser.add_argument("--one", choices=list(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.one:
        one(options.one, options.leaves)
        return
    figures = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "peers": {name: version(name) for name in ("pymerkle", "django-simple-history", "django-auditlog")},
        "trees": trees(options.leaves),
        "transactions": in_a_process("trail_transactions.py", "--rounds", str(options.rounds)),
    }
    if options.matters:
        figures["full_step"] = in_a_process("step.py", "--matters", str(options.matters))
        figures["full_step"].pop("interpreter", None)
    if options.out:
        options.out.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(table(figures))


if __name__ == "__main__":
    main()
