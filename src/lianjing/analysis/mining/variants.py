"""Which ways were taken: variants, steps done again, and steps that one person did which two should have done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lianjing.analysis.mining.store import Store
from lianjing.kernel.refusal import BadInput

FIRST_SIGN = 0x100  # a step is one sign of a text: below the surrogates, which no text may hold
LAST_SIGN = 0xD7FF


class TooManyKinds(BadInput):
    """The log has more kinds of steps than a variant can be written with: its steps hold numbers or names."""

    def __init__(self, count: int) -> None:
        words = {"count": count, "most": LAST_SIGN - FIRST_SIGN}
        super().__init__(
            _("活动名称多达%(count)d种，最多%(most)d种：请去掉活动名称中的编号、人名后再分析") % words,
            "activity",
        )


@dataclass(frozen=True, slots=True)
class Variant:
    """One way: its steps in order, how many objects took it, how long they took at the median, and one of them."""

    steps: tuple[str, ...]
    cases: int
    median_days: float
    example: str


@dataclass(frozen=True, slots=True)
class Rework:
    """A kind of step that was done again in an object: by the same person, by another, or by nobody known."""

    type: str
    cases: int
    again: int
    same_person: int
    other_person: int
    unknown_person: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two kinds of steps that one person must not both do in one object (four eyes)."""

    one: str
    other: str
    clause: str = ""


@dataclass(frozen=True, slots=True)
class FourEyes:
    """An object in which one person did both steps of a pair, whoever else did them besides."""

    object: str
    person: str
    one: str
    other: str
    clause: str


def variants(store: Store, *, most: int | None = None) -> list[Variant]:
    """Return the variants, the most frequent first; among equals the shorter, then by their steps. `most` ends the list."""
    rows = store.all(
        f"""{way_sql(store)} SELECT steps, COUNT(*) AS n, QUANTILE_DISC(w, 0.5), MIN(object) FROM way
        GROUP BY steps ORDER BY n DESC, LENGTH(steps), steps {"" if most is None else f"LIMIT {most:d}"}
        """
    )
    return [
        Variant(
            steps_of(store, steps),
            count,
            store.days(median) or 0.0,
            store.objects.text(example),
        )
        for steps, count, median, example in rows
    ]


def variant_count(store: Store) -> int:
    """Return how many variants there are."""
    return int(store.one(f"{way_sql(store)} SELECT COUNT(DISTINCT steps) FROM way")[0])


def way_sql(store: Store) -> str:
    """Return SQL for the table `way`: each object, its steps as one text (`steps_of` reads it), its working time."""
    if len(store.types.texts) > LAST_SIGN - FIRST_SIGN:
        raise TooManyKinds(len(store.types.texts))
    return f"""
        WITH way AS (
            SELECT object, STRING_AGG(CHR(type + {FIRST_SIGN}), '' ORDER BY pos) AS steps, MAX(w) - MIN(w) AS w
            FROM step GROUP BY object
        )"""


def steps_of(store: Store, text: str) -> tuple[str, ...]:
    """Return the names of the steps of a way."""
    return tuple(store.types.text(ord(sign) - FIRST_SIGN) for sign in text)


def rework(store: Store) -> list[Rework]:
    """Return each kind of step that was done again, the most often first.

    "Same person" compares with the time before in the same object, all who did it together then with all who did it
    now; where any of them is unknown, so is the answer.
    """
    rows = store.all(
        """
        WITH again AS (SELECT object, type FROM step GROUP BY object, type HAVING COUNT(*) > 1),
        pairs AS (
            SELECT c.object, c.type, c.crew, LAG(c.crew) OVER o AS before, ROW_NUMBER() OVER o AS nth
            FROM crew c JOIN again a ON a.object = c.object AND a.type = c.type
            WINDOW o AS (PARTITION BY c.object, c.type ORDER BY c.pos)
        )
        SELECT type, COUNT(DISTINCT object), COUNT(*),
            COUNT(*) FILTER (crew = before), COUNT(*) FILTER (crew <> before),
            COUNT(*) FILTER (crew IS NULL OR before IS NULL)
        FROM pairs WHERE nth > 1 GROUP BY type ORDER BY COUNT(*) DESC, type
        """
    )
    return [
        Rework(store.types.text(kind), cases, again, same, other, unknown)
        for kind, cases, again, same, other, unknown in rows
    ]


def four_eyes(store: Store, pairs: Sequence[Pair]) -> list[FourEyes]:
    """Return every object and person that did both steps of a pair, in any order and any of their repetitions."""
    number = store.types.numbers
    known = [(place, number[pair.one], number[pair.other]) for place, pair in enumerate(pairs)
             if pair.one in number and pair.other in number]  # fmt: skip
    store.table("pair", "place INTEGER, one INTEGER, other INTEGER", known)
    rows = store.all(
        """
        WITH worker AS (SELECT DISTINCT object, type, person FROM hand WHERE person <> 0)
        SELECT p.place, a.object, a.person FROM pair p
        JOIN worker a ON a.type = p.one JOIN worker b ON b.type = p.other AND b.object = a.object AND b.person = a.person
        ORDER BY p.place, a.object, a.person
        """
    )
    return [
        FourEyes(
            store.objects.text(matter),
            store.persons.text(person),
            pairs[place].one,
            pairs[place].other,
            pairs[place].clause,
        )
        for place, matter, person in rows
    ]
