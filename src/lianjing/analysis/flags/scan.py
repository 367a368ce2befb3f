"""The one scan: every process under every flag, then what only the whole can say; parts run on all cores."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import IO, Any, NamedTuple

from lianjing.analysis.flags import awarding, bidding, people, tendering
from lianjing.analysis.flags.board import Board
from lianjing.analysis.flags.case import Case, text
from lianjing.analysis.flags.catalogue import BY_CODE
from lianjing.analysis.flags.declaration import Hit
from lianjing.analysis.flags.look import Look
from lianjing.analysis.flags.quality import Account, Fields
from lianjing.analysis.flags.reading import GZIP, Held, documents, lines, open_lines, repeated
from lianjing.analysis.flags.settings import Chosen
from lianjing.analysis.flags.verdicts import unjudged, verdicts

PART = 32 * 1024 * 1024  # bytes a part: below it a second process costs more than it gives
LOOKS: tuple[Callable[[Look], None], ...] = (
    tendering.periods,
    tendering.evaluation,
    tendering.papers,
    tendering.thresholds,
    tendering.competition,
    tendering.estimates,
    bidding.prices,
    bidding.late,
    bidding.disqualified,
    bidding.fortunes,
    awarding.suppliers,
    awarding.contracts,
    people.ties,
)


class Part(NamedTuple):
    """A piece of a file; `last` None means to its end."""

    path: Path
    first: int
    last: int | None


class Scan:
    """One part's work: processes in, flags out, the rest on the board."""

    def __init__(self, chosen: Chosen, twice: frozenset[str], raised: Callable[[Hit], None]) -> None:
        self.chosen, self.twice, self.raised = chosen, twice, raised
        self.board, self.account, self.held = Board(), Account(), Held()
        self.fields = Fields(BY_CODE.values())

    def part(self, part: Part) -> None:
        """Take all lines of a part."""
        for place, line in lines(part.path, self.account, part.first, part.last):
            for each in documents(line, place, self.account):
                ocid = text(each["ocid"])
                if ocid in self.twice:
                    self.held.keep(ocid, place, each)
                else:
                    self.process(place, each)

    def process(self, place: str, source: Mapping[str, Any]) -> None:
        """Take one process."""
        self.account.counts["processes"] += 1
        self.fields.walk(source, self.account, place)
        case = Case(source, self.chosen.reading)
        if case.is_cancelled:
            self.account.counts["cancelled"] += 1
        elif case.details and case.details in self.chosen.excluded:
            self.account.counts["excluded"] += 1
        else:
            look = Look(case, self.board, self.chosen.flags, self.raised)
            for each in LOOKS:
                each(look)

    def merge_held(self) -> None:
        """Take the processes of several releases, merged."""
        for place, source, number in self.held.merged():
            self.account.counts["merged"] += number
            self.process(place, source)
        self.held.close()


def line_of(hit: Hit) -> str:
    """Return the output line of a flag."""
    return json.dumps(hit.as_json(), ensure_ascii=False) + "\n"


def scan(
    paths: list[Path], chosen: Chosen, out: IO[str], *, processes: int | None = None
) -> tuple[Account, dict[str, int], dict[str, Any]]:
    """Write all flags as JSON lines; return the account, flags by code, and the quality report."""
    counts: dict[str, int] = {}

    def write(hit: Hit) -> None:
        counts[hit.flag] = counts.get(hit.flag, 0) + 1
        out.write(line_of(hit))

    for path in paths:
        open_lines(path).close()
    twice = repeated(paths)
    whole = Scan(chosen, twice, write)
    parts = list(_parts(paths, processes or os.cpu_count() or 1))
    if len(parts) > len(paths) and (processes or os.cpu_count() or 1) > 1:
        _spread(parts, whole, counts, out, processes or os.cpu_count() or 1)
    else:
        for part in parts:
            whole.part(part)
    whole.merge_held()
    for hit in verdicts(whole.board, chosen.flags):
        write(hit)
    silent = unjudged(whole.board, chosen.flags)
    return whole.account, counts, whole.account.as_json(BY_CODE.values(), chosen.idle, silent)


def _parts(paths: list[Path], processes: int) -> Iterator[Part]:
    for path in paths:
        size = path.stat().st_size
        with path.open("rb") as file:
            is_packed = file.read(2) == GZIP
        number = 1 if is_packed or processes == 1 else max(1, min(processes * 4, size // PART))
        edges = [size * each // number for each in range(number + 1)]
        if number == 1:
            yield Part(path, 0, None)
        else:
            for first, last in pairwise(edges):
                yield Part(path, first, last)


def _spread(parts: list[Part], whole: Scan, counts: dict[str, int], out: IO[str], processes: int) -> None:
    context = get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        for board, account, held, found, name in pool.map(
            _one, parts, [whole.chosen] * len(parts), [whole.twice] * len(parts)
        ):
            whole.board.add(board)
            whole.account.add(account)
            for ocid, place, source in held:
                whole.held.keep(ocid, place, source)
            with Path(name).open(encoding="utf-8") as file:
                for text_line in file:
                    out.write(text_line)
            Path(name).unlink()
            for code, number in found.items():
                counts[code] = counts.get(code, 0) + number


def _one(
    part: Part, chosen: Chosen, twice: frozenset[str]
) -> tuple[Board, Account, list[tuple[str, str, Any]], dict[str, int], str]:
    counts: dict[str, int] = {}
    with tempfile.NamedTemporaryFile(
        "w", delete=False, suffix=".jsonl", encoding="utf-8", errors="backslashreplace"
    ) as out:

        def write(hit: Hit) -> None:
            counts[hit.flag] = counts.get(hit.flag, 0) + 1
            out.write(line_of(hit))

        own = Scan(chosen, twice, write)
        own.part(part)
    held = []
    for ocid, places in own.held.places.items():
        for offset, length, place in places:
            own.held.file.seek(offset)
            held.append((ocid, place, json.loads(own.held.file.read(length))))
    own.held.close()
    return own.board, own.account, held, counts, out.name
