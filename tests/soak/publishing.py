"""One life of a publisher that is killed at a named point: acts, publishes, and is no more."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.attacks.premises import enter

STEPS = {
    "number": "numbered",
    "write_tiles": "tiles_written",
    "check_tiles": "tiles_checked",
    "remember": "intent_kept",
    "sign": "signed",
    "store": "note_kept",
    "release": "released",
}


class Files:
    """The module `os` as the log's disk sees it: each file is written in two halves, then put in its place."""

    def __init__(self, traps: Any) -> None:
        self.traps = traps

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def fdopen(self, handle: int, mode: str) -> Half:
        """Open a file that is written in two halves."""
        return Half(os.fdopen(handle, mode), self.traps)

    def replace(self, source: object, target: object) -> None:
        """Put a whole file in its place."""
        self.traps.TRAP.passed("tile_whole")
        os.replace(str(source), str(target))
        self.traps.TRAP.passed("tile_placed")


class Half:
    """A file of which first only half reaches the disk."""

    def __init__(self, file: Any, traps: Any) -> None:
        self.file, self.traps = file, traps

    def __enter__(self) -> Half:
        return self

    def __exit__(self, *fault: object) -> None:
        self.file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def write(self, content: bytes) -> None:
        """Write half, pass the point, write the rest."""
        middle = len(content) // 2
        self.file.write(content[:middle])
        self.file.flush()
        self.traps.TRAP.passed("tile_half")
        self.file.write(content[middle:])


def arm(point: str, journal: Path) -> None:
    """Set the trap in this process, and journal each signature that is made before anybody else can know it."""
    publication, disk = (
        import_module("lianjing.runtime.trail.publication"),
        import_module("lianjing.runtime.trail.disk"),
    )
    original: Callable[..., str] = publication.sign

    def sign(checkpoint: Any) -> str:
        note = original(checkpoint)
        with journal.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"size": checkpoint.size, "root": checkpoint.root.hex()}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        return note

    publication.sign = sign
    if not point:
        return
    traps = import_module("tests.soak.traps")
    traps.TRAP.set(point, str(journal.with_suffix(".kills")))
    for name, passed in STEPS.items():
        traps.after(publication, name, passed)
    disk.os = Files(traps)
    import_module("django.db.backends.signals").connection_created.connect(traps.watch, weak=False)


def live(told: dict[str, Any]) -> dict[str, Any]:
    """Act and publish in a process of its own; say whether it was killed, and what it published."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        act_and_publish(told)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    return {"killed": os.WIFSIGNALED(status), "exit": os.waitstatus_to_exitcode(status)}


def act_and_publish(told: dict[str, Any]) -> None:
    """Record so many acts on chains of their own, then publish."""
    enter(told)
    arm(told["point"], Path(told["journal"]))
    trail = import_module("lianjing.runtime.trail.act")
    now = datetime.fromisoformat(told["now"]).astimezone(UTC)
    for place in range(told["acts"]):
        with trail.recorded("soak.act", chain=f"soak:{place % 5}", actor=trail.SYSTEM, now=now):
            pass
    import_module("lianjing.runtime.trail.publication").publish(now)
