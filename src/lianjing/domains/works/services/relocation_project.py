"""Relocation of a project as a whole: its budget, the drawn sample, the second measurement."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.domains.works.models import RelocationHousehold
from lianjing.domains.works.queries.relocation import SAMPLE, households, sample_of
from lianjing.domains.works.rules.relocation import difference
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.draw import services as draws
from lianjing.runtime.draw.models import Draw
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.payment.models import BudgetLine
from lianjing.runtime.process.scope import open_to_act
from lianjing.runtime.trail.act import Act, answered, legal_day, recorded, request_digest
from lianjing.runtime.undertaking.services import give

CHECKER, FUNDS = "relocation_checker", "finance_reviewer"


def add_budget(
    *,
    project_id: int,
    person_id: int,
    now: datetime,
    code: str,
    name: str,
    fiscal_year: int,
    fund_kind: str,
    amount: Decimal,
    key: str = "",
) -> BudgetLine:
    """Enter a relocation line of the budget, by finance: agreements may not go beyond it (zone_relocation#7)."""
    digest = request_digest(["budget", str(project_id), code, str(amount), str(person_id)])
    if answered(key, digest) is not None:
        return BudgetLine.objects.filter(project_id=project_id, purpose="relocation").latest("pk")
    matter = open_to_act(person_id, project_id, legal_day(now))
    with recorded(
        "relocation.budget",
        chain=f"matter:{project_id}",
        actor=actor_with(person_id, FUNDS, legal_day(now)),
        now=now,
        matter_id=project_id,
        root_matter_id=project_id,
        clause="zone_relocation#7",
        request_key=key,
        request_sha256=digest,
    ) as act:
        if not code.strip():
            raise BadInput(_("请填写指标号"), "code")
        if amount <= 0:
            raise BadInput(_("预算数须大于零"), "amount")
        if fund_kind not in codes.codes("fund_kind"):
            raise BadInput(_("请选择资金性质"), "fund_kind")
        if BudgetLine.objects.filter(
            project_id=project_id, code=code.strip(), fiscal_year=fiscal_year
        ).exists():
            raise BadInput(_("该指标号已登记"), "code")
        return act.save(
            BudgetLine(
                domain="works",
                project_id=project_id,
                unit_id=matter.unit_id,
                fiscal_year=fiscal_year,
                code=code.strip(),
                name=name.strip(),
                fund_kind=fund_kind,
                purpose="relocation",
                amount=amount,
            )
        )


def begin_sample(
    *, project_id: int, person_id: int, now: datetime, committer_person_id: int | None = None, key: str = ""
) -> Draw:
    """Begin the draw of the households to measure again; how many follows from the rule (zone_relocation#8)."""
    sample = sample_of(project_id, legal_day(now))
    missing = sample.needed - len(sample.drawn)
    if missing <= 0:
        raise BadInput(_("复测户数已抽足"), "sample")
    return draws.prepare(
        matter_id=project_id,
        kind=SAMPLE,
        pick_count=missing,
        title=_("征迁户复测抽样"),
        rule_text=_("已调查的户按规定比例抽取复测"),
        person_id=person_id,
        now=now,
        committer_person_id=committer_person_id,
        key=key,
    )


def lock_sample(*, draw_id: int, person_id: int, now: datetime, key: str = "") -> Draw:
    """Lock the pool: every surveyed household of the project not drawn before; nobody leaves one out."""
    draw = Draw.objects.get(pk=draw_id)
    drawn = set(sample_of(draw.matter_id, legal_day(now)).drawn)
    rows = [row for row in households(draw.matter_id) if row.surveyed_on is not None and row.pk not in drawn]
    return draws.lock(
        draw_id=draw_id,
        candidates=[draws.Candidate(f"matter:{row.pk}", f"{row.code} {row.village_name}") for row in rows],
        person_id=person_id,
        now=now,
        key=key,
    )


def remeasure(*, household_id: int, person_id: int, area: Decimal, now: datetime) -> RelocationHousehold:
    """Measure a drawn household again, by a checker who did not measure it; a difference becomes an undertaking."""
    day = legal_day(now)
    matter = open_to_act(person_id, household_id, day)
    with recorded(
        "relocation.remeasure",
        chain=f"matter:{matter.root_id}",
        actor=actor_with(person_id, CHECKER, day),
        now=now,
        matter_id=household_id,
        root_matter_id=matter.root_id,
        clause="zone_relocation#8",
    ) as act:
        row = RelocationHousehold.objects.select_related("matter").get(pk=household_id)
        if person_id in (row.measured_by_a_person_id, row.measured_by_b_person_id):
            raise Refusal(
                Ground.CONFLICT,
                "relocation.own_measure",
                _("丈量人不能复测自己丈量的户"),
                "zone_relocation#8",
            )
        if row.pk not in sample_of(row.project_id, day).drawn:
            raise Refusal(Ground.RULE, "relocation.not_in_sample", _("该户未被抽中复测"), "zone_relocation#8")
        if row.remeasured_area_m2 is not None:
            raise Refusal(Ground.STALE, "relocation.remeasured", _("该户已复测"), "zone_relocation#8")
        if area <= 0:
            raise BadInput(_("复测面积须大于零"), "area")
        row.remeasured_area_m2 = area
        row.remeasured_by_person_id = person_id
        act.save(row)
        if difference(row.surveyed_area_m2, area):
            _owe(act, row, person_id)
        return row


def _owe(act: Act, row: RelocationHousehold, checker_id: int) -> None:
    """The first measurer accounts for the difference, the one who measured again checks."""
    assert row.measured_by_a_person_id is not None  # only surveyed households are drawn
    owner = Person.objects.select_related("unit").get(pk=row.measured_by_a_person_id)
    share = difference(row.surveyed_area_m2, row.remeasured_area_m2)
    give(
        act,
        what=_("%(code)s复测面积与调查相差%(share)s，查明并更正")
        % {"code": row.code, "share": f"{share:+.2%}"},
        due_on=act.day + timedelta(days=int(figure("relocation.approve_working_days", act.day))),
        source_kind="deviation",
        matter=row.matter,
        owner_person=owner,
        checker_person=Person.objects.get(pk=checker_id),
        clause="zone_relocation#8",
    )
