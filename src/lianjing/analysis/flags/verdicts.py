"""What can only be said after the last line: fences, shares, circles; each yields the flags it raises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from lianjing.analysis.flags.board import (
    KEPT_EVIDENCE,
    KEPT_OCIDS,
    Board,
    Key,
    Sample,
    Tally,
    fences,
    quantile,
)
from lianjing.analysis.flags.case import DAY
from lianjing.analysis.flags.declaration import Evidence, Hit
from lianjing.analysis.flags.look import Settings

LOW = ("R014", "R061")
HIGH = ("R015", "R022", "R059", "R060", "R062")
BOTH = ("R016", "R017")
SHARES = ("R013", "R021", "R026", "R072")
ABSENT = ("R001", "R004", "R005", "R010", "R012", "R037", "R063", "R073")
BENFORD = (0.30103, 0.17609, 0.12494, 0.09691, 0.07918, 0.06695, 0.05799, 0.05115, 0.04576)


def verdicts(board: Board, settings: Settings) -> Iterator[Hit]:  # noqa: C901 - one loop a family
    """Yield all flags that need the whole data; a flag's fence is computed within its group and currency."""
    for code in (*LOW, *HIGH, *BOTH):
        if code in settings:
            for found in board.samples.get(code, {}).values():
                yield from _fenced(code, found, settings[code])
    for judge in (
        _second,
        _losers,
        _disqualified,
        _classes,
        _bidders,
        _shares,
        _benford,
        _favourites,
        _markets,
        _growing,
        _pairs,
        _circles,
        _same_order,
        _direct_awards,
        _split,
    ):
        yield from judge(board, settings)
    for code in ABSENT:
        if code in settings and board.tally(code, ()).whole > 0:
            for ocid, path in board.events.get(code, {}).get((), ()):
                yield Hit(code, "ocid", ocid, 1.0, (ocid,), 1, (Evidence(ocid, path, None),))
    for (code, kind, subject), tally in board.marks.items():
        yield _of(code, kind, subject, tally.part, tally)


def unjudged(board: Board, settings: Settings) -> dict[str, str]:
    """Return the flags on what is missing that say nothing here, as nobody publishes it."""
    return {
        code: f"missing in {len(board.events[code][()])} processes, published in none"
        for code in ABSENT
        if code in settings and board.events.get(code) and not board.tally(code, ()).whole
    }


def _of(code: str, kind: str, subject: str, value: float, tally: Tally) -> Hit:
    return Hit(code, kind, subject, value, tuple(tally.ocids), tally.total, tuple(tally.evidence))


def _on(each: Sample, code: str) -> Hit:
    places = tuple(Evidence(each.ocid, path, value) for path, value in each.paths)
    return Hit(code, "ocid", each.ocid, each.value, (each.ocid,), 1, places)


def _fenced(code: str, found: list[Sample], own: Mapping[str, Any]) -> Iterator[Hit]:
    limit = own.get("threshold")
    if limit is None and len(found) < own["minimum_sample"]:
        return
    low, high = fences(each.value for each in found) if limit is None else (limit, limit)
    raised: set[str] = set()
    for each in found:
        is_low = code in LOW or code in BOTH
        is_high = code in HIGH or code in BOTH
        is_out = (is_low and each.value < low) or (is_high and each.value > high)
        if is_out and each.ocid not in raised:
            raised.add(each.ocid)
            yield _on(each, code)


def _second(board: Board, settings: Settings) -> Iterator[Hit]:
    """R024 and R058: the second price too near to the winner's, or too far."""
    for code in ("R024", "R058"):
        found = board.samples.get(code, {}).get((), [])
        if code not in settings or not found:
            continue
        limit = settings[code].get("threshold")
        low, high = fences(each.value for each in found) if limit is None else (limit, limit)
        raised: set[str] = set()
        for each in found:
            if each.value <= low if code == "R024" else each.value >= high:
                if each.ocid not in raised:
                    yield _on(each, code)
                raised.add(each.ocid)
                for who in each.who:
                    places = [Evidence(each.ocid, path, value) for path, value in each.paths]
                    board.mark(code, "tenderer", who, 0.0).keep(each.ocid, places)


def _losers(board: Board, settings: Settings) -> Iterator[Hit]:
    tallies = board.tallies.get("R025", {})
    if "R025" not in settings or not tallies:
        return
    own = settings["R025"]
    most = quantile(sorted(each.whole for each in tallies.values()), own["percentile"] / 100)
    limit = own.get("threshold")
    low = fences(each.part / each.whole for each in tallies.values())[0] if limit is None else limit
    for (kind, who), tally in tallies.items():
        if tally.whole >= most and tally.part / tally.whole <= low and tally.part < tally.whole:
            yield _of("R025", kind, who, tally.part / tally.whole, tally)


