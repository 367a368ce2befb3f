"""The stand-alone verifier: passes what is whole, names what is not, refuses what is no trail at all."""

from __future__ import annotations

import ast
import base64
import contextlib
import importlib.util
import io
import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lianjing.kernel.trail.envelope import Envelope
from lianjing.kernel.trail.merkle import root_of
from lianjing.kernel.trail.tiles import entries_path, tile_path
from tests.attacks import forge
from tests.kernel.trail.exported import SEED, Log, small

FILE = Path(importlib.util.find_spec("lianjing.kernel.trail").submodule_search_locations[0]) / "verifier.py"


def loaded() -> Any:
    """Load the file by its path, as a stranger would run it."""
    spec = importlib.util.spec_from_file_location("standalone_verifier", FILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


verifier = loaded()


def run(folder: Path, *options: object) -> tuple[int, dict[str, Any]]:
    """Return exit code and result."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = verifier.main([str(folder), "--json", *map(str, options)])
    return code, json.loads(out.getvalue())


def rewrite(place: Path, change: Callable[[list[Any]], None]) -> None:
    """Change the lines of a JSON file."""
    lines = [json.loads(line) for line in place.read_text("utf-8").splitlines()]
    change(lines)
    place.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    return small().write(tmp_path_factory.mktemp("made") / "export")


@pytest.fixture
def folder(made, tmp_path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "export"))


# ---------------------------------------------------------------- the file itself


def test_it_imports_nothing_but_the_standard_library():
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(FILE.read_text("utf-8")))
        for name in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names | {"__future__"}


def test_its_grammar_is_that_of_python_3_8():
    ast.parse(FILE.read_text("utf-8"), feature_version=(3, 8))


def test_it_knows_the_fields_of_an_envelope():
    assert {*verifier.ALLOWED} == {*Envelope.__slots__, "v"}


def test_every_message_stands_in_both_languages_and_is_used():
    text = FILE.read_text("utf-8")
    used = set(re.findall(r'"([a-z]+\.[a-z0-9]+)"', text))
    for key, both in verifier.SAID.items():
        assert len(both) == 2, key
        word = key.partition(".")[2]
        assert re.search("[一-鿿]", both[0]) or key.startswith("*"), key
        assert key in used or key.startswith("*") or f'".{word}"' in text, f"{key} is never said"
    for key in used - {"os.path"}:
        assert key in verifier.SAID or f"*.{key.partition('.')[2]}" in verifier.SAID or "json" in key, key


def test_run_as_a_file_it_prints_one_page_in_both_languages(folder):
    done = subprocess.run(
        [sys.executable, "-I", str(FILE), str(folder), "--tables"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "无误 GOOD" in done.stdout and "根哈希" in done.stdout and done.stderr == ""
    assert len(done.stdout.splitlines()) < 40


def test_a_demonstration_says_so_first(tmp_path, capsys):
    verifier.main([str(small("lianjing/demonstration/1").write(tmp_path / "export"))])
    assert capsys.readouterr().out.startswith("示范")


@pytest.mark.parametrize(
    "arguments", [[], ["/no/such/folder"], [".", "--skip", "nothing"], [".", "--slack", "-1"]]
)
def test_wrong_usage_exits_3(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        verifier.main(arguments)
    assert ended.value.code == 3 and "usage" in capsys.readouterr().err


# ---------------------------------------------------------------- what is whole


def test_a_whole_trail_passes_every_check(folder, tmp_path):
    receipt = tmp_path / "receipt"
    receipt.write_text(small().receipt(3), "utf-8")
    memory = tmp_path / "memory"
    code, told = run(
        folder,
        "--tables",
        "--receipt",
        receipt,
        "--memory",
        memory,
        "--new-memory",
        "--policy",
        folder / "policy",
    )
    assert code == 0, told
    assert set(told["checks"].values()) == {"ok"} and told["size"] == 12 and told["pending"] == 2
    assert told["cosigned"]["size"] == 12 and told["cosigned"]["by"][0]["witness"] == "supervision"
    assert memory.read_text() == small().notes[-1].partition("\n\n")[0] + "\n"
    assert run(folder, "--memory", memory)[0] == 0


@pytest.mark.parametrize("count", [0, 1, 2, 255, 256, 257, 600])
def test_logs_of_every_shape_pass(tmp_path, count):
    log = Log()
    for place in range(count):
        log.add(f"matter:{place % 7}")
        if place in (99, 255, 299):
            log.publish()
    log.publish(cosigned_after=100_000)
    code, told = run(log.write(tmp_path / "export"))
    assert code == 0, told


def test_an_erased_body_with_its_authority_passes_and_is_listed(tmp_path):
    log = small()
    target = log.events[2]
    held = {"t": "contract", "k": "2", "v": {"id": 2, "amount": "0.00", "title": "（已依法删除）"}}
    log.add(
        "erasure:1",
        erased=[{"leaf": 2, "event": target.id, "basis": "个人信息保护法第四十七条", "rows": [held]}],
    )
    log.fold([held])
    target.body = None
    log.publish(cosigned_after=30)
    code, told = run(log.write(tmp_path / "export"), "--tables")
    assert code == 0, told
    assert [(each["leaf"], each["basis"]) for each in told["erased"]] == [(2, "个人信息保护法第四十七条")]


def test_a_policy_of_the_folder_is_said_to_be_the_folders_own(folder):
    assert any("导出目录本身" in each["zh"] for each in run(folder)[1]["notices"])
    assert not run(folder, "--policy", folder / "policy")[1]["notices"]


# ---------------------------------------------------------------- what each check catches


def flip(place: Path, at: int = -1) -> None:
    """Change one bit."""
    data = bytearray(place.read_bytes())
    data[at] ^= 1
    place.write_bytes(bytes(data))


def resigned(
    folder: Path, change: Callable[[list[bytes]], list[bytes]], *, seed: bytes = SEED, notes: bool = False
) -> None:
    """Rebuild the log over other entries and sign it; with `notes` as the only checkpoint."""
    log = small()
    entries = change(log.entries())
    shutil.rmtree(folder / "log")
    forge.write_tiles(folder / "log", entries)
    text = forge.checkpoint_text(log.origin, entries)
    signed = forge.note(text, forge.log_line(text, log.origin, seed))
    (folder / "log" / "checkpoint").write_text(signed, "utf-8")
    if notes:
        (folder / "checkpoints.jsonl").write_text(json.dumps({"note": signed}) + "\n", "utf-8")


def other_amount(entries: list[bytes]) -> list[bytes]:
    """Replace one event by another, chains made right."""
    fields = json.loads(entries[4])
    return forge.rechained([*entries[:4], forge.canonical({**fields, "act": "works.reject"}), *entries[5:]])


def erased_without_authority(folder: Path) -> None:
    def change(lines: list[Any]) -> None:
        lines[3] = {"leaf": 3, "erased": True}

    rewrite(folder / "bodies" / "000000.jsonl", change)


def back_dated(folder: Path) -> None:
    """Append, as a new checkpoint, an event of an object of its own that says it was months ago."""
    log = small()
    log.size = 12
    log.events, waiting = log.events[:12], log.events[12:]
    log.add("matter:99", minutes=-100_000)
    log.publish(cosigned_after=30)
    assert waiting
    shutil.rmtree(folder)
    log.write(folder)


def forked(folder: Path) -> None:
    log = small()
    text = forge.checkpoint_text(log.origin, other_amount(log.entries()))
    note = forge.note(text, forge.log_line(text, log.origin, SEED))
    rewrite(folder / "checkpoints.jsonl", lambda lines: lines.append({"note": note}))


def miscosigned(note: str) -> str:
    """Put the cosigner's time a second later."""
    *rest, line, _ = note.split("\n")
    head, _, blob = line.rpartition(" ")
    data = bytearray(base64.b64decode(blob))
    data[11] ^= 1
    return "\n".join([*rest, f"{head} {base64.b64encode(data).decode()}", ""])


ATTACKS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "an envelope that is no JSON": (
        "structure",
        lambda f: resigned(f, lambda e: [*e[:3], b"nothing", *e[4:]]),
    ),
    "a flipped bit in a tile": ("tiles", lambda f: flip(f / "log/tile/0/000.p/12")),
    "an edited bundle": ("root", lambda f: flip(f / "log/tile/entries/000.p/12", 40)),
    "another key": ("signature", lambda f: resigned(f, lambda e: e, seed=b"x" * 32)),
    "a wrong cosignature": (
        "quorum",
        lambda f: rewrite(
            f / "checkpoints.jsonl", lambda lines: lines[0].update(note=miscosigned(lines[0]["note"]))
        ),
    ),
    "a shorter log": ("growth", lambda f: resigned(f, lambda e: e[:9])),
    "a rewritten history": ("checkpoints", lambda f: resigned(f, other_amount)),
    "two roots for one size": ("forks", forked),
    "a missing event": ("chains", lambda f: resigned(f, lambda e: [*e[:4], *e[5:]])),
    "an old date": ("times", back_dated),
    "an edited body": (
        "bodies",
        lambda f: rewrite(
            f / "bodies/000000.jsonl", lambda lines: lines[5].update(body=lines[5]["body"] + " ")
        ),
    ),
    "an erasure without authority": ("erasures", erased_without_authority),
    "an event taken from the tail": (
        "pending",
        lambda f: rewrite(
            f / "pending.jsonl",
            lambda lines: lines[0].update(
                lines[0], envelope=forge.canonical({**json.loads(lines[0]["envelope"]), "oseq": 9}).decode()
            ),
        ),
    ),
    "a value changed by SQL": (
        "tables",
        lambda f: rewrite(f / "tables/contract.jsonl", lambda lines: lines[0]["v"].update(amount="99.00")),
    ),
    "a row added by SQL": (
        "tables",
        lambda f: rewrite(
            f / "tables/contract.jsonl", lambda lines: lines.append({"k": "77", "v": {"id": 77}})
        ),
    ),
    "a row removed by SQL": (
        "tables",
        lambda f: rewrite(f / "tables/contract.jsonl", lambda lines: lines.pop()),
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_the_named_check_alone_catches(folder, name):
    check, attack = ATTACKS[name]
    attack(folder)
    code, told = run(folder, "--tables", "--only", check)
    assert code == 1 and {each["check"] for each in told["problems"]} == {check}, told


def test_memory_catches_a_history_that_was_rewritten_and_signed_with_the_stolen_key(folder, tmp_path):
    memory = tmp_path / "memory"
    assert run(folder, "--memory", memory, "--new-memory")[0] == 0
    resigned(folder, other_amount, notes=True)
    before = memory.read_bytes()
    code, told = run(folder, "--memory", memory, "--only", "memory")
    assert code == 1 and told["checks"]["memory"] == "bad" and memory.read_bytes() == before
    resigned(folder, lambda entries: entries[:9], notes=True)
    assert run(folder, "--memory", memory, "--only", "memory")[0] == 1


def test_a_memory_that_is_gone_is_not_taken_for_a_first_time(folder, tmp_path):
    code, told = run(folder, "--memory", tmp_path / "gone")
    assert code == 2 and told["checks"]["memory"] == "incomplete" and not (tmp_path / "gone").exists()


def test_a_receipt_shows_that_the_last_event_of_an_object_was_deleted(tmp_path):
    log = small()
    kept = tmp_path / "receipt"
    kept.write_text(f"收据 {forge.leaf_hash(log.events[-1].envelope).hex()}\n", "utf-8")
    whole = log.write(tmp_path / "whole")
    assert run(whole, "--receipt", kept)[0] == 0
    del log.events[-1]
    robbed = log.write(tmp_path / "robbed")
    assert run(robbed)[0] == 0
    code, told = run(robbed, "--receipt", kept)
    assert code == 1 and told["checks"]["receipts"] == "bad"


def test_a_receipt_of_a_longer_log_or_another_history_is_not_passed_over(folder, tmp_path):
    receipt = tmp_path / "receipt"
    receipt.write_text(small().receipt(11), "utf-8")
    resigned(folder, lambda entries: entries[:9], notes=True)
    assert run(folder, "--receipt", receipt, "--only", "receipts")[0] == 1
    resigned(folder, other_amount, notes=True)
    assert run(folder, "--receipt", receipt, "--only", "receipts")[0] == 1


def test_two_exports_that_tell_two_stories_are_compared(folder, made, tmp_path):
    assert run(folder, "--compare", made)[0] == 0
    resigned(folder, other_amount, notes=True)
    assert run(folder, "--compare", made, "--only", "forks")[0] == 1
    log = small()
    log.publish(13)
    longer = log.write(tmp_path / "longer")
    assert run(made, "--compare", longer, "--only", "forks")[0] == 0
    assert run(folder, "--compare", longer, "--only", "forks")[0] == 1


def test_without_the_cosignatures_that_the_policy_demands_it_is_incomplete(folder):
    resigned(folder, lambda entries: entries, notes=True)
    code, told = run(folder)
    assert code == 2 and told["checks"]["quorum"] == "incomplete"


@pytest.mark.parametrize("gone", ["log/tile/entries/000.p/12", "log/tile/0/000.p/12", "log/checkpoint", "policy", "checkpoints.jsonl", "pending.jsonl", "bodies/000000.jsonl", "tables/contract.jsonl", "tables/index.json"])  # fmt: skip
def test_a_missing_file_is_incomplete_and_never_good(folder, gone):
    (folder / gone).unlink()
    assert run(folder, "--tables")[0] == 2


# ---------------------------------------------------------------- against the side that writes


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 255, 256, 257, 511, 512, 513, 1000, 1025])
def test_its_roots_are_those_of_the_writing_side_at_every_size_within_a_tile(size):
    hashes = [forge.leaf_hash(str(leaf).encode()) for leaf in range(size)]
    tree = verifier.Tree()
    assert tree.root_at(0) == root_of([])
    for first in range(0, size, 256):
        tree.put(hashes[first : first + 256])
        for inside in {first + 1, first + 100, tree.size - 1, tree.size}:
            if first < inside <= tree.size:
                assert tree.root_at(inside) == root_of(hashes[:inside])


