"""What left the regulated process: each distinct way is aligned with the net once, deviations become rows.

Where pairs of steps say just what the net allows, SQL tells the objects that fit; of the others each distinct way is
tried, and aligned where it does not fit, by the cheapest path (Adriansyah 2014, alignments): a step that both sides do
costs nothing, one that only the log or only the model has costs one. Among equals that path is taken which keeps the
weightier steps in place, a mandatory control before all.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal, NamedTuple, TypeAlias

from lianjing.analysis.mining.net import Marking, Net, Screen, TooLarge
from lianjing.analysis.mining.store import Store
from lianjing.analysis.mining.variants import steps_of, way_sql

MOST_STATES: Final = 200_000
MOST_WAYS: Final = 20_000  # distinct ways that do not fit: the rest, rarest, is counted as not aligned
Kind: TypeAlias = Literal["missing", "unknown_step", "repeated", "out_of_sequence", "not_allowed_here"]


Place: TypeAlias = tuple[
    int, Marking
]  # how many steps of the log are accounted for, and the tokens of the net
Cost: TypeAlias = tuple[int, float, int]  # steps of one side only; their weight; those of the log alone
FREE: Final[Cost] = (0, 0.0, 0)


class Move(NamedTuple):
    """One move of an alignment: in the log at `pos` (1 first, None: the model alone), in the model or not."""

    label: str
    pos: int | None
    is_model: bool


@dataclass(frozen=True, slots=True)
class Deviation:
    """One way's deviation: what, which step, at which position of the way (that before which a missing one belongs).

    The model expects `step` there where it is missing; elsewhere it does not expect it.
    """

    kind: Kind
    step: str
    pos: int


class Judge(NamedTuple):
    """By which net an object is judged; an open one only as far as it has come."""

    net: Net
    is_open: bool


@dataclass(frozen=True, slots=True)
class Aligned:
    """One way under one net, with its objects, its cost and deviations; `cost` is None where it was not aligned."""

    net: Net

    steps: tuple[str, ...]
    objects: tuple[int, ...]
    cost: int | None
    deviations: tuple[Deviation, ...]


@dataclass(frozen=True, slots=True)
class DeviationRow:
    """A deviation in one object: who did the step, or who did the next one where it is missing, and the days it took.

    `clause` and `expected_lane` are what the model says of the step: by which clause, and whose it is.
    """

    object: str
    kind: Kind
    step: str
    pos: int
    person: str
    post: str
    clause: str
    expected_lane: str
    at: int | None
    extra_days: float | None


@dataclass(frozen=True, slots=True)
class Conformance:
    """The whole answer: objects that fit, that could not be aligned, and the ways that do not fit."""

    cases: int
    fit: int
    unaligned: int
    ways: tuple[Aligned, ...]

    @property
    def deviations(self) -> int:
        """How many rows of deviations there are over all objects."""
        return sum(len(way.objects) * len(way.deviations) for way in self.ways)


def conform(store: Store, judge: Callable[[int], Judge]) -> Conformance:
    """Align each distinct way once under the net of its objects; ways with most objects come first."""
    judges, fit = _judged(store, judge), 0
    found: list[Aligned] = []
    for place, said in enumerate(judges):
        screen = said.net.screen()
        if screen is not None:
            fit += _screened(store, place, said, screen)
    cases, unaligned = int(store.one("SELECT COUNT(*) FROM judged")[0]), 0
    for place, steps, objects in _ways(store):
        said = judges[place]
        if _fits(said, steps):
            fit += len(objects)
            continue
        way = _aligned(said, steps, objects) if len(found) < MOST_WAYS else None
        if way is not None:
            found.append(way)
        if way is None or way.cost is None:
            unaligned += len(objects)
    return Conformance(cases, fit, unaligned, tuple(found))


def _judged(store: Store, judge: Callable[[int], Judge]) -> list[Judge]:
    """Make the table `judged` of all objects with the number of their judge, and return the judges."""
    judges: dict[tuple[int, bool], tuple[int, Judge]] = {}

    def rows() -> Iterator[tuple[int, int, int]]:
        cursor = store.connection.cursor().execute("SELECT DISTINCT object FROM step ORDER BY object")
        while batch := cursor.fetchmany(10_000):
            for (number,) in batch:
                said = judge(number)
                key = (id(said.net), said.is_open)
                yield number, judges.setdefault(key, (len(judges), said))[0], 0

    store.table("judged", "object INTEGER, judge INTEGER, is_fit INTEGER", rows())
    return [said for _place, said in judges.values()]


def _screened(store: Store, place: int, said: Judge, screen: Screen) -> int:
    """Mark the objects all of whose pairs, first and last step are allowed; return how many."""
    number = store.types.numbers
    pairs = [(number[one], number[other]) for one, other in screen.pairs if one in number and other in number]
    ends = [(number[label], 1, 0) for label in screen.first if label in number]
    last = said.net.labels if said.is_open else screen.last
    ends += [(number[label], 0, 1) for label in last if label in number]
    store.table("allowed_pair", "one INTEGER, other INTEGER", pairs)
    store.table("allowed_end", "type INTEGER, is_first INTEGER, is_last INTEGER", ends)
    store.connection.execute(
        """
        UPDATE judged SET is_fit = 1 WHERE judge = ? AND object NOT IN (
            SELECT s.object FROM step s LEFT JOIN allowed_pair p ON p.one = s.type AND p.other = s.next_type
            LEFT JOIN allowed_end f ON f.type = s.type AND f.is_first = 1
            LEFT JOIN allowed_end l ON l.type = s.type AND l.is_last = 1
            WHERE (s.next_type IS NOT NULL AND p.one IS NULL) OR (s.pos = 1 AND f.type IS NULL)
                OR (s.next_type IS NULL AND l.type IS NULL))
        """,
        [place],
    )
    return int(store.one("SELECT COUNT(*) FROM judged WHERE judge = ? AND is_fit = 1", [place])[0])


def _fits(judge: Judge, steps: tuple[str, ...]) -> bool:
    try:
        return judge.net.fits(steps, is_open=judge.is_open)
    except TooLarge:
        return False


def _aligned(judge: Judge, steps: tuple[str, ...], objects: tuple[int, ...]) -> Aligned:
    try:
        cost, moves = align(judge.net, steps, is_open=judge.is_open)
    except TooLarge:
        return Aligned(judge.net, steps, objects, None, ())
    return Aligned(judge.net, steps, objects, cost, tuple(deviations(judge.net, moves)))


def align(net: Net, steps: Sequence[str], *, is_open: bool = False) -> tuple[int, list[Move]]:
    """Return the cheapest alignment and its cost; of an open object only as a prefix. TooLarge beyond the limit.

    Among equals the one whose deviations weigh least (`Net.known`), then the one with most common steps, so that the
    answer never depends on chance.
    """
    begin = (0, net.start)
    best: dict[Place, Cost] = {begin: FREE}
    came: dict[Place, tuple[Place, Move | None]] = {}
    queue: list[tuple[Cost, int, Place]] = [(FREE, 0, begin)]
    turn = 0
    while queue:
        cost, _turn, state = heapq.heappop(queue)
        if cost > best[state]:
            continue
        if state[0] == len(steps) and (is_open or state[1] == net.end):
            return cost[0], list(_path(came, state))
        if len(best) > MOST_STATES:
            raise TooLarge(MOST_STATES)
        for after, move in _next(net, steps, state):
            total = _sum(net, cost, move)
            if after not in best or total < best[after]:
                best[after], came[after] = total, (state, move)
                turn += 1
                heapq.heappush(queue, (total, turn, after))
    raise TooLarge(0)


def _sum(net: Net, cost: Cost, move: Move | None) -> Cost:
    """Add the price of a move: nothing where it is silent or both sides do it."""
    if move is None or (move.is_model and move.pos is not None):
        return cost
    return cost[0] + 1, cost[1] + net.said(move.label).weight, cost[2] + (not move.is_model)


def _next(net: Net, steps: Sequence[str], state: Place) -> Iterator[tuple[Place, Move | None]]:
    pos, marking = state
    step = steps[pos] if pos < len(steps) else None
    for label, after in net.following(marking):
        if not label:
            yield (pos, after), None
            continue
        if label == step:
            yield (pos + 1, after), Move(label, pos + 1, is_model=True)
        yield (pos, after), Move(label, None, is_model=True)
    if step is not None:
        yield (pos + 1, marking), Move(step, pos + 1, is_model=False)


def _path(came: Mapping[Place, tuple[Place, Move | None]], state: Place) -> Iterator[Move]:
    moves = []
    while state in came:
        state, move = came[state]
        if move is not None:
            moves.append(move)
    yield from reversed(moves)


def deviations(net: Net, moves: Sequence[Move]) -> Iterator[Deviation]:
    """Name each move that only one side has: missing, not in the model, repeated, out of sequence, not allowed here.

    A step done at another place than the model expects is one deviation, out of sequence, not also a missing one.
    """
    elsewhere = {move.label for move in moves if move.pos is not None and not move.is_model}
    missing = {move.label for move in moves if move.pos is None}
    done: set[str] = set()
    pos = 1
    for move in moves:
        if move.pos is not None:
            pos = move.pos
        if move.pos is None and move.label not in elsewhere:
            yield Deviation("missing", move.label, pos + 1 if done else pos)
        elif move.pos is not None and not move.is_model:
            yield Deviation(_kind(net, move.label, missing, done), move.label, move.pos)
        if move.pos is not None:
            done.add(move.label)


def _kind(net: Net, label: str, missing: set[str], done: set[str]) -> Kind:
    if label not in net.labels:
        return "unknown_step"
    if label in missing:
        return "out_of_sequence"
    return "repeated" if label in done else "not_allowed_here"


def rows(store: Store, conformance: Conformance, *, most: int | None = None) -> list[DeviationRow]:
    """Return the deviations, of the most frequent way first, with person, post and the working days of the step.

    `most` ends the list early: `Conformance.deviations` says how many there are.
    """
    told = list(islice(_told(conformance.ways), most))
    places = ((place, number, deviation.pos) for place, (_net, number, deviation) in enumerate(told))
    store.table("deviation", "place INTEGER, object INTEGER, pos INTEGER", places)
    found = store.all(
        """
        WITH timed AS (
            SELECT s.object, s.pos, person, post, t, w - LAG(w) OVER (PARTITION BY s.object ORDER BY s.pos) AS extra,
                MAX(s.pos) OVER (PARTITION BY s.object) AS last
            FROM step s SEMI JOIN deviation d ON d.object = s.object
        )
        SELECT place, person, post, t, extra FROM deviation d
        JOIN timed s ON s.object = d.object AND s.pos = LEAST(d.pos, s.last) ORDER BY place
        """
    )
    return [_row(store, told[place], tuple(who)) for place, *who in found]


def _told(ways: Iterable[Aligned]) -> Iterator[tuple[Net, int, Deviation]]:
    for way in ways:
        for number in way.objects if way.deviations else ():
            for deviation in way.deviations:
                yield way.net, number, deviation


def _row(
    store: Store, told: tuple[Net, int, Deviation], step: tuple[int, int, int, int | None]
) -> DeviationRow:
    (net, number, deviation), (person, post, at, extra) = told, step
    said = net.said(deviation.step)
    return DeviationRow(
        store.objects.text(number),
        deviation.kind,
        deviation.step,
        deviation.pos,
        store.persons.text(person),
        store.posts.text(post),
        said.clause,
        said.lane,
        at,
        None if deviation.kind == "missing" else store.days(extra),
    )


def _ways(store: Store) -> Iterator[tuple[int, tuple[str, ...], tuple[int, ...]]]:
    """Yield (judge, way, objects) of all objects that the screen did not let through, the most frequent way first."""
    cursor = store.connection.cursor().execute(
        f"""{way_sql(store)}
        SELECT judge, steps, LIST(w.object ORDER BY w.object) FROM way w
        JOIN judged j ON j.object = w.object AND j.is_fit = 0 GROUP BY judge, steps ORDER BY COUNT(*) DESC, MIN(w.object)
        """
    )
    while batch := cursor.fetchmany(10_000):
        for judge, steps, objects in batch:
            yield judge, steps_of(store, steps), tuple(objects)
