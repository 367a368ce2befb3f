"""What may be done in the room of a tender: each posted action calls one service, which decides and records."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import cast

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from lianjing.domains.works.models import Award, Shortlist, Tender
from lianjing.domains.works.services import award_votes as awards
from lianjing.domains.works.services import (
    tender_bids,
    tender_evaluation,
    tender_questions,
    tender_shortlist,
)
from lianjing.domains.works.services.award import lose as lose_award
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.draw.models import Draw
from lianjing.runtime.trail.act import LEGAL_ZONE
from lianjing.web.access import PageRequest
from lianjing.web.receipts import key_of

LARGEST_FILE = 20 * 1024 * 1024
Action = Callable[[PageRequest, Tender], str]


def _number(request: PageRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise BadInput(_("请选择对象"), name)
    return int(text)


def _points(text: str) -> Decimal:
    try:
        value = Decimal(text.strip())
    except InvalidOperation as error:
        raise BadInput(_("评分须为数字"), "points") from error
    if not value.is_finite():
        raise BadInput(_("评分须为数字"), "points")
    return value.quantize(Decimal("0.001"))


def _moment(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput(_("时间应写作 2025-03-06T09:30"), "new_deadline_at") from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=LEGAL_ZONE)


def _contents(request: PageRequest) -> list[bytes]:
    files = cast(list[UploadedFile], request.FILES.getlist("file"))
    if any((file.size or 0) > LARGEST_FILE for file in files):
        raise BadInput(_("文件过大"), "file")
    return [file.read() for file in files]


def seal(request: PageRequest, tender: Tender) -> str:
    """Hand in a bid: the file is hashed and forgotten."""
    digest = request.POST.get("digest", "")
    contents = _contents(request)
    if contents:
        digest = hashlib.sha256(contents[0]).hexdigest()
    tender_bids.seal(
        tender_id=tender.pk,
        digest=digest,
        credit_code=request.POST.get("credit_code", ""),
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("投标已密封受理，摘要 %(digest)s") % {"digest": digest}


def take_back(request: PageRequest, tender: Tender) -> str:
    """Take a bid back."""
    tender_bids.take_back(
        tender_id=tender.pk,
        credit_code=request.POST.get("credit_code", ""),
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("投标已撤回")


def unseal(request: PageRequest, tender: Tender) -> str:
    """Open bid files."""
    contents = _contents(request)
    if not contents:
        raise BadInput(_("请选择文件"), "file")
    done = tender_bids.unseal(
        tender_id=tender.pk, contents=contents, person_id=request.who.id, now=request.now, key=key_of(request)
    )
    told = _("已解密 %(count)s 份投标文件") % {"count": len(done.opened)}
    return "；".join([told, *done.faults])


def ask(request: PageRequest, tender: Tender) -> str:
    """Ask a question without a name."""
    tender_questions.ask(
        tender_id=tender.pk,
        content=request.POST.get("content", ""),
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("疑问已登记，不记名")


def draft_answer(request: PageRequest, tender: Tender) -> str:
    """Draft an answer or an amendment."""
    asked = request.POST.get("objection", "")
    tender_questions.draft_answer(
        tender_id=tender.pk,
        answer=request.POST.get("answer", ""),
        question=request.POST.get("question", ""),
        objection_id=int(asked) if asked.isdigit() else None,
        is_material=request.POST.get("is_material") == "on",
        new_deadline_at=_moment(request.POST.get("new_deadline_at", "")),
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("答复已拟，待审核发布")


def issue_answer(request: PageRequest, tender: Tender) -> str:
    """Issue an answer."""
    tender_questions.issue_answer(
        clarification_id=_number(request, "clarification"),
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("答复已发布")


def lock_draw(request: PageRequest, tender: Tender) -> str:
    """Lock the pool that belongs to a draw of this tender."""
    draw = Draw.objects.filter(pk=_number(request, "draw")).first()
    award = Award.objects.filter(tender=tender).order_by("-pk").first()
    places = {tender.pk, award.pk if award else 0}
    if draw is None or draw.matter_id not in places:
        raise BadInput(_("没有该抽取"), "draw")
    who, now = request.who.id, request.now
    match draw.kind:
        case "expert":
            tender_evaluation.lock_experts(tender_id=tender.pk, draw_id=draw.pk, person_id=who, now=now)
        case "formal_bidder":
            tender_shortlist.lock_lot(tender_id=tender.pk, draw_id=draw.pk, person_id=who, now=now)
        case "award_committee":
            awards.lock_committee(award_id=draw.matter_id, draw_id=draw.pk, person_id=who, now=now)
        case "award_lot":
            awards.lock_lot(award_id=draw.matter_id, draw_id=draw.pk, person_id=who, now=now)
        case _:
            raise BadInput(_("该抽取在抽取页面锁定名单"), "draw")
    return _("候选名单已锁定")


def declare(request: PageRequest, tender: Tender) -> str:
    """Declare to have no tie, as evaluator."""
    tender_evaluation.declare(
        tender_id=tender.pk, person_id=request.who.id, now=request.now, key=key_of(request)
    )
    return _("承诺已登记")


def preliminary(request: PageRequest, tender: Tender) -> str:
    """Enter the preliminary review."""
    vetoes = {}
    for name, reason in request.POST.items():
        head, _mark, pk = name.partition("-")
        if head == "veto" and pk.isdigit() and reason:
            vetoes[int(pk)] = (str(reason), request.POST.get(f"text-{pk}", ""))
    tender_evaluation.preliminary(
        tender_id=tender.pk, vetoes=vetoes, person_id=request.who.id, now=request.now, key=key_of(request)
    )
    return _("初步评审已登记")


def score(request: PageRequest, tender: Tender) -> str:
    """Lock one's own sheet."""
    points = {}
    for name in request.POST:
        parts = name.split("-")
        if len(parts) == 3 and parts[0] == "points" and parts[1].isdigit() and parts[2].isdigit():
            reason = request.POST.get(f"reason-{parts[1]}-{parts[2]}", "")
            points[int(parts[1]), int(parts[2])] = (_points(request.POST[name]), reason)
    tender_evaluation.score(
        tender_id=tender.pk, points=points, person_id=request.who.id, now=request.now, key=key_of(request)
    )
    return _("评分已锁定")


