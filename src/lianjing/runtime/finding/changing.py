"""From root cause to a better rule: a request to change it, its answer, the revision that takes it up, its proof."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.finding.acting import act_on, supervisor
from lianjing.runtime.finding.models import ChangeRequest, Finding
from lianjing.runtime.finding.numbering import REQUEST, next_no
from lianjing.runtime.finding.visibility import open_for, visible_to
from lianjing.runtime.message.services import one_line, send
from lianjing.runtime.org.models import Post
from lianjing.runtime.org.queries import actor_with, holders
from lianjing.runtime.regulation.models import Regulation
from lianjing.runtime.revision.models import Revision
from lianjing.runtime.trail.act import Act, legal_day, recorded

DRAFTER = "rule_drafter"


def ask(
    *,
    finding_id: int,
    regulation_key: str,
    gap: str,
    proposal: str,
    person_id: int,
    now: datetime,
    clause: str = "",
    key: str = "",
) -> ChangeRequest:
    """Ask for a change of a rule, by a supervisor, from a finding that holds; its drafters are told."""
    day = legal_day(now)
    row, actor = open_for(person_id, finding_id, day), supervisor(person_id, day)
    parts = [regulation_key, gap.strip(), proposal.strip(), clause]
    with act_on("change.request", row, actor, now, key=key, parts=parts) as (act, done):
        if done:
            return ChangeRequest.objects.filter(finding=row).order_by("-pk")[0]
        _require_holds(row)
        regulation = Regulation.objects.filter(key=regulation_key).first()
        if regulation is None:
            raise BadInput(_("请选择制度"), "regulation")
        if not gap.strip() or not proposal.strip():
            raise BadInput(_("请写明漏洞和修改建议"), "gap")
        made = act.save(
            ChangeRequest(
                request_no=next_no(act, REQUEST),
                finding=row,
                case_id=row.case_id,
                regulation=regulation,
                clause=clause,
                gap_text=gap.strip(),
                proposal_text=proposal.strip(),
                requested_on=act.day,
                requested_by_person_id=person_id,
                status="requested",
            )
        )
        _tell_drafters(act, made)
        return made


def _require_holds(row: Finding) -> None:
    if row.verdict not in ("confirmed", "partly"):
        raise Refusal(Ground.RULE, "change.not_confirmed", _("核查属实的预警方可提出制度修改建议"))


def _tell_drafters(act: Act, made: ChangeRequest) -> None:
    posts = Post.objects.filter(key=DRAFTER, to_on__isnull=True).values_list("pk", flat=True)
    people = [each.person_id for post in posts for each in holders(post, act.day)]
    send(
        to_person_ids=[each for each in people if each != act.actor.person_id],
        kind="rule_submitted",
        subject=one_line(_("制度修改建议"), made.request_no, made.regulation.title),
        text=made.proposal_text,
        link=f"/warnings/changes/{made.pk}/",
        now=act.now,
        sender_person_id=act.actor.person_id,
    )


def answer(
    *, request_id: int, is_accepted: bool, text: str, person_id: int, now: datetime, key: str = ""
) -> ChangeRequest:
    """Accept or refuse a request with reasons, by a drafter of rules."""
    day = legal_day(now)
    made, actor = reach(request_id, person_id, day), actor_with(person_id, DRAFTER, day)
    with recorded("change.answer", chain=_chain(made), actor=actor, now=now, request_key=key) as act:
        made.read_again()
        if made.status != "requested":
            raise Refusal(Ground.STALE, "change.answered", _("该建议已答复"))
        if not text.strip():
            raise BadInput(_("请写明答复意见"), "text")
        made.status = "accepted" if is_accepted else "refused"
        made.answer_text, made.answered_by_person_id = text.strip(), person_id
        return act.save(made)


def take_up(
    *, request_id: int, revision_id: int, person_id: int, now: datetime, key: str = ""
) -> ChangeRequest:
    """Name the revision that takes the request up, by a drafter; it must be of the same regulation."""
    day = legal_day(now)
    made, actor = reach(request_id, person_id, day), actor_with(person_id, DRAFTER, day)
    with recorded("change.take_up", chain=_chain(made), actor=actor, now=now, request_key=key) as act:
        made.read_again()
        if made.status not in ("requested", "accepted", "drafted"):
            raise Refusal(Ground.STALE, "change.answered", _("该建议已办结"))
        revision = Revision.objects.filter(pk=revision_id, regulation_id=made.regulation_id).first()
        if revision is None:
            raise BadInput(_("请选择该制度的修订"), "revision")
        made.status, made.revision = "drafted", revision
        return act.save(made)


def verify(*, request_id: int, text: str, person_id: int, now: datetime, key: str = "") -> ChangeRequest:
    """Say that the changed rule works, by a supervisor, once its revision is approved and in force."""
    day = legal_day(now)
    made, actor = reach(request_id, person_id, day), supervisor(person_id, day)
    with recorded("change.verify", chain=_chain(made), actor=actor, now=now, request_key=key) as act:
        made.read_again()
        in_force_on = in_force_day(made)
        if in_force_on is None or in_force_on > day:
            raise Refusal(Ground.RULE, "change.not_in_force", _("修订尚未施行，不能验证"))
        made.status, made.in_force_on = "verified", in_force_on
        made.verified_on, made.verified_by_person_id = day, person_id
        act.reason = text.strip()
        return act.save(made)


def in_force_day(made: ChangeRequest) -> date | None:
    """Return the day from which the revision of a request holds, None while it is not approved."""
    revision = made.revision
    return revision.from_on if revision is not None and revision.state == "approved" else None


def reach(request_id: int, person_id: int, day: date) -> ChangeRequest:
    """Return a request that the person may see: with its finding, or as a drafter of rules."""
    row = (
        ChangeRequest.objects.select_related("regulation", "revision", "finding", "requested_by_person")
        .filter(pk=request_id)
        .first()
    )
    if row is None or not may_see(row, person_id, day):
        raise Refusal(Ground.SCOPE, "scope.change", _("没有该建议，或不在您的数据范围内"))
    return row


def taken_up_by(revision_id: int, person_id: int, day: date) -> list[ChangeRequest]:
    """Return the requests that a revision takes up, as far as the person may see them."""
    rows = ChangeRequest.objects.filter(revision_id=revision_id).order_by("pk")
    return [row for row in rows if may_see(row, person_id, day)]


def open_of(regulation_id: int, person_id: int, day: date) -> list[ChangeRequest]:
    """Return the requests to change a regulation that no revision has taken up yet, as far as the person may see them."""
    rows = ChangeRequest.objects.filter(
        regulation_id=regulation_id, revision=None, status__in=("requested", "accepted")
    )
    return [row for row in rows.order_by("pk") if may_see(row, person_id, day)]


def may_see(row: ChangeRequest, person_id: int, day: date) -> bool:
    """True for drafters and deciders of rules, and for who sees the finding."""
    posts = Post.objects.filter(key__in=(DRAFTER, "rule_approver"), to_on__isnull=True)
    if any(each.person_id == person_id for post in posts for each in holders(post.pk, day)):
        return True
    return visible_to(person_id, day).filter(pk=row.finding_id or 0).exists()


def _chain(made: ChangeRequest) -> str:
    return f"finding:{made.finding_id}"