def _disqualified(board: Board, settings: Settings) -> Iterator[Hit]:
    if "R038" not in settings:
        return
    own = settings["R038"]
    for kind in ("buyer", "procuring_entity", "tenderer"):
        least = own["minimum_submitted_bids" if kind == "tenderer" else "minimum_contracting_processes"]
        yield from _high(board, "R038", kind, least, 1, own.get("threshold"))


def _high(
    board: Board, code: str, kind: str, least: float, sample: float, limit: float | None
) -> Iterator[Hit]:
    found = {
        key: each
        for key, each in board.tallies.get(code, {}).items()
        if key[0] == kind and each.whole >= least
    }
    if not found or (limit is None and len(found) < sample):
        return
    high = fences(each.part / each.whole for each in found.values())[1] if limit is None else limit
    for key, tally in found.items():
        share = tally.part / tally.whole
        if share >= high and share > 0:
            yield _of(code, kind, key[1], share, tally)


def _shares(board: Board, settings: Settings) -> Iterator[Hit]:
    for code in SHARES:
        if code in settings:
            own = settings[code]
            for kind in ("buyer", "procuring_entity"):
                least, sample = own["minimum_contracting_processes"], own["minimum_sample"]
                yield from _high(board, code, kind, least, sample, own.get("threshold"))


