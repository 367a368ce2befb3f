"""Reads of the check of like cases: what a run finds, its digests, what changed between two runs, home checks."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianjing.domains.injury.models import (
    BenefitItem,
    HomeCheck,
    HomeCheckSigning,
    Injury,
    InjuryScreening,
    InjuryScreeningCase,
)
from lianjing.domains.injury.queries.withheld import CONFIRM_DAYS, by_injury, proxy_cases, standings
from lianjing.domains.injury.rules.withheld import INTERCEPTED, NOTHING, faults
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.scope import visible_to

CRITERION = "proxy_collected"
SUBJECT = "injury_screening"


def criterion_text(day: date) -> str:
    """Return the condition of the check in words, with the figures of its day: its digest says whether two runs asked the same."""
    return _(
        "总体：截至排查日由用人单位或者代办人代办、代领工伤待遇的全部案件。命中：单位所收款项扣除已核验垫付后应到职工，"
        "且支付后%(days)s个工作日内没有转付或者没有足额转付，或者职工确认到手额少于应得额。"
    ) % {"days": int(figure("injury.pass_on_working_days", day))}


@dataclass(frozen=True, slots=True)
class Case:
    """One case of the population as a run sees it."""

    injury: Injury
    received: Decimal
    owed: Decimal
    passed_on: Decimal
    reasons: tuple[str, ...]
    withheld: Decimal

    @property
    def is_hit(self) -> bool:
        """True where something was kept back."""
        return bool(self.reasons)

    @property
    def line(self) -> str:
        """The case in the digest of a run."""
        return f"{self.injury.pk}|{self.received:.2f}|{self.owed:.2f}|{self.passed_on:.2f}|{','.join(self.reasons)}"


def cases_on(day: date) -> list[Case]:
    """Return the whole population as it stands, by key."""
    injuries = list(proxy_cases(day).order_by("pk"))
    items = BenefitItem.objects.filter(injury__in=injuries).exclude(claim__matter__outcome="withdrawn")
    held = by_injury(items.order_by("pk"))
    standing = standings([row for rows in held.values() for row in rows])
    limit = int(figure(CONFIRM_DAYS, day))
    return [_case(each, [standing[row.pk] for row in held.get(each.pk, [])], day, limit) for each in injuries]


def _case(injury: Injury, rows: list[Any], day: date, limit: int) -> Case:
    received = [row for row in rows if row.received > NOTHING]
    found = [fault for row in received for fault in faults(row, day, limit) if fault.kind in INTERCEPTED]
    withheld = max((_missing(received), NOTHING)) if found else NOTHING
    return Case(
        injury=injury,
        received=sum((row.received for row in received), NOTHING),
        owed=sum((row.owed for row in received), NOTHING),
        passed_on=sum((row.passed_on for row in received), NOTHING),
        reasons=tuple(sorted({fault.kind for fault in found})),
        withheld=withheld,
    )


def _missing(rows: list[Any]) -> Decimal:
    """What has not reached the worker: by the transfers, or by his own word where that is less."""
    return sum((_short(row) for row in rows), NOTHING)


def _short(row: Any) -> Decimal:
    by_transfer = max(NOTHING, row.owed - row.passed_on)
    by_word = NOTHING if row.confirmed is None else max(NOTHING, row.due - row.confirmed)
    return max(by_transfer, by_word)


def digest(lines: Iterable[str]) -> str:
    """Return the digest of lines, one after the other."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def screenings_for(person_id: int, day: date) -> QuerySet[InjuryScreening]:
    """Return the runs whose finding a person sees, the latest first."""
    rows = InjuryScreening.objects.filter(finding__matter__in=visible_to(person_id, day))
    return rows.select_related("finding__matter", "person", "previous").order_by("-run_at", "-pk")


def cases_of(screening_id: int) -> QuerySet[InjuryScreeningCase]:
    """Return the cases of a run, hits first."""
    rows = InjuryScreeningCase.objects.filter(screening_id=screening_id)
    return rows.select_related(
        "injury__matter", "injury__employer_enterprise", "injury__worker", "undertaking__owner_person"
    ).order_by("-is_hit", "pk")


@dataclass(frozen=True, slots=True)
class Compared:
    """What changed between a run and the one before it: cases by key of the injury."""

    came: tuple[int, ...]  # into the population
    new_hits: tuple[int, ...]
    settled: tuple[int, ...]  # hits then, none now
    still: tuple[int, ...]
    is_same_question: bool


def compared(run: InjuryScreening, before: InjuryScreening) -> Compared:
    """Compare two runs case by case."""
    now = {row.injury_id: row.is_hit for row in InjuryScreeningCase.objects.filter(screening=run)}
    then = {row.injury_id: row.is_hit for row in InjuryScreeningCase.objects.filter(screening=before)}
    return Compared(
        came=tuple(sorted(set(now) - set(then))),
        new_hits=tuple(sorted(key for key, is_hit in now.items() if is_hit and not then.get(key))),
        settled=tuple(sorted(key for key, is_hit in then.items() if is_hit and not now.get(key))),
        still=tuple(sorted(key for key, is_hit in now.items() if is_hit and then.get(key))),
        is_same_question=run.criterion_sha256 == before.criterion_sha256,
    )


def signed_checks(injury_ids: Collection[int]) -> set[int]:
    """Return the injuries with a home check that both officers signed."""
    rows = HomeCheckSigning.objects.filter(home_check__injury_id__in=injury_ids)
    return set(rows.values_list("home_check__injury_id", flat=True))


def unchecked(screening_id: int) -> list[int]:
    """Return the cases of a run that have no signed home check yet (W7)."""
    keys = list(
        InjuryScreeningCase.objects.filter(screening_id=screening_id).values_list("injury_id", flat=True)
    )
    return sorted(set(keys) - signed_checks(keys))


def checks_of(injury_id: int) -> QuerySet[HomeCheck]:
    """Return the home checks of a case, the latest first."""
    rows = HomeCheck.objects.filter(injury_id=injury_id)
    return rows.select_related("person_a", "person_b").order_by("-checked_on", "-pk")


def to_sign(person_id: int) -> QuerySet[HomeCheck]:
    """Return the home checks that wait for a person's own confirmation."""
    signed = HomeCheckSigning.objects.values("home_check_id")
    rows = HomeCheck.objects.filter(person_b_id=person_id).exclude(pk__in=signed)
    return rows.select_related("injury__matter", "person_a").order_by("pk")
