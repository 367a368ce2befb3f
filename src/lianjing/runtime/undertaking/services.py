"""Writes of undertakings: give, note progress, urge, close; who checks is never who owes."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.services import upload
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.org.models import Person, Post, Unit
from lianjing.runtime.org.queries import actor_at, posts_held, unit_and_above
from lianjing.runtime.process.scope import open_for
from lianjing.runtime.trail.act import Act, Actor, legal_day, recorded
from lianjing.runtime.undertaking.models import Undertaking

CLAUSE = "zone_projects#17"
READERS = ("supervisor", "system_admin", "security_admin", "audit_admin")


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
) -> Undertaking:
    """Give an undertaking to an owner with its day; part of an act. The checker, where named, is not the owner."""
    if not what.strip():
        raise BadInput(_("请写明交办事项"), "what")
    if due_on < act.day:
        raise BadInput(_("到期日不能早于今天"), "due_on")
    if owner_unit is None and owner_person is None:
        raise BadInput(_("请指定责任单位或责任人"), "owner_unit")
    if owner_person is not None and checker_person == owner_person:
        raise _own_work()
    return act.save(
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
        )
    )


def note_progress(*, undertaking_id: int, person_id: int, text: str, now: datetime) -> Undertaking:
    """Report how an undertaking goes, by its owner; the text stands in the event."""
    row, actor = _reach(undertaking_id, person_id, now)
    with recorded(
        "undertaking.note_progress", chain=_chain(row), actor=actor, now=now, **_matter_of(row)
    ) as act:
        row = _fresh(row)
        if not _is_owner(row, person_id, now):
            raise Refusal(Ground.POST, "undertaking.not_owner", _("只有责任人可以报告进展"), CLAUSE)
        act.reason = _said(text)
        row.list_state = "progress"
        return act.save(row)


def urge(*, undertaking_id: int, person_id: int, text: str, now: datetime) -> Undertaking:
    """Urge the owner once more (督办); counted, the text stands in the event."""
    row, actor = _reach(undertaking_id, person_id, now)
    with recorded("undertaking.urge", chain=_chain(row), actor=actor, now=now, **_matter_of(row)) as act:
        row = _fresh(row)
        act.reason = _said(text)
        row.urge_count = (row.urge_count or 0) + 1
        return act.save(row)


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
    row, actor = _reach(undertaking_id, person_id, now)
    row = _fresh(row)
    if row.matter is None:
        raise BadInput(_("该事项不对应任何项目资料"), "file")
    if not _is_owner(row, person_id, now):
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
    row, actor = _reach(undertaking_id, person_id, now)
    with recorded(
        "undertaking.close", chain=_chain(row), actor=actor, now=now, reason=text.strip(), **_matter_of(row)
    ) as act:
        row = _fresh(row)
        if result not in codes.codes("undertaking_result"):
            raise BadInput(_("请选择办理结果"), "result")
        if _is_owner(row, person_id, now):
            raise _own_work()
        if row.checker_person_id not in (None, person_id):
            raise Refusal(
                Ground.POST, "undertaking.not_checker", _("本事项已指定核验人，您不是该核验人"), CLAUSE
            )
        evidence = _evidence(row, evidence_document_id, result, text)
        if evidence is not None and evidence.uploaded_by_person_id == person_id:
            raise _own_work()
        row.evidence_document = evidence
        row.checker_person_id = person_id
        row.result = result
        row.closed_on = act.day
        row.list_state = "closed"
        return act.save(row)


def _evidence(row: Undertaking, document_id: int | None, result: str, text: str) -> Document | None:
    if document_id is None:
        if result in ("done", "partly"):
            raise BadInput(_("销号须附佐证文件"), "evidence_document_id")
        _said(text)
        return None
    document = Document.objects.select_related("matter").filter(pk=document_id).first()
    if document is None or (row.matter and document.matter.root_id != row.matter.root_id):
        raise BadInput(_("佐证文件不属于本事项"), "evidence_document_id")
    if row.document_kind and document.kind != row.document_kind:
        raise BadInput(
            _("本事项须补交“%(kind)s”") % {"kind": codes.label("document_kind", row.document_kind)},
            "evidence_document_id",
        )
    return document


def _reach(undertaking_id: int, person_id: int, now: datetime) -> tuple[Undertaking, Actor]:
    """Return the undertaking and the actor at his own business post, if he may see it."""
    day = legal_day(now)
    row = Undertaking.objects.select_related("matter", "owner_unit").get(pk=undertaking_id)
    posts = [
        held.post
        for held in posts_held(person_id, day)
        if held.on_behalf_of is None and held.post.kind not in READERS
    ]
    if not posts:
        raise Refusal(
            Ground.POST, "undertaking.no_post", _("您今日没有可办理该事项的岗位"), "zone_organisation#2"
        )
    if row.matter_id is not None and person_id not in (row.owner_person_id, row.checker_person_id):
        open_for(person_id, row.matter_id, day)
    return row, actor_at(person_id, _nearest(posts, row).pk, day)


def _nearest(posts: list[Post], row: Undertaking) -> Post:
    near = unit_and_above(row.owner_unit_id) if row.owner_unit_id else []
    return min(posts, key=lambda post: near.index(post.unit_id) if post.unit_id in near else len(near))


def _is_owner(row: Undertaking, person_id: int, now: datetime) -> bool:
    """True for the named owner; where only a unit owes, for everybody with a post in it."""
    if row.owner_person_id is not None:
        return row.owner_person_id == person_id
    held = posts_held(person_id, legal_day(now))
    return any(each.post.unit_id == row.owner_unit_id for each in held)


def _fresh(row: Undertaking) -> Undertaking:
    fresh = Undertaking.objects.select_related("matter", "owner_unit").get(pk=row.pk)
    if fresh.closed_on is not None:
        raise Refusal(Ground.STALE, "undertaking.closed", _("该事项已销号"), CLAUSE)
    return fresh


def _chain(row: Undertaking) -> str:
    return chain_of(row.matter) if row.matter else f"unit:{row.owner_unit_id}"


def _matter_of(row: Undertaking) -> dict[str, int | None]:
    return {"matter_id": row.matter_id, "root_matter_id": row.matter.root_id if row.matter else None}


def _said(text: str) -> str:
    if not text.strip():
        raise BadInput(_("请写明情况"), "text")
    return text.strip()


def _own_work() -> Refusal:
    return Refusal(Ground.CONFLICT, "undertaking.own_work", _("核验人不能是责任人或佐证提供人"), CLAUSE)
