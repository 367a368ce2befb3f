"""Faults in what an office declares or does: a Chinese sentence with named places, translated at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault found by a check; `reason` is the sentence with `%(name)s` places, `message` the filled one."""

    element_id: str
    reason: str
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return self.reason % self.values if self.values else self.reason


class ExplainedError(Exception):
    """An error whose sentence can be translated: `reason` is the template, `values` fills its places."""

    def __init__(self, reason: str, /, **values: object) -> None:
        self.reason = reason
        self.values = {key: str(value) for key, value in values.items()}
        super().__init__(self.message)

    @property
    def message(self) -> str:
        return self.reason % self.values if self.values else self.reason
