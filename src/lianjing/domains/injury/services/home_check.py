"""Writes of home checks: two officers visit the worker of a proxy-collected case; the second confirms himself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.domains.injury.models import BenefitItem, HomeCheck, HomeCheckSigning, Injury, WorkerStatement
from lianjing.domains.injury.queries.withheld import standings
from lianjing.domains.injury.rules.withheld import NOTHING
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.matter.acting import act_on
from lianjing.runtime.message.services import one_line, send
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.process.desk import BUSINESS, actor_near
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.scope import open_to_act
from lianjing.runtime.trail.act import Act, Actor, legal_day

CLAUSE = "zone_rectification#6"
MONEY_STEPS = ("assess", "review", "order", "release", "check")  # who decided or paid does not visit


def make(
    *,
    injury_id: int,
    second_person_id: int,
    checked_on: date,
    statement: str,
    received: Mapping[int, Decimal],
    person_id: int,
    now: datetime,
    key: str = "",
) -> HomeCheck:
    """Write down a visit: what the worker says he received of each item (yuan by item), in his words; by the first officer.

    Both hold a post of the agency on the day and neither decided or paid the case. The check counts once the second
    has confirmed it himself.
    """
    injury, actor = _reach(injury_id, person_id, now)
    second = _second(injury, second_person_id, person_id, now)
    _require_apart(injury, (person_id, second.pk))
    amounts = ";".join(f"{key}={amount:.2f}" for key, amount in sorted(received.items()))
    parts = [str(injury_id), str(second.pk), checked_on.isoformat(), statement.strip(), amounts]
    with act_on("injury.home_check", injury.matter, actor, now, key, parts) as (act, done):
        if done:
            return HomeCheck.objects.filter(injury=injury, person_a_id=person_id).latest("pk")
        _require_visit(act, injury, checked_on, statement)
        items = _items(injury, received)
        row = act.save(
            HomeCheck(
                injury=injury,
                checked_on=checked_on,
                person_a_id=person_id,
                person_b=second,
                statement_text=statement.strip(),
                received=sum(received.values(), NOTHING),
            )
        )
        _state(act, row, items, received)
        send(
            to_person_ids=[second.pk],
            kind="home_check_named",
            subject=one_line(injury.matter.title, checked_on.isoformat()),
            text=_("请本人确认这次上门核查"),
            link=f"/injury/checks/{row.pk}/",
            matter_id=injury.pk,
            now=now,
            sender_person_id=person_id,
        )
        return row


def _reach(injury_id: int, person_id: int, now: datetime) -> tuple[Injury, Actor]:
    day = legal_day(now)
    matter = open_to_act(person_id, injury_id, day)
    row = Injury.objects.select_related("matter").filter(pk=matter.pk).first()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.injury", _("没有该案件，或不在您的数据范围内"))
    _require_agency(row, person_id, now)
    return row, actor_near(person_id, day, unit_id=row.matter.unit_id, kinds=BUSINESS, own_only=True)


def _require_agency(injury: Injury, person_id: int, now: datetime) -> None:
    own = {held.post.unit_id for held in posts_held(person_id, legal_day(now)) if held.on_behalf_of is None}
    if injury.matter.unit_id not in own:
        raise Refusal(Ground.POST, "injury.check_not_agency", _("上门核查由经办机构两名在任人员进行"), CLAUSE)


def _second(injury: Injury, second_person_id: int, person_id: int, now: datetime) -> Person:
    second = Person.objects.filter(pk=second_person_id).first()
    if second is None:
        raise BadInput(_("请选择第二名核查人"), "second_person")
    if second.pk == person_id:
        raise Refusal(Ground.CONFLICT, "injury.check_alone", _("上门核查须两人进行，不能由一人兼任"), CLAUSE)
    _require_agency(injury, second.pk, now)
    return second


def _require_apart(injury: Injury, people: tuple[int, ...]) -> None:
    decided = WorkItem.objects.filter(
        matter__root_id=injury.pk, person_id__in=people, step_key__in=MONEY_STEPS, closed_at__isnull=False
    )
    if decided.exists():
        raise Refusal(
            Ground.CONFLICT,
            "injury.check_own_case",
            _("核定、复核或者支付过本案的人员不能上门核查本案"),
            CLAUSE,
        )


def _require_visit(act: Act, injury: Injury, checked_on: date, statement: str) -> None:
    if not injury.injured_on <= checked_on <= act.day:
        raise BadInput(_("核查日应在受伤日之后、今天之前"), "checked_on")
    if not statement.strip():
        raise BadInput(_("请记录职工陈述"), "statement")


def _items(injury: Injury, received: Mapping[int, Decimal]) -> list[BenefitItem]:
    items = list(BenefitItem.objects.filter(injury=injury, pk__in=received).order_by("pk"))
    if not received or len(items) != len(received):
        raise BadInput(_("请逐项填写职工自述到手额"), "received")
    if any(amount < 0 for amount in received.values()):
        raise BadInput(_("到手额不能为负"), "received")
    return items


def _state(act: Act, row: HomeCheck, items: list[BenefitItem], received: Mapping[int, Decimal]) -> None:
    """Keep the worker's word of each item: confirmed where it is the whole, contested where it is less."""
    standing = standings(items)
    for item in items:
        is_whole = received[item.pk] >= standing[item.pk].due
        act.save(
            WorkerStatement(
                benefit_item=item,
                kind="confirmed" if is_whole else "contested",
                received=received[item.pk],
                text=row.statement_text,
                stated_at=act.now,
                home_check=row,
            )
        )


def sign(*, home_check_id: int, person_id: int, now: datetime, key: str = "") -> HomeCheckSigning:
    """Confirm a home check, by the second officer himself; from now on what the worker said counts for the items."""
    row = HomeCheck.objects.select_related("injury__matter").get(pk=home_check_id)
    injury, actor = _reach(row.injury_id, person_id, now)
    if row.person_b_id != person_id:
        raise Refusal(Ground.POST, "injury.check_not_second", _("由第二名核查人本人确认"), CLAUSE)
    with act_on("injury.home_check_sign", injury.matter, actor, now, key, [str(home_check_id)]) as (
        act,
        done,
    ):
        signed = HomeCheckSigning.objects.filter(home_check=row).first()
        if done and signed is not None:
            return signed
        if signed is not None:
            raise Refusal(Ground.STALE, "injury.check_signed", _("该核查已确认"), CLAUSE)
        _count(act, row)
        return act.save(HomeCheckSigning(home_check=row, person_id=person_id, signed_at=now))


def _count(act: Act, row: HomeCheck) -> None:
    for statement in WorkerStatement.objects.filter(home_check=row).select_related("benefit_item"):
        item = statement.benefit_item
        item.is_confirmed = statement.kind == "confirmed"
        item.confirmed_on = row.checked_on
        item.confirmed = statement.received
        act.save(item)
