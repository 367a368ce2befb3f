"""`lianjing trail verifier FILE`: hands out the stand-alone verifier with its one-page procedure."""

from __future__ import annotations

import argparse
import hashlib
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from lianjing.kernel.refusal import BadInput

PROGRAM, PROCEDURE = "verifier.py", "verify-the-trail.md"


def add_to(group: Any, common: argparse.ArgumentParser) -> None:
    """Add `verifier` to `trail`; it needs neither an installation nor a database."""
    command = group.add_parser(
        "verifier", parents=[common], help="copy out the stand-alone verifier and its procedure"
    )
    command.add_argument("file", type=Path, metavar="FILE", help="where to write the program, e.g. verify.py")
    command.set_defaults(run=run_verifier)


def copy_verifier(place: Path) -> tuple[Path, str]:
    """Write the verifier to `place` and the procedure beside it; return the procedure's place and the program's SHA-256.

    BadInput where another file stands in the way.
    """
    source = files("lianjing.kernel.trail")
    program, procedure = (source / PROGRAM).read_bytes(), (source / PROCEDURE).read_bytes()
    beside = place.with_name(place.stem + ".txt")
    if beside == place:
        raise BadInput("程序文件不能以 .txt 结尾，那是说明的名字", "file")
    for target, data in ((place, program), (beside, procedure)):
        if target.exists() and (not target.is_file() or target.read_bytes() != data):
            raise BadInput(f"{target} 已存在，不覆盖", "file")
        target.write_bytes(data)
    return beside, hashlib.sha256(program).hexdigest()


def run_verifier(options: argparse.Namespace) -> int:
    """Copy, and print the digest by which the supervisors know that they have the program that is published."""
    beside, digest = copy_verifier(options.file)
    if options.json:
        told = {"file": str(options.file), "procedure": str(beside), "sha256": digest}
        print(json.dumps(told, ensure_ascii=False))
        return 0
    print(f"{options.file}\nSHA-256 {digest}\n说明 procedure: {beside}")
    return 0