def _classes(board: Board, settings: Settings) -> Iterator[Hit]:
    if "R048" not in settings:
        return
    own = settings["R048"]
    found = {
        key: each
        for key, each in board.tallies.get("R048", {}).items()
        if each.whole >= own["minimum_contracting_processes"]
    }
    if not found:
        return
    limit = own.get("threshold")
    if limit is None:
        limit = -(-fences(float(len(each.more or ())) for each in found.values())[1] // 1)
    for (kind, who), tally in found.items():
        if len(tally.more or ()) >= max(limit, 2):
            yield _of("R048", kind, who, float(len(tally.more or ())), tally)


def _bidders(board: Board, settings: Settings) -> Iterator[Hit]:
    """R019: mean number of bidders of a body in a class, below the lower fence of the others in that class."""
    if "R019" not in settings:
        return
    own = settings["R019"]
    groups: dict[tuple[str, str], list[tuple[Key, Tally]]] = {}
    for key, tally in board.tallies.get("R019", {}).items():
        if tally.whole >= own["minimum_contracting_processes"]:
            groups.setdefault((key[0], key[2]), []).append((key, tally))
    for found in groups.values():
        limit = own.get("threshold")
        if limit is None and len(found) < own["minimum_sample"]:
            continue
        low = fences(each.part / each.whole for _key, each in found)[0] if limit is None else limit
        for key, tally in found:
            if tally.part / tally.whole < low:
                yield _of("R019", key[0], key[1], tally.part / tally.whole, tally)


def _benford(board: Board, settings: Settings) -> Iterator[Hit]:
    """R029: chi-square of the first digits of one bidder's prices."""
    if "R029" not in settings:
        return
    own = settings["R029"]
    for (kind, who), tally in board.tallies.get("R029", {}).items():
        n = sum(tally.more)
        if n < own["minimum_bids"]:
            continue
        value = sum(
            (have - n * share) ** 2 / (n * share) for have, share in zip(tally.more, BENFORD, strict=True)
        )
        if value > own["threshold"]:
            yield _of("R029", kind, who, value, tally)


def _favourites(board: Board, settings: Settings) -> Iterator[Hit]:
    """R040: one supplier's share of a buyer's awards, by number."""
    if "R040" not in settings:
        return
    own, whole = settings["R040"], dict[str, float]()
    for (_kind, _who, buyer), tally in board.tallies.get("R040", {}).items():
        whole[buyer] = whole.get(buyer, 0.0) + tally.part
    for (kind, who, buyer), tally in board.tallies.get("R040", {}).items():
        if whole[buyer] >= own["minimum_awards"] and tally.part / whole[buyer] >= own["threshold"]:
            yield _of("R040", kind, who, tally.part / whole[buyer], tally)


def _markets(board: Board, settings: Settings) -> Iterator[Hit]:  # noqa: C901 - two measures of one table
    """R050, R051: one supplier's share of a class by value in one currency; the sum of squared shares."""
    for code in ("R050", "R051"):
        if code not in settings:
            continue
        own, markets = settings[code], dict[tuple[str, str], list[tuple[str, Tally]]]()
        for (_kind, who, category, currency), tally in board.tallies.get(code, {}).items():
            markets.setdefault((category, currency), []).append((who, tally))
        for found in markets.values():
            if sum(each.whole for _who, each in found) < own["minimum_awards"]:
                continue
            whole = sum(each.part for _who, each in found)
            squares = sum((100 * each.part / whole) ** 2 for _who, each in found)
            first = max(found, key=lambda each: each[1].part)
            if code == "R051" and squares > own["threshold"]:
                yield _of(code, "tenderer", first[0], squares, first[1])
            if code == "R050":
                for who, tally in found:
                    if tally.part / whole >= own["threshold"]:
                        yield _of(code, "tenderer", who, tally.part / whole, tally)


def _growing(board: Board, settings: Settings) -> Iterator[Hit]:
    """R052: a small first award, then a much larger one, from the same buyer to the same supplier."""
    if "R052" not in settings:
        return
    own, found = settings["R052"], []
    for (_buyer, who, _currency), events in board.events.get("R052", {}).items():
        ordered = sorted(events)
        if len(ordered) > 1 and ordered[0][1] > 0:
            largest = max(ordered[1:], key=lambda each: each[1])
            found.append((largest[1] / ordered[0][1], who, (ordered[0][2], largest[2])))
    limit = own.get("threshold")
    if limit is None and len(found) < own["minimum_sample"]:
        return
    high = fences(each[0] for each in found)[1] if limit is None else limit
    for value, who, ocids in found:
        if value > high:
            yield _many("R052", "tenderer", who, value, ocids, "/awards")


def _many(code: str, kind: str, subject: str, value: float, ocids: Iterable[str], path: str) -> Hit:
    own = list(dict.fromkeys(ocids))
    places = tuple(Evidence(each, path, None) for each in own[:KEPT_EVIDENCE])
    return Hit(code, kind, subject, value, tuple(own[:KEPT_OCIDS]), len(own), places)


def _pairs(board: Board, settings: Settings) -> Iterator[Hit]:
    """R053: two who often bid together, and one winner wins most of it."""
    if "R053" not in settings:
        return
    own, whole = settings["R053"], dict[tuple[str, str], float]()
    for (_kind, one, other, _winner), tally in board.tallies.get("R053", {}).items():
        whole[one, other] = whole.get((one, other), 0.0) + tally.total
    for (_kind, one, other, winner), tally in board.tallies.get("R053", {}).items():
        times = whole[one, other]
        if times >= own["minimum_contracting_processes"] and tally.total / times >= own["threshold"]:
            for who in sorted({one, other, winner}):
                yield _of("R053", "tenderer", who, tally.total / times, tally)


def _circles(board: Board, settings: Settings) -> Iterator[Hit]:
    """R057: the same circle bids again and again, and its members win by turns."""
    if "R057" not in settings:
        return
    least = settings["R057"]["minimum_contracting_processes"]
    for key, events in board.events.get("R057", {}).items():
        ordered = sorted(events)
        winners = [each[1] for each in ordered]
        turns = sum(1 for one, other in pairwise(winners) if one != other)
        if len(winners) >= max(least, len(key)) and set(winners) == set(key) and turns == len(winners) - 1:
            for who in key:
                yield _many(
                    "R057", "tenderer", who, float(len(winners)), (each[2] for each in ordered), "/awards"
                )


def _same_order(board: Board, settings: Settings) -> Iterator[Hit]:
    """R034: the same bidders hand in their bids in the same order every time."""
    if "R034" not in settings:
        return
    least = settings["R034"]["minimum_contracting_processes"]
    for key, events in board.events.get("R034", {}).items():
        if len(events) >= least and len({each[0] for each in events}) == 1:
            for who in key:
                ocids = (each[1] for each in events)
                yield _many("R034", "tenderer", who, float(len(events)), ocids, "/bids/details")


def _direct_awards(board: Board, settings: Settings) -> Iterator[Hit]:
    """R049, R055: direct awards just under the threshold, of one buyer, or of one buyer to one supplier."""
    for code in ("R049", "R055"):
        if code in settings:
            for (buyer, who), events in board.events.get(code, {}).items():
                if len(events) >= settings[code]["minimum_awards"] and (who or buyer):
                    kind = "tenderer" if who else "buyer"
                    places = tuple(
                        Evidence(each[2], f"{each[3]}/value/amount", each[1]) for each in events[:10]
                    )
                    ocids = tuple(dict.fromkeys(each[2] for each in events))
                    yield Hit(
                        code, kind, who or buyer, float(len(events)), ocids[:KEPT_OCIDS], len(ocids), places
                    )


def _split(board: Board, settings: Settings) -> Iterator[Hit]:
    """R011: purchases of one body and class, each below the threshold, together at or above it within the days."""
    if "R011" not in settings:
        return
    own = settings["R011"]
    for (kind, who, _category, currency), events in board.events.get("R011", {}).items():
        limit, ordered, first, whole = own["threshold"][currency], sorted(events), 0, 0.0
        for last, (at, amount, _ocid) in enumerate(ordered):
            whole += amount
            while at - ordered[first][0] > own["days"] * DAY:
                whole -= ordered[first][1]
                first += 1
            if whole >= limit and last > first:
                ocids = [each[2] for each in ordered[first : last + 1]]
                yield _many("R011", kind, who, whole / limit, ocids, "/tender/value/amount")
                break
