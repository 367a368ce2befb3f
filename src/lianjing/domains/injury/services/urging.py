"""Writes of urging notices: to the named responsible person of an employer, its receipt, and what is overdue goes up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from lianjing.domains.injury.models import BenefitItem, InjuryScreeningCase, InjuryUrging
from lianjing.domains.injury.queries.withheld import Row, rows_of
from lianjing.domains.injury.rules.withheld import EMPLOYERS
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.acting import act_on
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.matter.services import next_number
from lianjing.runtime.message.services import one_line, send
from lianjing.runtime.org.models import Post
from lianjing.runtime.org.queries import heads_of, holders, posts_held
from lianjing.runtime.process.desk import BUSINESS, actor_near
from lianjing.runtime.process.scope import open_to_act
from lianjing.runtime.trail.act import SYSTEM, Act, legal_day, recorded
from lianjing.runtime.undertaking.models import Undertaking, Urging
from lianjing.runtime.undertaking.services import give

CLAUSE = "zone_rectification#7"
SHEETS = "工督"


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice says: of which fault of which item, to whom by name and office, by when, in which words."""

    item_id: int
    kind: str
    responsible_name: str
    responsible_title: str
    due_on: date
    text: str = ""

    def parts(self) -> list[str]:
        """What a repeated request must say again."""
        return [str(self.item_id), self.kind, self.responsible_name, self.due_on.isoformat(), self.text]


def urge(notice: Notice, *, person_id: int, now: datetime, key: str = "") -> InjuryUrging:
    """Urge an employer to pass on or to pay what a list shows, by an officer of the agency; the notice is numbered."""
    day = legal_day(now)
    item = BenefitItem.objects.select_related("injury__matter", "injury__employer_enterprise").get(
        pk=notice.item_id
    )
    open_to_act(person_id, item.injury_id, day)
    actor = actor_near(person_id, day, unit_id=item.injury.matter.unit_id, kinds=BUSINESS, own_only=True)
    if actor.unit_id != item.injury.matter.unit_id:
        raise Refusal(Ground.POST, "injury.urge_not_agency", _("督促函由经办机构签发"), CLAUSE)
    with act_on("injury.urge", item.injury.matter, actor, now, key, notice.parts()) as (act, done):
        if done:
            return InjuryUrging.objects.filter(benefit_item=item, kind=notice.kind).latest("pk")
        row = _checked(item, notice, act.day)
        owed = _undertaking(act, row, notice)
        sheet = _sheet(act, owed, row, notice)
        made = act.save(
            InjuryUrging(
                urging=sheet,
                injury=item.injury,
                benefit_item=item,
                kind=notice.kind,
                responsible_name=notice.responsible_name.strip(),
                responsible_title=notice.responsible_title.strip(),
                amount=row.fault.amount,
            )
        )
        _tell(act, made)
        return made


def _checked(item: BenefitItem, notice: Notice, day: date) -> Row:
    row = next((each for each in rows_of([item], day) if each.fault.kind == notice.kind), None)
    if row is None or notice.kind not in EMPLOYERS:
        raise Refusal(Ground.STALE, "injury.nothing_to_urge", _("该项待遇今日没有须督促单位的事由"), CLAUSE)
    if not notice.responsible_name.strip():
        raise BadInput(_("请写明单位责任人姓名"), "responsible_name")
    if notice.due_on < day:
        raise BadInput(_("要求完成日不能早于今天"), "due_on")
    return row


def _undertaking(act: Act, row: Row, notice: Notice) -> Undertaking:
    """The open undertaking that the notice presses on: the ledger's row of the case, else one of its own."""
    cases = InjuryScreeningCase.objects.filter(
        injury_id=row.item.injury_id, undertaking__closed_on__isnull=True, undertaking__isnull=False
    )
    case = cases.select_related("undertaking").order_by("-pk").first()
    if case is not None and case.undertaking is not None:
        return case.undertaking
    source = f"benefit_item:{row.item.pk}"
    found = Undertaking.objects.filter(source=source, closed_on__isnull=True).first()
    return found or give(
        act,
        what=_("督促%(firm)s支付、转付工伤待遇") % {"firm": row.item.injury.employer_enterprise.name},
        due_on=notice.due_on,
        source_kind="obligation",
        matter=row.item.injury.matter,
        category="rectification",
        owner_enterprise=row.item.injury.employer_enterprise,
        clause=CLAUSE,
        source=source,
    )


