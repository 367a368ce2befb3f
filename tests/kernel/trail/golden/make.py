"""Writes the golden values: `python make.py` in an environment of Python 3.12 with pymerkle and aics-tlog, see README.md.

It imports nothing of Lianjing; it writes pymerkle.json and aics_tlog.json beside itself.
"""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import aics_tlog
import pymerkle
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HERE = Path(__file__).parent
SIZES = [
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    15,
    16,
    17,
    31,
    100,
    255,
    256,
    257,
    300,
    511,
    512,
    513,
    1000,
    65535,
    65536,
    70000,
]
PROVED = [
    (0, 1),
    (0, 7),
    (5, 7),
    (6, 7),
    (0, 8),
    (3, 300),
    (255, 300),
    (256, 300),
    (299, 300),
    (65535, 65536),
    (69999, 70000),
]
GROWN = [
    (1, 2),
    (3, 7),
    (4, 7),
    (6, 8),
    (7, 7),
    (100, 300),
    (256, 257),
    (255, 300),
    (256, 70000),
    (65536, 70000),
    (65537, 70000),
]
TILED = [1, 2, 255, 256, 257, 1000, 70000]


def entry(number: int) -> bytes:
    """Return the entry with this number: of many lengths, two of them empty."""
    return b"" if number in {7, 260} else b"entry %d " % number + b"=" * (number % 53)


def written(name: str, value: dict[str, Any]) -> None:
    """Write a file of golden values."""
    (HERE / name).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def of_pymerkle(entries: list[bytes]) -> dict[str, Any]:
    """Return roots and proofs of pymerkle."""
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    tree.append_entries(entries)
    return {
        "made with": f"pymerkle {version('pymerkle')}",
        "roots": {size: tree.get_root(size).hex() for size in SIZES},
        "inclusion": [
            {
                "index": index,
                "size": size,
                "proof": [step.hex() for step in tree.prove_inclusion(index + 1, size).path[1:]],
            }
            for index, size in PROVED
        ],
    }


def of_aics(entries: list[bytes]) -> dict[str, Any]:
    """Return roots, proofs, tiles, keys and notes of aics-tlog."""
    tree = aics_tlog.MerkleTree(entries)
    log, witness = (
        Ed25519PrivateKey.from_private_bytes(bytes(range(32))),
        Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64))),
    )
    origin, cosigner, moment = "log.example/trail", "witness.example/监督组", 1_767_000_000
    head = aics_tlog.Checkpoint(origin, 70000, tree.root(70000))
    note = aics_tlog.sign_checkpoint(head, log, origin)
    _, line = aics_tlog.sign_cosignature(witness, cosigner, moment, origin, 70000, tree.root(70000))
    note = aics_tlog.Note(text=note.text, signatures=(*note.signatures, line))
    return {
        "made with": f"aics-tlog {version('aics-tlog')}",
        "roots": {size: tree.root(size).hex() for size in SIZES},
        "inclusion": [
            {
                "index": index,
                "size": size,
                "proof": [step.hex() for step in tree.inclusion_proof(index, size)],
            }
            for index, size in PROVED
        ],
        "consistency": [
            {"old": old, "new": new, "proof": [step.hex() for step in tree.consistency_proof(old, new)]}
            for old, new in GROWN
        ],
        "tiles": {size: tiles_of(entries[:size]) for size in TILED},
        "log key": aics_tlog.format_vkey(aics_tlog.vkey_from_ed25519(origin, log.public_key())),
        "witness key": aics_tlog.format_vkey(aics_tlog.cosignature_vkey(cosigner, witness.public_key())),
        "seeds": {"log": bytes(range(32)).hex(), "witness": bytes(range(32, 64)).hex()},
        "moment": moment,
        "note": base64.b64encode(note.to_bytes()).decode("ascii"),
    }


def tiles_of(entries: list[bytes]) -> dict[str, Any]:
    """Return the paths of all files of a log and one digest over their contents, in the order of the paths."""
    files = aics_tlog.tiles.materialise_tiles(entries)
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(hashlib.sha256(files[path]).digest())
    partial = [path for path in sorted(files) if ".p/" in path]
    return {"files": len(files), "partial": partial, "sha256": digest.hexdigest()}


if __name__ == "__main__":
    everything = [entry(number) for number in range(70000)]
    written("pymerkle.json", of_pymerkle(everything))
    written("aics_tlog.json", of_aics(everything))
