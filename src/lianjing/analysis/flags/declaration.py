"""What a flag is: code, names, method in both languages, source, the fields and the settings that it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Setting:
    """A number that a flag uses; `default` None means: without it the flag either computes a fence or does not run."""

    name: str
    default: float | str | None
    source: str


@dataclass(frozen=True)
class Flag:
    """One red flag of OCP's 2024 list as this program computes it."""

    code: str
    title: str
    title_en: str
    method: str
    method_en: str
    fields: tuple[str, ...]
    settings: tuple[Setting, ...] = ()
    needs: str = (
        ""  # the setting without which it does not run: a figure that only the law of the place can give
    )


class Evidence(NamedTuple):
    """One place of the document: JSON pointer within the process, and what stands there."""

    ocid: str
    path: str
    value: Any


class Hit(NamedTuple):
    """One raised flag."""

    flag: str
    subject_type: str
    subject: str
    value: float
    ocids: tuple[str, ...]
    ocids_total: int
    evidence: tuple[Evidence, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the fields of an output line."""
        return {
            "flag": self.flag,
            "subject_type": self.subject_type,
            "subject": self.subject,
            "value": self.value,
            "ocids": list(self.ocids),
            "ocids_total": self.ocids_total,
            "evidence": [each._asdict() for each in self.evidence],
        }