@pytest.mark.parametrize("number", [0, 7, 999, 1000, 123456, 1234067])
def test_its_tile_names_are_those_of_the_writing_side(number):
    assert verifier.tile_name("3", number) == tile_path(3, number)
    assert verifier.tile_name("entries", number) == entries_path(number)


# ---------------------------------------------------------------- signatures against their standard


@pytest.mark.parametrize(
    ("seed", "key", "message", "signature"),
    [  # RFC 8032, 7.1, tests 1 to 3
        ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
        ("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82", "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ],
)  # fmt: skip
def test_the_signatures_of_rfc_8032_hold_and_no_changed_one(seed, key, message, signature):
    key, message, signature = bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)
    rows = verifier.negative_multiples(key)
    assert (
        forge.sign(bytes.fromhex(seed), message) == signature and forge.public_key(bytes.fromhex(seed)) == key
    )
    assert verifier.is_signed(key, rows, message, signature)
    rng = random.Random(1)
    for _ in range(20):
        bad = bytearray(signature)
        bad[rng.randrange(64)] ^= 1 << rng.randrange(8)
        assert not verifier.is_signed(key, rows, message, bytes(bad))
    assert not verifier.is_signed(key, rows, message + b"x", signature)
    scalar = int.from_bytes(signature[32:], "little") + verifier.ORDER
    assert not verifier.is_signed(key, rows, message, signature[:32] + scalar.to_bytes(32, "little"))


def test_a_policy_in_which_log_and_witness_are_one_key_is_refused():
    log, witness = forge.vkey("a", forge.LOG, SEED), forge.vkey("b", forge.WITNESS, SEED)
    with pytest.raises(verifier.Malformed, match="twice"):
        verifier.parse_policy(f"log {log}\nwitness w {witness}\nquorum w\n".encode())


@pytest.mark.parametrize(
    ("text", "held", "is_satisfied"),
    [
        ("group g any a b\nquorum g", {b"a"}, True),
        ("group g all a b\nquorum g", {b"a"}, False),
        ("group g 2 a b c\nquorum g", {b"a", b"c"}, True),
        ("group g all a b\ngroup h any g c\nquorum h", {b"c"}, True),
        ("group g all a b\ngroup h all g c\nquorum h", {b"a", b"c"}, False),
        ("quorum none", set(), True),
        ("quorum b", {b"a"}, False),
    ],
)
def test_a_quorum_counts_as_the_policy_says(text, held, is_satisfied):
    witnesses = "".join(
        f"witness {name} {forge.vkey(name, forge.WITNESS, name.encode() * 32)}\n" for name in "abc"
    )
    policy = verifier.parse_policy(f"# three\n{witnesses}{text}\n".encode())
    assert policy.is_satisfied(dict.fromkeys(held, 0)) is is_satisfied


def test_base64_has_one_spelling():
    for text in ("QQ==\n", "QR==", "QQ", " QQ==", "Q Q=="):
        with pytest.raises(verifier.Malformed):
            verifier.parse_base64(text)
    assert verifier.parse_base64(base64.b64encode(b"A").decode()) == b"A"
