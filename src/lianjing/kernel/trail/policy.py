"""Trust policies (C2SP tlog-policy): whose log, which witnesses, and how many of them must have cosigned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from lianjing.kernel.trail.checkpoint import Checkpoint, cosigned_by, parse_checkpoint
from lianjing.kernel.trail.malformed import Malformed, decimal, utf8_bytes, utf8_text
from lianjing.kernel.trail.note import COSIGNATURE, SCHEMES, Note, VerifierKey, Verify, parse_vkey, signed_by

POLICY_LIMIT = 64 * 1024
KEYS_LIMIT = 64  # logs, witnesses, groups: each
NONE = "none"


@dataclass(frozen=True, slots=True)
class Group:
    """At least `threshold` of the members, each a witness or a group named before."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What makes a checkpoint valid. Witnesses and groups go by the names of the policy file."""

    log_keys: tuple[VerifierKey, ...]
    witnesses: Mapping[str, VerifierKey]
    groups: Mapping[str, Group]
    quorum: str
    schemes: Mapping[int, Verify] = field(default_factory=lambda: SCHEMES, compare=False, repr=False)

    @property
    def text(self) -> str:
        """The policy as a file; addresses and comments are not kept."""
        lines = [f"log {key.text}" for key in self.log_keys]
        lines += [f"witness {name} {key.text}" for name, key in self.witnesses.items()]
        lines += [
            f"group {name} {group.threshold} {' '.join(group.members)}" for name, group in self.groups.items()
        ]
        return "".join(f"{line}\n" for line in (*lines, f"quorum {self.quorum}"))

    def signed(self, note: Note) -> Checkpoint | None:
        """Return the checkpoint where one of the logs signed it under its own name; Malformed where it is none."""
        checkpoint = parse_checkpoint(note.text)
        keys = [key for key in self.log_keys if key.name == checkpoint.origin]
        return checkpoint if any(signed_by(note, key, self.schemes) for key in keys) else None

    def covering(self, note: Note) -> list[tuple[str, int]]:
        """Return which witnesses cosigned the note, and when (POSIX seconds), in the order of the policy."""
        times = ((name, cosigned_by(note, key, self.schemes)) for name, key in self.witnesses.items())
        return [(name, time) for name, time in times if time is not None]

    def has_quorum(self, names: set[str]) -> bool:
        """Return whether these witnesses are enough."""
        if self.quorum == NONE:
            return True
        standing = set(names) & set(self.witnesses)
        for name, group in self.groups.items():  # each names only what stands before it
            if len(standing.intersection(group.members)) >= group.threshold:
                standing.add(name)
        return self.quorum in standing

    def satisfied(self, note: Note) -> bool:
        """Return whether one of the logs signed the checkpoint and the quorum cosigned it."""
        return self.signed(note) is not None and self.has_quorum({name for name, _ in self.covering(note)})


class _Reading:
    """The policy as far as its lines are read."""

    def __init__(self) -> None:
        self.logs: list[VerifierKey] = []
        self.witnesses: dict[str, VerifierKey] = {}
        self.groups: dict[str, Group] = {}
        self.members: set[str] = set()
        self.quorum = ""

    def take(self, words: list[str]) -> None:
        match words:
            case ["log", key] | ["log", key, _]:
                self._log(parse_vkey(key))
            case ["witness", name, key] | ["witness", name, key, _]:
                self._witness(name, parse_vkey(key))
            case ["group", name, threshold, *members] if members:
                self._group(name, threshold, tuple(members))
            case ["quorum", name]:
                self._quorum(name)
            case _:
                raise Malformed("policy", f"a line that says nothing known: {words[0][:20]!r}")

    def _log(self, key: VerifierKey) -> None:
        if key.kind == COSIGNATURE or any(key.key == other.key for other in self.logs):
            raise Malformed("policy", "a log's key stands twice or is of another kind")
        self.logs.append(key)
        self._limit(len(self.logs))

    def _witness(self, name: str, key: VerifierKey) -> None:
        self._new(name)
        if key.kind != COSIGNATURE or any(key.key == other.key for other in self.witnesses.values()):
            raise Malformed("policy", "a witness's key stands twice or is of another kind")
        self.witnesses[name] = key
        self._limit(len(self.witnesses))

    def _group(self, name: str, threshold: str, members: tuple[str, ...]) -> None:
        self._new(name)
        for member in members:
            self._known(member)
            if member in self.members:
                raise Malformed("policy", "a name is a member twice")
            self.members.add(member)
        match threshold:
            case "any":
                least = 1
            case "all":
                least = len(members)
            case _:
                least = decimal(threshold, "policy")
        if not 1 <= least <= len(members):
            raise Malformed("policy", "a threshold that the group cannot have")
        self.groups[name] = Group(least, members)
        self._limit(len(self.groups))

    def _quorum(self, name: str) -> None:
        if self.quorum:
            raise Malformed("policy", "two quorums")
        if name != NONE:
            self._known(name)
        self.quorum = name

    def _new(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise Malformed("policy", "a name stands twice")

    def _known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise Malformed("policy", "a name that no line before defines")

    def _limit(self, count: int) -> None:
        if count > KEYS_LIMIT:
            raise Malformed("policy", f"more than {KEYS_LIMIT} of a kind")


def parse_policy(text: str | bytes, schemes: Mapping[int, Verify] = SCHEMES) -> Policy:
    """Return the policy of a file in UTF-8; Malformed names what is wrong. Addresses are read over."""
    if isinstance(text, bytes):
        text = utf8_text(text, "policy", POLICY_LIMIT)
    utf8_bytes(text, "policy", POLICY_LIMIT)
    if re.search("[\x00-\x08\x0b-\x1f\x7f]", text):
        raise Malformed("policy", "a control character")
    if not text.endswith("\n"):
        raise Malformed("policy", "the last line does not end")
    reading = _Reading()
    for line in text.split("\n"):
        words = [word for word in re.split("[ \t]+", line) if word]
        if words and not words[0].startswith("#"):
            reading.take(words)
    if not reading.quorum:
        raise Malformed("policy", "no quorum")
    return Policy(
        tuple(reading.logs),
        MappingProxyType(reading.witnesses),
        MappingProxyType(reading.groups),
        reading.quorum,
        schemes,
    )
