"""Writes of undertakings: give, note progress, urge, supply, close, reopen; who checks is never who owes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.services import upload
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.services import next_number
from lianjing.runtime.message.services import one_line, send
from lianjing.runtime.org.models import Person, Unit
from lianjing.runtime.org.queries import heads_of
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.trail.act import Act, recorded
from lianjing.runtime.undertaking.models import Undertaking, UndertakingProgress, Urging
from lianjing.runtime.undertaking.reach import (
    CLAUSE,
    chain,
    fetch,
    is_head,
    is_owner,
    matter_of,
    own_work,
    reach,
    reach_watching,
    said,
    still_open,
)

SHEETS = "督"
LINES = {"leadership": "leadership", "citizen": "citizen"}


def give(
    act: Act,
    *,
    what: str,
    due_on: date,
    source_kind: str,
    matter: Matter | None = None,
    category: str = "",
    owner_unit: Unit | None = None,
    owner_person: Person | None = None,
    checker_person: Person | None = None,
    document_kind: str = "",
    clause: str = "",
    domain: str = "",
    owner_enterprise: Enterprise | None = None,
    source: str = "",
    track: str = "",
) -> Undertaking:
    """Give an undertaking to an owner with its day; part of an act. A firm alone may owe only within a matter. The checker, where named, is not the owner."""
    if not what.strip():
        raise BadInput(_("请写明交办事项"), "what")
    if due_on < act.day:
        raise BadInput(_("到期日不能早于今天"), "due_on")
    is_owed_by_firm = owner_enterprise is not None and matter is not None
    if owner_unit is None and owner_person is None and not is_owed_by_firm:
        raise BadInput(_("请指定责任单位或责任人"), "owner_unit")
    if owner_person is not None and checker_person == owner_person:
        raise own_work()
    row = act.save(
        Undertaking(
            domain=domain or (matter.domain if matter else "runtime"),
            source_kind=source_kind,
            matter=matter,
            category=category,
            what=what.strip(),
            owner_unit=owner_unit or (owner_person.unit if owner_person else None),
            owner_person=owner_person,
            opened_on=act.day,
            due_on=due_on,
            list_state="task",
            document_kind=document_kind,
            checker_person=checker_person,
            urge_count=0,
            clause=clause,
            owner_enterprise=owner_enterprise,
            source=source,
            track=track,
        )
    )
    _tell(row, "undertaking_given", act, row.what)
    return row


def _tell(row: Undertaking, kind: str, act: Act, text: str, to_person_id: int | None = None) -> None:
    """Tell the person named; where a unit owes, its head."""
    named = to_person_id or row.owner_person_id
    people = [named] if named else heads_of(row.owner_unit_id, act.day)
    send(
        to_person_ids=[person for person in people if person != act.actor.person_id],
        kind=kind,
        subject=one_line(row.what, row.due_on.isoformat()),
        text=text,
        link=f"/undertakings/{row.pk}/",
        matter_id=row.matter_id,
        now=act.now,
        sender_person_id=act.actor.person_id,
    )


def note_progress(
    *,
    undertaking_id: int,
    person_id: int,
    text: str,
    now: datetime,
    ratio: Decimal | None = None,
    document_id: int | None = None,
) -> Undertaking:
    """Report how an undertaking goes, by its owner: a dated note, perhaps with its share done (0 to 1) and a paper."""
    row, actor = reach(undertaking_id, person_id, now)
    with recorded(
        "undertaking.note_progress", chain=chain(row), actor=actor, now=now, **matter_of(row)
    ) as act:
        row = still_open(row)
        if not is_owner(row, person_id, now):
            raise Refusal(Ground.POST, "undertaking.not_owner", _("只有责任人可以报告进展"), CLAUSE)
        act.reason = said(text)
        if ratio is not None and not 0 <= ratio <= 1:
            raise BadInput(_("进度应在 0 到 100 之间"), "ratio")
        act.save(
            UndertakingProgress(
                undertaking=row,
                noted_on=act.day,
                progress_ratio=ratio,
                note=said(text),
                person_id=person_id,
                document=_paper_of(row, document_id),
            )
        )
        row.list_state = "progress"
        row.progress_ratio = row.progress_ratio if ratio is None else ratio
        return act.save(row)


def urge(
    *,
    undertaking_id: int,
    person_id: int,
    text: str,
    now: datetime,
    due_on: date | None = None,
    to_person_id: int | None = None,
) -> Undertaking:
    """Urge the owner once more (督办): a numbered sheet to a named person with its day; counted."""
    row, actor = reach(undertaking_id, person_id, now)
    with recorded("undertaking.urge", chain=chain(row), actor=actor, now=now, **matter_of(row)) as act:
        row = still_open(row)
        act.reason = said(text)
        if due_on is not None and due_on < act.day:
            raise BadInput(_("要求完成日不能早于今天"), "due_on")
        head = f"{SHEETS}〔{act.day.year}〕"
        act.save(
            Urging(
                undertaking=row,
                matter=row.matter,
                line=LINES.get(row.source_kind, "rectification"),
                sheet_no=f"{head}{next_number(act, head):04d}号",
                issued_on=act.day,
                text=said(text),
                person_id=person_id,
                to_person_id=to_person_id or row.owner_person_id,
                to_enterprise_id=row.owner_enterprise_id,
                due_on=due_on or max(row.due_on, act.day),
            )
        )
        row.urge_count = (row.urge_count or 0) + 1
        _tell(row, "undertaking_urged", act, said(text), to_person_id)
        return act.save(row)


def receive_urging(*, urging_id: int, person_id: int, now: datetime) -> Urging:
    """Sign for an urging sheet (签收), by the person named or, where none is, by the owner."""
    return _on_sheet("undertaking.receive_urging", urging_id, person_id, now, "")


def reply_urging(*, urging_id: int, person_id: int, text: str, now: datetime) -> Urging:
    """Reply to an urging sheet (反馈); replying signs for it."""
    return _on_sheet("undertaking.reply_urging", urging_id, person_id, now, said(text))


def _on_sheet(verb: str, urging_id: int, person_id: int, now: datetime, text: str) -> Urging:
    sheet = Urging.objects.select_related("undertaking").get(pk=urging_id)
    if sheet.undertaking is None:
        raise BadInput(_("该督办单不对应交办事项"), "urging")
    row, actor = reach(sheet.undertaking.pk, person_id, now)
    with recorded(verb, chain=chain(row), actor=actor, now=now, reason=text, **matter_of(row)) as act:
        sheet = Urging.objects.get(pk=urging_id)
        is_named = sheet.to_person_id == person_id
        if not is_named and (sheet.to_person_id is not None or not is_owner(row, person_id, now)):
            raise Refusal(Ground.POST, "undertaking.not_urged", _("只有被督办人可以签收和反馈督办单"), CLAUSE)
        done = sheet.replied_at if text else sheet.received_at
        if done is not None:
            raise Refusal(Ground.STALE, "undertaking.sheet_done", _("该督办单已签收或已反馈"), CLAUSE)
        sheet.received_at = sheet.received_at or now
        if text:
            sheet.reply_text, sheet.replied_at = text, now
        return act.save(sheet)


def supply(
    *,
    undertaking_id: int,
    person_id: int,
    content: bytes,
    file_name: str,
    title: str,
    now: datetime,
    is_fictitious: bool = False,
    key: str = "",
) -> Document:
    """Hand in the paper that an undertaking owes, by its owner, into the matter that waits for it; an act of its own."""
    row, actor = reach(undertaking_id, person_id, now)
    row = still_open(row)
    if row.matter is None:
        raise BadInput(_("该事项不对应任何项目资料"), "file")
    if not is_owner(row, person_id, now):
        raise Refusal(Ground.POST, "undertaking.not_owner", _("只有责任人可以补交材料"), CLAUSE)
    return upload(
        matter_id=row.matter.pk,
        kind=row.document_kind or "other",
        title=title or row.what,
        content=content,
        file_name=file_name,
        actor=actor,
        now=now,
        is_fictitious=is_fictitious,
        key=key,
    )


def close(
    *,
    undertaking_id: int,
    person_id: int,
    result: str,
    evidence_document_id: int | None,
    now: datetime,
    text: str = "",
) -> Undertaking:
    """Close an undertaking by a checker who is not its owner (销号), with evidence; a cancelled one with a reason.

    The checker did not supply the evidence himself, and where one was named, it is he.
    """
    row, actor = reach(undertaking_id, person_id, now)
    with recorded(
        "undertaking.close", chain=chain(row), actor=actor, now=now, reason=text.strip(), **matter_of(row)
    ) as act:
        row = still_open(row)
        if result not in codes.codes("undertaking_result"):
            raise BadInput(_("请选择办理结果"), "result")
        if is_owner(row, person_id, now):
            raise own_work()
        if row.checker_person_id not in (None, person_id):
            raise Refusal(
                Ground.POST, "undertaking.not_checker", _("本事项已指定核验人，您不是该核验人"), CLAUSE
            )
        evidence = _evidence(row, evidence_document_id, result, text)
        if evidence is not None and evidence.uploaded_by_person_id == person_id:
            raise own_work()
        row.evidence_document = evidence
        row.checker_person_id = person_id
        row.result = result
        row.close_person_id = person_id
        row.closed_on = act.day
        row.list_state = "closed"
        return act.save(row)


def _evidence(row: Undertaking, document_id: int | None, result: str, text: str) -> Document | None:
    if document_id is None:
        if result in ("done", "partly"):
            raise BadInput(_("销号须附佐证文件"), "evidence_document_id")
        said(text)
        return None
    document = _paper_of(row, document_id)
    assert document is not None
    if row.document_kind and document.kind != row.document_kind:
        raise BadInput(
            _("本事项须补交“%(kind)s”") % {"kind": codes.label("document_kind", row.document_kind)},
            "evidence_document_id",
        )
    return document


def _paper_of(row: Undertaking, document_id: int | None) -> Document | None:
    if document_id is None:
        return None
    document = Document.objects.select_related("matter").filter(pk=document_id).first()
    if document is None or (row.matter and document.matter.root_id != row.matter.root_id):
        raise BadInput(_("佐证文件不属于本事项"), "evidence_document_id")
    return document


def reopen(
    *, undertaking_id: int, person_id: int, reason: str, now: datetime, due_on: date | None = None
) -> Undertaking:
    """Open a closed undertaking again with a reason, by its checker or a supervisor; never by its owner."""
    row, actor, is_supervisor = reach_watching(undertaking_id, person_id, now)
    with recorded(
        "undertaking.reopen", chain=chain(row), actor=actor, now=now, reason=reason.strip(), **matter_of(row)
    ) as act:
        row = fetch(undertaking_id)
        if row.closed_on is None:
            raise Refusal(Ground.STALE, "undertaking.open", _("该事项尚未销号"), CLAUSE)
        if not is_supervisor and (row.checker_person_id != person_id or is_owner(row, person_id, now)):
            raise Refusal(
                Ground.POST, "undertaking.not_checker", _("只有核验人或监督人员可以重开事项"), CLAUSE
            )
        if due_on is not None and due_on < act.day:
            raise BadInput(_("到期日不能早于今天"), "due_on")
        row.reopened_reason = said(reason, "reason")
        row.reopened_on = act.day
        row.closed_on, row.result, row.close_person_id = None, "", None
        row.due_on = due_on or max(row.due_on, act.day)
        row.list_state = "progress" if row.progress_ratio is not None else "task"
        return act.save(row)


def list_for_supervision(
    *, undertaking_id: int, person_id: int, reason: str, now: datetime, is_listed: bool = True
) -> Undertaking:
    """Put an undertaking under listed supervision (挂牌督办) or end it, by a head, an approver or a supervisor."""
    row, actor, is_supervisor = reach_watching(undertaking_id, person_id, now)
    with recorded(
        "undertaking.list", chain=chain(row), actor=actor, now=now, reason=reason.strip(), **matter_of(row)
    ) as act:
        row = still_open(row)
        if not (is_supervisor or is_head(person_id, now)) or is_owner(row, person_id, now):
            raise Refusal(Ground.POST, "undertaking.not_head", _("挂牌督办由领导岗位或监督人员决定"), CLAUSE)
        said(reason, "reason")
        if row.is_listed_supervision == is_listed:
            raise Refusal(Ground.STALE, "undertaking.listed", _("该事项的挂牌状态没有变化"), CLAUSE)
        row.is_listed_supervision = is_listed
        return act.save(row)
