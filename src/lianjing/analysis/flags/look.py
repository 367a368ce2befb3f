"""What a flag's function gets: the process, the settings of each flag, and where to raise or to gather."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from sys import intern
from typing import Any

from lianjing.analysis.flags.board import Board, Sample, Tally
from lianjing.analysis.flags.case import Case, Contest, Money
from lianjing.analysis.flags.declaration import Evidence, Hit

NON_COMPETITIVE = frozenset({"direct", "limited"})
Settings = Mapping[str, Mapping[str, Any]]


class Look:
    """One process under all flags."""

    def __init__(self, case: Case, board: Board, settings: Settings, raised: Callable[[Hit], None]) -> None:
        self.case, self.board, self.settings, self.raised = case, board, settings, raised

    def setting(self, code: str, name: str) -> Any:
        """Return a setting of a flag; None where it has neither value nor default."""
        return self.settings[code].get(name)

    def has(self, code: str) -> bool:
        """True where the flag runs."""
        return code in self.settings

    def seen(self, *places: tuple[str, Any]) -> tuple[Evidence, ...]:
        """Return places of this process as evidence; None stands for what the document has there."""
        source = self.case.source
        return tuple(
            Evidence(self.case.ocid, path, at(source, path) if value is None else value)
            for path, value in places
        )

    def flag(self, code: str, value: float, *places: tuple[str, Any]) -> None:
        """Raise the flag on this process."""
        if code in self.settings:
            ocid = self.case.ocid
            self.raised(Hit(code, "ocid", ocid, float(value), (ocid,), 1, self.seen(*places)))

    def mark(self, code: str, who: str, value: float, *places: tuple[str, Any]) -> None:
        """Raise the flag on a tenderer; many processes may add to it."""
        if code in self.settings:
            self.board.mark(code, "tenderer", who, value).keep(self.case.ocid, self.seen(*places))

    def sample(self, code: str, group: tuple[str, ...], value: float, *paths: str) -> None:
        """Keep a number that is judged at the end against its group."""
        if code in self.settings:
            self.board.sample(code, group, Sample(value, self.case.ocid, self.places(paths)))

    def places(self, paths: Iterable[str]) -> tuple[tuple[str, Any], ...]:
        """Return paths with what stands there."""
        return tuple((intern(path), at(self.case.source, path)) for path in paths)

    def absent(self, code: str, path: str, *, is_there: bool) -> None:
        """Note that something is missing here, or is there; missing counts only where it is there elsewhere."""
        if code not in self.settings:
            return
        if is_there:
            self.board.tally(code, ()).whole += 1
        else:
            self.board.event(code, (), (self.case.ocid, intern(path)))

    def tally(self, code: str, kind: str, subject: str, *more: str) -> Tally:
        """Return the tally of a subject."""
        return self.board.tally(code, (kind, subject, *more))

    def share(self, code: str, *, is_part: bool, path: str, value: Any) -> None:
        """Count this process for its buyer and its procuring entity, as part where it shows the sign."""
        if code not in self.settings:
            return
        for kind, subject in (("buyer", self.case.buyer), ("procuring_entity", self.case.entity)):
            if subject:
                tally = self.tally(code, kind, subject)
                tally.whole += 1
                if is_part:
                    tally.part += 1
                    tally.keep(self.case.ocid, self.seen((path, value)))

    def threshold(self, code: str, currency: str) -> float | None:
        """Return the legal threshold of a currency: `threshold = CNY 4000000|USD 50000`; none is built in."""
        found = self.settings[code].get("threshold") if code in self.settings else None
        return found.get(currency) if isinstance(found, dict) else None


def at(source: Any, path: str) -> Any:
    """Return what stands at a JSON pointer; of an object or list only that there is one."""
    for part in path.split("/")[1:]:
        if isinstance(source, dict):
            source = source.get(part)
        elif isinstance(source, list) and part.isdigit() and int(part) < len(source):
            source = source[int(part)]
        else:
            return None
    if isinstance(source, (dict, list)):
        own = source.get("id") if isinstance(source, dict) else None
        return own if isinstance(own, (str, int)) else f"{len(source)} entries"
    return source[:200] if isinstance(source, str) else source


def compared(look: Look) -> bool:
    """True where prices are compared in this procedure (Cardinal's two settings of procedures)."""
    general = look.settings["general"]
    no, yes = (
        general["no_price_comparison_procurement_methods"],
        general["price_comparison_procurement_methods"],
    )
    return look.case.details not in no and (not yes or look.case.details in yes)


def priced(contest: Contest, *, has_consortia: bool) -> dict[str, list[tuple[frozenset[str], Money, str]]]:
    """Return the valid bids with a price by currency: who, price, place."""
    found: dict[str, list[tuple[frozenset[str], Money, str]]] = {}
    for bid in contest.bids:
        if bid.status == "valid" and bid.money and (len(bid.who) == 1 or (has_consortia and bid.who)):
            found.setdefault(bid.money.currency, []).append((bid.who, bid.money, bid.path))
    return found