def _sheet(act: Act, owed: Undertaking, row: Row, notice: Notice) -> Urging:
    head = f"{SHEETS}〔{act.day.year}〕"
    owed.urge_count = (owed.urge_count or 0) + 1
    act.save(owed)
    return act.save(
        Urging(
            undertaking=owed,
            matter=row.item.injury.matter,
            line="rectification",
            sheet_no=f"{head}{next_number(act, head):04d}号",
            issued_on=act.day,
            text=notice.text.strip(),
            person_id=act.actor.person_id,
            to_enterprise=row.item.injury.employer_enterprise,
            due_on=notice.due_on,
        )
    )


def _tell(act: Act, row: InjuryUrging) -> None:
    """Tell the people of the employer who have a log-in here."""
    code = row.injury.employer_enterprise.credit_code
    posts = Post.objects.filter(unit__enterprise_no=code).exclude(unit__enterprise_no="").order_by("pk")
    people = [each.person_id for post in posts for each in holders(post.pk, act.day)]
    send(
        to_person_ids=list(dict.fromkeys(people)),
        kind="injury_urged",
        subject=one_line(row.urging.sheet_no, str(row.urging.due_on)),
        text=row.urging.text,
        link=f"/injury/notices/{row.pk}/",
        matter_id=row.injury_id,
        now=act.now,
        sender_person_id=act.actor.person_id,
    )


def receive(
    *,
    notice_id: int,
    person_id: int,
    now: datetime,
    receipt_document_id: int | None = None,
    key: str = "",
) -> InjuryUrging:
    """Sign for a notice (签收): by the employer's own agent, or entered by the agency with the signed receipt."""
    row = InjuryUrging.objects.select_related("urging", "injury__matter", "injury__employer_enterprise").get(
        pk=notice_id
    )
    day = legal_day(now)
    is_firm = any(
        held.post.unit.enterprise_no == row.injury.employer_enterprise.credit_code
        and held.post.unit.enterprise_no
        for held in posts_held(person_id, day)
    )
    if not is_firm:
        open_to_act(person_id, row.injury_id, day)
    kinds = ("external",) if is_firm else BUSINESS
    actor = actor_near(person_id, day, unit_id=row.injury.matter.unit_id, kinds=kinds, own_only=True)
    parts = [str(notice_id), str(receipt_document_id)]
    with act_on("injury.urge_receive", row.injury.matter, actor, now, key, parts) as (act, done):
        if done:
            return row
        sheet = Urging.objects.get(pk=row.urging_id)
        if sheet.received_at is not None:
            raise Refusal(Ground.STALE, "injury.notice_received", _("该督促函已签收"), CLAUSE)
        if not is_firm:
            row.receipt_document = _receipt(row, receipt_document_id)
        sheet.received_at, row.received_by_person_id = now, person_id
        act.save(sheet)
        return act.save(row)


def _receipt(row: InjuryUrging, document_id: int | None) -> Document:
    found = Document.objects.filter(pk=document_id or 0, matter__root_id=row.injury.matter.root_id).first()
    if found is None:
        raise BadInput(_("代为登记签收须附责任人签名的回执"), "receipt_document")
    return found


def escalate_due(now: datetime) -> int:
    """Put what an employer did not do by the day of its notice under listed supervision; returns how many (W8)."""
    day = legal_day(now)
    late = InjuryUrging.objects.filter(
        escalated_on__isnull=True, urging__due_on__lt=day, urging__undertaking__closed_on__isnull=True
    )
    rows = late.select_related("urging__undertaking", "injury__matter", "injury__employer_enterprise")
    return sum(_escalate(row, day, now) for row in rows.order_by("pk"))


def _escalate(row: InjuryUrging, day: date, now: datetime) -> int:
    if not any(each.fault.kind == row.kind for each in rows_of([row.benefit_item], day)):
        return 0
    matter = row.injury.matter
    with recorded(
        "injury.escalate",
        chain=chain_of(matter),
        actor=SYSTEM,
        now=now,
        matter_id=matter.pk,
        root_matter_id=matter.root_id,
    ) as act:
        owed = row.urging.undertaking
        if owed is not None:
            owed.is_listed_supervision = True
            act.save(owed)
        row.escalated_on = act.day
        act.save(row)
        send(
            to_person_ids=heads_of(matter.unit_id, act.day),
            kind="undertaking_urged",
            subject=one_line(row.urging.sheet_no, str(row.urging.due_on)),
            text=_("督促函到期未办，已列为挂牌督办"),
            link=f"/injury/notices/{row.pk}/",
            matter_id=matter.pk,
            now=now,
        )
        return 1
