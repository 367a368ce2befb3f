"""Where a request comes from, as the log-in log keeps it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

VERSIONS = re.compile(r"[\d._]+")


@dataclass(frozen=True, slots=True)
class Origin:
    """The address and the browser of a request; both are what the other side claims, cut to what a column holds."""

    ip: str
    agent: str

    @classmethod
    def of(cls, ip: str, agent: str) -> Origin:
        """Return the origin without characters that no database carries."""
        clean = "".join(each for each in agent if each.isprintable())
        return cls(ip[:45], clean[:300])


def agent_print(agent: str) -> str:
    """Return what stays of a browser's name through its updates: the name without version numbers, as a digest."""
    return hashlib.sha256(VERSIONS.sub("", agent).encode("utf-8", "replace")).hexdigest()