def sign(request: PageRequest, tender: Tender) -> str:
    """Sign the report."""
    tender_evaluation.sign(
        tender_id=tender.pk,
        dissent=request.POST.get("dissent", ""),
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("评标报告已签署")


def award_declare(request: PageRequest, tender: Tender) -> str:
    """Declare to have no tie, as member of the award committee."""
    awards.declare(
        award_id=_number(request, "award"), person_id=request.who.id, now=request.now, key=key_of(request)
    )
    return _("承诺已登记")


def ballot(request: PageRequest, tender: Tender) -> str:
    """Cast one's ballot."""
    awards.ballot(
        award_id=_number(request, "award"),
        bid_id=_number(request, "bid"),
        reason=request.POST.get("reason", ""),
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("选票已投")


def lose(request: PageRequest, tender: Tender) -> str:
    """Enter that the winner is lost."""
    lose_award(
        award_id=_number(request, "award"),
        reason=request.POST.get("reason", ""),
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("定标结果已取消，可重新定标或重新招标")


def apply(request: PageRequest, tender: Tender) -> str:
    """Apply to be a formal bidder."""
    tender_shortlist.apply(
        tender_id=tender.pk,
        credit_code=request.POST.get("credit_code", ""),
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("报名已登记")


def seat_group(request: PageRequest, tender: Tender) -> str:
    """Name the shortlisting group."""
    chosen = [int(each) for each in request.POST.getlist("members") if each.isdigit()]
    tender_shortlist.seat_group(
        tender_id=tender.pk,
        member_person_ids=chosen,
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return _("推荐小组已确定")


def vote(request: PageRequest, tender: Tender) -> str:
    """Score the applicants."""
    rows = Shortlist.objects.filter(tender=tender).values_list("pk", flat=True)
    points = {
        pk: (_points(request.POST.get(f"points-{pk}", "")), request.POST.get(f"reason-{pk}", ""))
        for pk in rows
    }
    tender_shortlist.vote(
        tender_id=tender.pk, points=points, person_id=request.who.id, now=request.now, key=key_of(request)
    )
    return _("评分已登记")


ACTIONS: Mapping[str, Action] = {
    each.__name__: each
    for each in (
        seal,
        take_back,
        unseal,
        ask,
        draft_answer,
        issue_answer,
        lock_draw,
        declare,
        preliminary,
        score,
        sign,
        award_declare,
        ballot,
        lose,
        apply,
        seat_group,
        vote,
    )
}
