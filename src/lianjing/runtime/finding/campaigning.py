"""Special campaigns (专项整治): created with scope, period and team; findings gathered; closed with a report."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.finding.acting import chief, supervisor
from lianjing.runtime.finding.campaign_scope import units_of
from lianjing.runtime.finding.closing import IN_HAND
from lianjing.runtime.finding.models import Finding, Indicator
from lianjing.runtime.finding.numbering import CAMPAIGN, next_no
from lianjing.runtime.finding.visibility import open_for
from lianjing.runtime.org.models import Unit
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.risk.models import Campaign, CampaignMember, CampaignReport, CampaignScope
from lianjing.runtime.trail.act import Act, Actor, legal_day, recorded


@dataclass(frozen=True, slots=True)
class Plan:
    """What a campaign is about; no units means all of them."""

    title: str
    harm: str
    from_on: date
    to_on: date
    indicator_codes: Sequence[str] = ()
    unit_ids: Sequence[int] = ()
    member_ids: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign is; `left` are open and not overdue."""

    found: int
    confirmed: int
    closed: int
    overdue: int

    @property
    def left(self) -> int:
        """Those in hand whose step is not yet due."""
        return self.found - self.closed - self.overdue


def create(*, plan: Plan, person_id: int, now: datetime, key: str = "") -> Campaign:
    """Open a campaign with its scope and team, by the head of a supervising group; what fits already is gathered."""
    day = legal_day(now)
    actor = chief(person_id, day)
    with _act("campaign.open", actor.unit_id, actor, now, key) as act:
        _check(plan, day)
        row = act.save(
            Campaign(
                title=plan.title.strip(),
                unit_id=actor.unit_id or 0,
                harm=plan.harm,
                from_on=plan.from_on,
                to_on=plan.to_on,
                status="running" if plan.from_on <= day else "planned",
            )
        )
        for code in dict.fromkeys(plan.indicator_codes):
            act.save(CampaignScope(campaign=row, indicator_code=code))
        for unit_id in dict.fromkeys(plan.unit_ids):
            act.save(CampaignScope(campaign=row, unit_id=unit_id))
        for member in dict.fromkeys((person_id, *plan.member_ids)):
            is_lead = member == person_id
            act.save(CampaignMember(campaign=row, person_id=member, is_lead=is_lead, from_on=day))
        _gather(act, row)
        return row


def _check(plan: Plan, day: date) -> None:
    if not plan.title.strip():
        raise BadInput(_("请写明专项行动名称"), "title")
    if plan.harm not in codes.codes("harm"):
        raise BadInput(_("请选择整治问题"), "harm")
    if plan.to_on < plan.from_on or plan.to_on < day:
        raise BadInput(_("结束日不能早于开始日和今天"), "to_on")
    known = set(Indicator.objects.filter(code__in=plan.indicator_codes).values_list("code", flat=True))
    if not known or known != set(plan.indicator_codes):
        raise BadInput(_("请选择已登记的监督模型"), "indicators")
    if Unit.objects.filter(pk__in=plan.unit_ids).count() != len(set(plan.unit_ids)):
        raise BadInput(_("请选择单位"), "units")
    if any(not posts_held(each, day) for each in plan.member_ids):
        raise BadInput(_("成员应为今日在任人员"), "members")


def gather(*, campaign_id: int, person_id: int, now: datetime, key: str = "") -> int:
    """Take into a running campaign whatever findings fit its scope and period now; returns how many are new to it."""
    row = reach(campaign_id)
    actor = member(row, person_id, legal_day(now))
    with _act("campaign.gather", row.unit_id, actor, now, key) as act:
        _require_running(row)
        return _gather(act, row)


def _gather(act: Act, row: Campaign) -> int:
    if row.status == "planned" and row.from_on <= act.day:
        row.status = "running"
        act.save(row)
    fitting = list(matching(row, act.day).filter(campaign__isnull=True).order_by("pk"))
    for each in fitting:
        each.campaign = row
        act.save(each)
    return len(fitting)


def matching(row: Campaign, day: date) -> QuerySet[Finding]:
    """Return the findings that the scope and the period of a campaign name."""
    codes_of = row.scope.exclude(indicator_code="").values("indicator_code")
    rows = Finding.objects.filter(indicator__code__in=codes_of, detected_on__gte=row.from_on)
    rows = rows.filter(detected_on__lte=min(row.to_on or day, day))
    units = units_of(row)
    if units:
        rows = rows.filter(Q(matter__unit_id__in=units) | Q(unit_id__in=units))
    return rows


