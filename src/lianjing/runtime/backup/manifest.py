"""The list of what an archive holds, by which it is checked before a byte of it is used."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.backup.folder import is_safe

NAME = "manifest.json"
FORMAT, VERSION = "lianjing-backup", 1
SEALED = "keys.sealed"
LIMIT = 512 * 1024 * 1024  # of the list itself; a million documents take about 150 MB
SHA256 = re.compile(r"[0-9a-f]{64}")


class Foreign(BadInput):
    """Not an archive of ours, or not any more."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file: its bytes and their digest."""

    size: int
    sha256: str


@dataclass
class Manifest:
    """What was taken, when, by which program, and how far the log had grown at that moment."""

    made_at: str
    program: str
    vendor: str
    migrations: dict[str, list[str]]
    log_size: int
    log_root: str
    events: int
    signed_size: int
    keys: str  # plain, sealed, none
    is_demonstration: bool = False
    members: dict[str, Member] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Return the list as JSON."""
        content = {"format": FORMAT, "format_version": VERSION, **asdict(self)}
        return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode()


def parse(content: bytes) -> Manifest:
    """Read the list; Foreign for anything that we did not write, BadInput for a format newer than this program."""
    try:
        found: dict[str, Any] = json.loads(content)
        if found.pop("format") != FORMAT:
            raise Foreign("不是廉镜的备份文件")
        version = found.pop("format_version")
        if version != VERSION:
            raise BadInput(f"备份格式为第 {version} 版，本程序只认第 {VERSION} 版；请用做备份的程序版本恢复")
        members = {name: Member(**each) for name, each in found.pop("members").items()}
        manifest = Manifest(**found, members=members)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Foreign("备份文件的清单无法读取，文件已损坏或不是廉镜的备份") from error
    _check(manifest)
    return manifest


def _check(manifest: Manifest) -> None:
    for name, member in manifest.members.items():
        if not is_safe(name) or name == NAME:
            raise Foreign(f"备份清单中的文件名不可接受：{name!r}")
        if type(member.size) is not int or member.size < 0 or not SHA256.fullmatch(str(member.sha256)):
            raise Foreign(f"备份清单中的一行不可接受：{name}")
    if manifest.vendor not in ("sqlite", "postgresql") or not isinstance(manifest.migrations, dict):
        raise Foreign("备份清单不可接受")
