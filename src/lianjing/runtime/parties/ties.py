"""Ties between people and firms: who may not judge whom. Registered ties, and the employer that an expert names."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.org.models import Person
from lianjing.runtime.parameter.queries import MissingFigure, figure
from lianjing.runtime.parties import models
from lianjing.runtime.parties.models import Enterprise, Expert

# How long a former employment still binds. While the zone has set no figure, it binds as long as it is dated.
FORMER_YEARS = "parties.former_employment_years"
WORKING = ("employed", "paid_by", "served")


@dataclass(frozen=True, slots=True)
class Tie:
    """One tie found: `ref` is the one asked about, `other` the one it is tied to, each as it was asked.

    `from_party` and `to_party` are the two as registered; `is_former` marks an employment that has ended.
    """

    ref: str
    other: str
    kind: str
    source: str
    from_party: str
    to_party: str
    from_on: date | None = None
    to_on: date | None = None
    is_kin: bool = False
    is_by_name_only: bool = False
    is_former: bool = False
    tie_id: int | None = None


def ties_between(
    refs: Collection[str], others: Collection[str], day: date, *, with_former: bool = False
) -> list[Tie]:
    """Return the ties that bind any of `refs` to any of `others` on the day, in either direction.

    References are "person:5", "enterprise:3", "natural_person:2", "unit:4" and "expert:7", which stands for the
    expert's person, natural person and employer. An employment that has ended counts for the years that the figure
    `parties.former_employment_years` gives; without a figure only with `with_former`.
    """
    left, right = _aliases(refs), _aliases(others)
    found = [*_by_employer(left, right), *_registered(left, right, day, with_former)]
    return sorted(found, key=lambda each: (each.ref, each.other, each.kind, each.tie_id or 0))


def tied_refs(refs: Collection[str], others: Collection[str], day: date) -> dict[str, list[Tie]]:
    """Return the ties of each reference that has one."""
    found: dict[str, list[Tie]] = {}
    for tie in ties_between(refs, others, day):
        found.setdefault(tie.ref, []).append(tie)
    return found


def _aliases(refs: Collection[str]) -> dict[str, set[str]]:
    """Return for every registered reference those asked that it stands for: "person:5" → {"expert:7"}."""
    asked: dict[str, set[str]] = {}
    experts = {}
    for ref in refs:
        kind, mark, number = ref.partition(":")
        if not mark or not number.isdigit():
            raise BadInput(ref, "ref")
        asked.setdefault(ref, set()).add(ref)
        if kind == "expert":
            experts[int(number)] = ref
    for row in Expert.objects.filter(pk__in=experts):
        for own in _selves(row):
            asked.setdefault(own, set()).add(experts[row.pk])
    persons = {int(ref.partition(":")[2]): ref for ref in refs if ref.startswith("person:")}
    for row in Expert.objects.filter(person_id__in=persons, natural_person__isnull=False):
        asked.setdefault(f"natural_person:{row.natural_person_id}", set()).add(persons[row.person_id])
    return asked


def _selves(expert: Expert) -> list[str]:
    own = [f"person:{expert.person_id}"]
    if expert.natural_person_id:
        own.append(f"natural_person:{expert.natural_person_id}")
    return own


def _by_employer(left: dict[str, set[str]], right: dict[str, set[str]]) -> Iterable[Tie]:
    """The employer that an expert names, and the firm whose log-in a person has, tie him without a registered tie."""
    found: dict[tuple[str, str], Tie] = {}
    for here, there, is_turned in ((left, right, False), (right, left, True)):
        for person, employer, source, refs in _employments(here):
            for ref in sorted(refs):
                for other in sorted(there.get(employer, ())):
                    pair = (other, ref) if is_turned else (ref, other)
                    found.setdefault(pair, Tie(*pair, "employed", source, f"person:{person}", employer))
    return found.values()


def _employments(aliases: dict[str, set[str]]) -> Iterable[tuple[int, str, str, set[str]]]:
    """Yield (person, employer, source, who asked) for the persons among the references."""
    persons = {int(own.partition(":")[2]): refs for own, refs in aliases.items() if own.startswith("person:")}
    for row in Expert.objects.filter(person_id__in=persons).order_by("id"):
        if row.employer_enterprise_id:
            yield (
                row.person_id,
                f"enterprise:{row.employer_enterprise_id}",
                "declared",
                persons[row.person_id],
            )
        if row.employer_unit_id:
            yield row.person_id, f"unit:{row.employer_unit_id}", "declared", persons[row.person_id]
    staff = Person.objects.filter(pk__in=persons).exclude(unit__enterprise_no="")
    places = dict(staff.values_list("pk", "unit__enterprise_no"))
    codes = Enterprise.objects.filter(credit_code__in=places.values()).values_list("credit_code", "pk")
    firms = dict(codes)
    for person, code in sorted(places.items()):
        if code in firms:
            yield person, f"enterprise:{firms[code]}", "registry", persons[person]


def _registered(
    left: dict[str, set[str]], right: dict[str, set[str]], day: date, with_former: bool
) -> Iterable[Tie]:
    rows = models.Tie.objects.filter(
        Q(from_party__in=left, to_party__in=right) | Q(from_party__in=right, to_party__in=left)
    )
    for row in rows.order_by("id"):
        is_former = row.to_on is not None and row.to_on < day
        if row.from_on is not None and row.from_on > day:
            continue
        if is_former and not (row.kind in WORKING and (with_former or _still_binds(row, day))):
            continue
        for here, there in ((row.from_party, row.to_party), (row.to_party, row.from_party)):
            for ref in sorted(left.get(here, ())):
                for other in sorted(right.get(there, ())):
                    yield _found(row, ref, other, is_former)


def _found(row: models.Tie, ref: str, other: str, is_former: bool) -> Tie:
    return Tie(
        ref,
        other,
        row.kind,
        row.source,
        row.from_party,
        row.to_party,
        row.from_on,
        row.to_on,
        row.is_kin,
        row.is_by_name_only,
        is_former,
        row.pk,
    )


def _still_binds(row: models.Tie, day: date) -> bool:
    assert row.to_on is not None
    try:
        years = int(figure(FORMER_YEARS, day))
    except MissingFigure:
        return False
    until = row.to_on.year + years
    return (day.year, day.month, day.day) <= (until, row.to_on.month, row.to_on.day)
