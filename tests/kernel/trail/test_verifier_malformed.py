"""Whatever lies in the folder or is handed in, the verifier refuses it with a reason and never falls over."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kernel.trail.exported import small
from tests.kernel.trail.test_verifier import flip, rewrite, run, verifier

IS_SOAK = os.environ.get("LIANJING_SOAK") == "1"
EXAMPLES, FOLDERS = (100_000, 5_000) if IS_SOAK else (2_000, 100)

LOG = small()
BODY = json.dumps({"leaf": 1, "salt": LOG.events[1].salt.hex(), "body": LOG.events[1].body.decode()})
BUNDLE = b"".join(len(entry).to_bytes(2, "big") + entry for entry in LOG.entries(3))
SAMPLES: dict[str, tuple[bytes, Callable[[bytes], Any]]] = {
    "note": (LOG.notes[0].encode(), lambda data: verifier.parse_note(data, "note")),
    "policy": (LOG.policy().encode(), verifier.parse_policy),
    "receipt": (LOG.receipt(4).encode(), lambda data: verifier.parse_receipt(data, "receipt")),
    "envelope": (LOG.events[5].envelope, verifier.parse_envelope),
    "bundle": (BUNDLE, lambda data: verifier.entries_of(data, 3, "bundle")),
    "body": (BODY.encode(), lambda data: verifier.parse_salted(verifier.parse_object(data))),
    "checkpoint": (LOG.notes[0].partition("\n\n")[0].encode() + b"\n", lambda data: verifier.parse_checkpoint(data.decode("utf-8", "replace"))),
}  # fmt: skip
edits = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 3), st.binary(max_size=6)), max_size=5)


def edited(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """Put in, take out, overwrite, double."""
    for place, kind, put in changes:
        at = place % (len(data) + 1)
        after = {0: data[at:], 1: data[at + len(put) + 1 :], 2: data[at + len(put) :], 3: data[at // 2 :]}[
            kind
        ]
        data = data[:at] + (b"" if kind == 1 else put) + after
    return data


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(SAMPLES)), edits, st.none() | st.binary(max_size=300))
def test_every_malformed_text_is_refused_with_a_reason_in_both_languages(name, changes, instead):
    sample, parse = SAMPLES[name]
    data = edited(sample, changes) if instead is None else instead
    try:
        parse(data)
    except verifier.Fault as fault:
        assert all(fault.said) and len(fault.said) == 2


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_themselves_are_well_formed(name):
    sample, parse = SAMPLES[name]
    parse(sample)


@pytest.fixture(scope="module")
def places(tmp_path_factory) -> Iterator[Path]:
    yield small().write(tmp_path_factory.mktemp("malformed") / "export")


@settings(max_examples=FOLDERS, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_folder_makes_it_fall_over(places, data):
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(places, Path(scratch) / "export"))
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        for place in data.draw(st.lists(st.sampled_from(files), min_size=1, max_size=3)):
            if place.exists():
                place.write_bytes(edited(place.read_bytes(), data.draw(edits)))
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = verifier.main([str(folder), "--tables"])
        assert code in (0, 1, 2) and "结论 RESULT" in out.getvalue()


def deep(folder: Path) -> None:
    (folder / "pending.jsonl").write_text("[" * 100_000 + "\n")


def endless(folder: Path) -> None:
    (folder / "policy").unlink()
    os.mkfifo(folder / "policy")


def linked(folder: Path) -> None:
    (folder / "log" / "checkpoint").unlink()
    (folder / "log" / "checkpoint").symlink_to("/dev/zero")


def terminal(folder: Path) -> None:
    rewrite(folder / "tables" / "contract.jsonl", lambda lines: lines[0].update(k="\x1b[2J\u202e\ud800"))


HOSTILE: dict[str, Callable[[Path], object]] = {
    "nested beyond all depth": deep,
    "a pipe that never ends": endless,
    "a link to a device": linked,
    "signs that play with the terminal": terminal,
    "a folder where a file belongs": lambda f: ((f / "pending.jsonl").unlink(), (f / "pending.jsonl").mkdir()),
    "a size beyond all numbers": lambda f: (f / "log/checkpoint").write_bytes(
        (f / "log/checkpoint").read_bytes().replace(b"\n12\n", b"\n" + b"9" * 5000 + b"\n")
    ),
    "a size that no disk holds": lambda f: (f / "log/checkpoint").write_bytes(
        (f / "log/checkpoint").read_bytes().replace(b"\n12\n", b"\n999999999999999\n")
    ),
    "tables of another place": lambda f: (f / "tables/index.json").write_text('{"tables": ["../../etc/passwd"]}'),
    "a table list that is none": lambda f: (f / "tables/index.json").write_text("7"),
    "numbers in the place of rows": lambda f: rewrite(f / "tables/contract.jsonl", lambda lines: lines.insert(0, 3)),
    "leaves without numbers": lambda f: rewrite(f / "bodies/000000.jsonl", lambda lines: lines[0].update(leaf=True)),
    "a salt of other letters": lambda f: rewrite(f / "bodies/000000.jsonl", lambda lines: lines[0].update(salt="é" * 64)),
    "a lone surrogate": lambda f: rewrite(f / "pending.jsonl", lambda lines: lines[0].update(envelope="\ud800")),
    "an integer of a million digits": lambda f: (f / "checkpoints.jsonl").write_bytes(b'{"note":' + b"9" * 10**6 + b"}\n"),
    "a line of bytes that are no text": lambda f: (f / "checkpoints.jsonl").write_bytes(b"\xff\xfe\n"),
    "a tile cut short": lambda f: (f / "log/tile/0/000.p/12").write_bytes(b"short"),
    "an empty bundle": lambda f: (f / "log/tile/entries/000.p/12").write_bytes(b""),
    "a bundle of empty entries": lambda f: (f / "log/tile/entries/000.p/12").write_bytes(b"\x00\x00" * 12),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_folder_is_refused_and_never_good(places, tmp_path, name):
    folder = Path(shutil.copytree(places, tmp_path / "export"))
    with contextlib.suppress(UnicodeEncodeError):
        HOSTILE[name](folder)
    code, told = run(folder, "--tables")
    assert code in (1, 2) and (told["problems"] or told["incomplete"]), told
    for each in [*told["problems"], *told["incomplete"]]:
        assert each["zh"].isprintable() and each["en"].isprintable()


@pytest.mark.parametrize("option", ["--policy", "--memory", "--receipt", "--compare"])
def test_what_is_handed_in_is_refused_with_a_reason_too(places, tmp_path, option):
    place = tmp_path / "handed in"
    place.write_bytes(b"\x00\xff nothing of the kind")
    code, told = run(places, option, place)
    assert code in (1, 2) and (told["problems"] or told["incomplete"])


def test_a_receipt_with_one_bit_changed_in_what_the_log_says_does_not_pass(places, tmp_path):
    receipt = tmp_path / "receipt"
    for at in range(30, LOG.receipt(4).encode().rindex("— ".encode()), 37):
        receipt.write_text(LOG.receipt(4), "utf-8")
        flip(receipt, at)
        assert run(places, "--receipt", receipt, "--only", "receipts")[0] != 0, at