def put_in(*, campaign_id: int, finding_id: int, person_id: int, now: datetime, key: str = "") -> Finding:
    """Take one finding into a campaign by hand, by a member who may see it."""
    day = legal_day(now)
    row = reach(campaign_id)
    actor, found = member(row, person_id, day), open_for(person_id, finding_id, day)
    with _act("campaign.put_in", row.unit_id, actor, now, key) as act:
        _require_running(row)
        found.read_again()
        if found.campaign_id is not None:
            raise Refusal(Ground.STALE, "campaign.taken", _("该预警已列入专项行动"))
        found.campaign = row
        return act.save(found)


def add_member(
    *, campaign_id: int, member_person_id: int, person_id: int, now: datetime, key: str = ""
) -> CampaignMember:
    """Take a person into the team, by the head of a supervising group."""
    day = legal_day(now)
    row, actor = reach(campaign_id), chief(person_id, day)
    with _act("campaign.member", row.unit_id, actor, now, key) as act:
        _require_running(row)
        if not posts_held(member_person_id, day):
            raise BadInput(_("成员应为今日在任人员"), "member")
        if row.members.filter(person_id=member_person_id, to_on__isnull=True).exists():
            raise BadInput(_("该人员已是成员"), "member")
        return act.save(CampaignMember(campaign=row, person_id=member_person_id, from_on=day))


def end_member(
    *, campaign_id: int, member_person_id: int, person_id: int, now: datetime, key: str = ""
) -> CampaignMember:
    """End a person's membership today; the leader of the team stays."""
    day = legal_day(now)
    row, actor = reach(campaign_id), chief(person_id, day)
    with _act("campaign.member_end", row.unit_id, actor, now, key) as act:
        held = row.members.filter(person_id=member_person_id, to_on__isnull=True, is_lead=False).first()
        if held is None:
            raise BadInput(_("没有该成员"), "member")
        held.to_on = day
        return act.save(held)


def progress(row: Campaign, day: date) -> Progress:
    """Count the findings of a campaign: each is closed, overdue or in hand."""
    rows = Finding.objects.filter(campaign=row)
    return Progress(
        found=rows.count(),
        confirmed=rows.filter(verdict__in=("confirmed", "partly")).count(),
        closed=rows.filter(state="closed").count(),
        overdue=rows.filter(state__in=IN_HAND, due_on__lt=day).count(),
    )


def close(
    *, campaign_id: int, text: str, measures: str, person_id: int, now: datetime, key: str = ""
) -> CampaignReport:
    """Close a campaign with its report, by the head of a supervising group.

    Refusal(RULE) while a finding is neither closed nor overdue: the report states each as one or the other.
    """
    day = legal_day(now)
    row, actor = reach(campaign_id), chief(person_id, day)
    with _act("campaign.close", row.unit_id, actor, now, key) as act:
        _require_running(row)
        if not text.strip() or not measures.strip():
            raise BadInput(_("请写明总结和长效措施"), "text")
        stands = progress(row, day)
        if stands.left:
            raise Refusal(
                Ground.RULE,
                "campaign.open_findings",
                _("还有%(count)s条预警在办且未到期，专项行动不能结束") % {"count": stands.left},
            )
        row.status = "closed"
        act.save(row)
        return act.save(
            CampaignReport(
                campaign=row,
                doc_no=next_no(act, CAMPAIGN),
                closed_on=day,
                findings=stands.found,
                confirmed=stands.confirmed,
                closed=stands.closed,
                overdue=stands.overdue,
                text=text.strip(),
                measures=measures.strip(),
                person_id=person_id,
            )
        )


def reach(campaign_id: int) -> Campaign:
    """Return a campaign; Refusal(SCOPE) where there is none."""
    row = Campaign.objects.select_related("unit").filter(pk=campaign_id).first()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.campaign", _("没有该专项行动"))
    return row


def member(row: Campaign, person_id: int, day: date) -> Actor:
    """Return a supervisor of the campaign's team."""
    actor = supervisor(person_id, day)
    if not is_member(row, person_id):
        raise Refusal(Ground.POST, "campaign.not_member", _("由专项行动成员办理"))
    return actor


def is_member(row: Campaign, person_id: int) -> bool:
    """True for who belongs to the team today."""
    return row.members.filter(person_id=person_id, to_on__isnull=True).exists()


def _require_running(row: Campaign) -> None:
    row.read_again()
    if row.status == "closed":
        raise Refusal(Ground.STALE, "campaign.closed", _("该专项行动已结束"))


def _act(
    verb: str, unit_id: int | None, actor: Actor, now: datetime, key: str
) -> AbstractContextManager[Act]:
    return recorded(verb, chain=f"unit:{unit_id}", actor=actor, now=now, request_key=key)
