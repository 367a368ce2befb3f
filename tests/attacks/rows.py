"""The table of attacks: who has what, which check must catch it alone, and what catches it without that check."""

from __future__ import annotations

import base64
import contextlib
import importlib.util
import io
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.attacks import forge
from tests.attacks.premises import Copy, Premises

SCRIPT = Path(__file__).with_name("attack.py")
VERIFIER = Path(__file__).resolve().parents[2] / "src/lianjing/kernel/trail/verifier.py"


@dataclass(frozen=True)
class Row:
    """One attack: `attack` is its function in attack.py, `check` the one that must catch it alone."""

    attack: str
    says: str
    check: str
    has: str = "database"  # "files", "database", "database and key"
    extra: tuple[str, ...] = ()  # receipt, compare
    publishes: bool = False


ROWS = (
    Row("row_updated", "row updated: the body of an event and its business row", "bodies"),
    Row("row_deleted", "row deleted: an event with all its rows", "bodies"),
    Row("body_deleted", "a body deleted as if by law", "erasures"),
    Row("bundle_edited", "bundle edited", "tiles", "files"),
    Row("bundle_and_tile", "bundle and level-0 tile edited", "root", "files"),
    Row("rebuilt_without_key", "whole log rebuilt without the key", "signature"),
    Row("rebuilt_with_key", "rebuilt and re-signed with the stolen key", "memory", "database and key"),
    Row("truncated", "truncated and re-signed", "memory", "database and key"),
    Row(
        "inserted",
        "inserted in the past and re-signed, old checkpoints left",
        "checkpoints",
        "database and key",
    ),
    Row("swapped", "two events swapped", "root", "files"),
    Row("old_date", "appended with an old date", "times", publishes=True),
    Row("deleted_from_queue", "deleted from the tail before publication", "pending"),
    Row("deleted_from_tail", "deleted from the uncosigned tail and re-signed", "chains", "database and key"),
    Row(
        "tail_rewritten",
        "deleted from the uncosigned tail, chains made right, re-signed",
        "receipts",
        "database and key",
        ("proof",),
    ),
    Row("queue_emptied", "sequencer made to skip an event", "chains", publishes=True),
    Row("tile_corrupted", "tile corrupted on disk", "tiles", "files"),
    Row("business_row", "business table changed by SQL without an event", "tables"),
    Row(
        "rebuilt_with_key",
        "two different logs shown to two people",
        "forks",
        "database and key",
        ("compare",),
    ),
    Row(
        "memory_erased",
        "rebuilt and re-signed, and the witness's memory erased",
        "memory",
        "database and key",
    ),
    Row(
        "last_deleted",
        "last event of an object deleted before cosigning, with its row",
        "receipts",
        extra=("receipt",),
    ),
)


@dataclass(frozen=True)
class Outcome:
    """What a row showed: exit code with only the check, exit code and finders without it."""

    row: Row
    alone: int
    without: int
    others: tuple[str, ...]

    @property
    def next(self) -> str:
        """The next check that catches it, or that there is none."""
        return self.others[0] if self.others else "sole defence"


def verifier() -> Any:
    """Load the verifier by its path, as the supervisors run it."""
    spec = importlib.util.spec_from_file_location("attacked_verifier", VERIFIER)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class Office:
    """The supervision group: its policy, its memory, an old export, a receipt; all from before the attacks."""

    def __init__(self, premises: Premises, folder: Path) -> None:
        self.premises, self.folder, self.program = premises, folder, verifier()
        copy = premises.copy()
        try:
            self.old = premises.export(copy, folder / "old")
        finally:
            premises.drop(copy)
        self.policy = Path(shutil.copy(self.old / "policy", folder / "policy"))
        self.memory, self.receipt = folder / "memory", folder / "receipt"
        assert self.verify(self.old, "--memory", str(self.memory), "--new-memory")[0] == 0
        waiting = [json.loads(line) for line in (self.old / "pending.jsonl").read_text("utf-8").splitlines()]
        last = self.program.sha256(b"\x00" + waiting[-1]["envelope"].encode()).hexdigest()
        self.receipt.write_text(f"收据 leaf {last}\n", "utf-8")
        self.proof = folder / "receipt.tlog-proof"
        self.proof.write_text(self.proof_of_the_tail(), "utf-8")
        self.remember_last_cosigned()

    def proof_of_the_tail(self) -> str:
        """The receipt that was given for the last published act."""
        note = (self.old / "log/checkpoint").read_text("utf-8")
        size = int(note.split("\n")[1])
        hashes = [forge.leaf_hash(entry) for entry in forge.read_entries(self.old / "log", size)]
        path = [base64.b64encode(part).decode() for part in forge.path_of(size - 1, hashes)]
        return "\n".join(["c2sp.org/tlog-proof@v1", f"index {size - 1}", *path, "", note])

    def remember_last_cosigned(self) -> None:
        """The group last looked when it cosigned, not at the uncosigned tail."""
        notes = [
            json.loads(line)["note"]
            for line in (self.old / "checkpoints.jsonl").read_text("utf-8").splitlines()
        ]
        cosigned = [note for note in notes if note.count("\n— ") > 1]
        self.memory.write_text(cosigned[-1].partition("\n\n")[0] + "\n", "utf-8")

    def verify(self, export: Path, *options: str) -> tuple[int, dict[str, Any]]:
        """Run the verifier on an export; returns exit code and result."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = self.program.main(
                [str(export), "--policy", str(self.policy), "--tables", "--json", *options]
            )
        return code, json.loads(out.getvalue())

    def suffer(self, row: Row) -> Outcome:
        """Run one attack on a copy, export it, verify with only the check and without it."""
        copy, place = self.premises.copy(), self.folder / "work"
        place.mkdir()
        memory, export = Path(shutil.copy(self.memory, place / "memory")), place / "export"
        try:
            if row.has != "files":
                strike(row.attack, copy, memory)
            self.premises.export(copy, export, publishes=row.publishes)
            if row.has == "files":
                strike(row.attack, None, memory, export)
            given = self.given(row, memory, place)
            alone, _ = self.verify(export, *given, "--only", row.check)
            without, told = self.verify(export, *given, "--skip", row.check)
        finally:
            self.premises.drop(copy)
            shutil.rmtree(place)
        others = {each["check"] for each in [*told["problems"], *told["incomplete"]]}
        return Outcome(row, alone, without, tuple(check for check in told["checks"] if check in others))

    def given(self, row: Row, memory: Path, place: Path) -> list[str]:
        """What the one who verifies has at hand: an outsider compares, the group has its memory."""
        if "compare" in row.extra:
            return ["--compare", str(self.old)]
        again = Path(shutil.copy(memory, place / "again")) if memory.exists() else memory
        receipts = {"receipt": self.receipt, "proof": self.proof}
        held = [option for name in row.extra for option in ("--receipt", str(receipts[name]))]
        return ["--memory", str(again), *held]


def strike(attack: str, copy: Copy | None, memory: Path, export: Path | None = None) -> None:
    """Run the attacker's script as he would: by its path, without the product on the way."""
    command = [sys.executable, "-E", "-s", str(SCRIPT), attack, "--memory", str(memory)]
    if copy is not None:
        command += ["--data", str(copy.data), "--database", copy.database]
    if export is not None:
        command += ["--export", str(export)]
    done = subprocess.run(command, cwd=SCRIPT.parent, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
