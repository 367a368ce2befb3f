"""Roots, proofs, tiles, keys and notes are byte for byte those of two programs that know nothing of us."""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path

import pytest

from lianjing.kernel.trail.checkpoint import Checkpoint, cosign, cosigned_by, parse_checkpoint
from lianjing.kernel.trail.merkle import (
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    root_of,
)
from lianjing.kernel.trail.note import (
    COSIGNATURE,
    Note,
    note_bytes,
    parse_note,
    parse_vkey,
    sign_note,
    signed_by,
)
from lianjing.kernel.trail.signer import SeedSigner
from lianjing.kernel.trail.tiles import tiles_at
from tests.kernel.trail.drawn_log import DrawnLog

GOLDEN = Path(__file__).parent / "golden"
PYMERKLE, AICS = (
    json.loads((GOLDEN / f"{name}.json").read_text("utf-8")) for name in ("pymerkle", "aics_tlog")
)
BOTH = pytest.mark.parametrize("golden", [PYMERKLE, AICS], ids=["pymerkle", "aics-tlog"])


def entry(number):
    return b"" if number in {7, 260} else b"entry %d " % number + b"=" * (number % 53)


@cache
def whole():
    return DrawnLog().grow([entry(number) for number in range(70_000)])


@cache
def leaves():
    return whole().leaves


@BOTH
def test_every_root_is_theirs(golden):
    assert {size: root_of(leaves()[: int(size)]).hex() for size in golden["roots"]} == golden["roots"]


@BOTH
def test_every_inclusion_proof_is_theirs(golden):
    for said in golden["inclusion"]:
        index, size, proof = said["index"], said["size"], [bytes.fromhex(step) for step in said["proof"]]
        assert inclusion_proof(index, size, whole().reader(size) if size == 70_000 else read) == proof
        check_inclusion(
            index=index, size=size, leaf=leaves()[index], proof=proof, root=root_of(leaves()[:size])
        )


def read(height, index):
    return root_of(leaves()[index << height : (index + 1) << height])


def test_every_consistency_proof_is_theirs():
    for said in AICS["consistency"]:
        old, new, proof = said["old"], said["new"], [bytes.fromhex(step) for step in said["proof"]]
        assert consistency_proof(old, new, read) == proof
        check_consistency(
            old=old, new=new, old_root=root_of(leaves()[:old]), new_root=root_of(leaves()[:new]), proof=proof
        )


@pytest.mark.parametrize("size", AICS["tiles"])
def test_every_tile_and_bundle_is_theirs(size):
    said = AICS["tiles"][size]
    files = DrawnLog().grow([entry(number) for number in range(int(size))]).files
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(hashlib.sha256(files[path]).digest())
    assert [path for path in sorted(files) if ".p/" in path] == said["partial"]
    assert (len(files), digest.hexdigest()) == (said["files"], said["sha256"])
    assert {tile.path for tile in tiles_at(int(size))} == {path for path in files if "entries" not in path}


def test_their_checkpoint_is_ours_to_the_byte_and_verifies():
    data = base64.b64decode(AICS["note"])
    note, log_key, witness_key = (
        parse_note(data),
        parse_vkey(AICS["log key"]),
        parse_vkey(AICS["witness key"]),
    )
    assert signed_by(note, log_key)
    assert cosigned_by(note, witness_key) == AICS["moment"]
    assert parse_checkpoint(note.text).root.hex() == AICS["roots"]["70000"]
    log = SeedSigner(log_key.name, bytes.fromhex(AICS["seeds"]["log"]))
    witness = SeedSigner(witness_key.name, bytes.fromhex(AICS["seeds"]["witness"]), COSIGNATURE)
    assert (log.verifier_key, witness.verifier_key) == (log_key, witness_key)
    text = Checkpoint(log_key.name, 70_000, root_of(leaves())).text
    signed = sign_note(text, [log])
    assert note_bytes(Note(text, (*signed.signatures, cosign(text, witness, AICS["moment"])))) == data
