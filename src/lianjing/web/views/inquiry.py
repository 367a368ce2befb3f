"""Questions from an open step to other posts: asked, answered, taken back; what waits for one's answer."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.consultation.models import Inquiry, InquiryAnswer
from lianjing.runtime.consultation.queries import questions_asked, questions_for
from lianjing.runtime.phrase.queries import offered_to
from lianjing.runtime.process import consulting
from lianjing.runtime.process.scope import visible_to
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done, number_of
from lianjing.web.listing import Column, Filter, day_of
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.register import Register
from lianjing.web.seats import desks
from lianjing.web.views.item import item_for
from lianjing.web.words import item_name


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def item_ask(request: HttpRequest, item_id: int) -> HttpResponse:
    """Ask other posts from an open step."""
    asked = cast(PageRequest, request)
    step = item_for(asked, item_id)
    if step.closed_at is not None:
        raise Refusal(Ground.STALE, "item.closed", _("该环节已由他人办结或已撤回，请刷新页面"))
    if not any(each.post.id == step.post_id for each in asked.held):
        raise Refusal(Ground.POST, "inquiry.not_holder", _("只有本环节经办人可以征询"))

    def again(more: dict[str, Any], status: int) -> HttpResponse:
        context = {
            "item": step,
            "name": item_name(step),
            "units": desks(asked.today, without_post=step.post_id, without_person=asked.who.id),
            "ticked": request.POST.getlist("to"),
            "posted": request.POST,
            "request_key": fresh_key(),
            "breadcrumbs": [{"label": step.matter.title, "url": reverse("item", args=[step.pk])}],
            **more,
        }
        return render(request, "lianjing/inquiry_ask.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        row = consulting.ask(
            item_id=step.pk,
            person_id=asked.who.id,
            to=[_desk(value) for value in request.POST.getlist("to")],
            question=request.POST.get("question", ""),
            is_required=request.POST.get("is_required") == "on",
            due_on=day_of(request.POST.get("due_on", "")),
            now=asked.now,
            key=key_of(asked),
        )
        return reverse("inquiry", args=[row.pk])

    return done(asked, do, again)


def _desk(value: str) -> tuple[int, int | None]:
    post, sep, person = value.partition(":")
    pair = number_of(post), number_of(person)
    if pair[0] is None or (sep and pair[1] is None):
        raise BadInput(_("请从列表中选择"), "to")
    return pair[0], pair[1]


@signed_in(kinds=OFFICIALS)
@require_safe
def inquiries(request: HttpRequest) -> HttpResponse:
    """List what one was asked, or what one has asked."""
    asked = cast(PageRequest, request)
    is_mine = request.GET.get("tab") == "asked"
    posts = [each.post.id for each in asked.held]
    rows = questions_asked(asked.who.id) if is_mine else questions_for(asked.who.id, posts)
    listing = Register(
        asked,
        rows,
        _columns(is_mine),
        ("inquiry__matter__title", "inquiry__matter__code", "inquiry__question", "text"),
        [Filter("state", _("状态"), _states(), lambda value: _condition(value))],
        empty_text=_("没有征询"),
    )
    if listing.wants_excel:
        return listing.excel(_("征询"))
    place = reverse("inquiries")
    waiting = questions_for(asked.who.id, posts).filter(_condition("waiting")).count()
    tabs = [
        {"text": _("征询我的"), "url": place, "is_active": not is_mine, "count": waiting},
        {"text": _("我征询的"), "url": f"{place}?tab=asked", "is_active": is_mine, "count": None},
    ]
    return render(request, "lianjing/inquiries.html", {"listing": listing, "tabs": tabs})


def _states() -> list[tuple[str, str]]:
    return [
        ("waiting", _("待答复")),
        ("answered", _("已答复")),
        ("withdrawn", _("已撤回")),
        ("lapsed", _("已失效")),
    ]


def _condition(state: str) -> Q:
    open_ = Q(inquiry__withdrawn_at__isnull=True, answered_at__isnull=True)
    return {
        "waiting": open_ & Q(inquiry__work_item__closed_at__isnull=True),
        "answered": Q(answered_at__isnull=False),
        "withdrawn": Q(inquiry__withdrawn_at__isnull=False, answered_at__isnull=True),
        "lapsed": open_ & Q(inquiry__work_item__closed_at__isnull=False),
    }[state]


def state_of(row: InquiryAnswer) -> str:
    """Return the state of one asked post: waiting, answered, withdrawn, or lapsed with its step."""
    if row.answered_at is not None:
        return "answered"
    if row.inquiry.withdrawn_at is not None:
        return "withdrawn"
    return "waiting" if row.inquiry.work_item.closed_at is None else "lapsed"


TONES = {"waiting": "doing", "answered": "good", "withdrawn": "off", "lapsed": "off"}


def _columns(is_mine: bool) -> list[Column]:
    other = (
        Column(
            "post", _("被征询岗位"), lambda row: f"{row.post.unit.name}·{row.post.name}", "post__unit__name"
        )
        if is_mine
        else Column(
            "asker",
            _("征询人"),
            lambda row: f"{row.inquiry.asker_person.name}（{row.inquiry.asker_post.unit.name}）",
            "inquiry__asker_person__pinyin",
        )
    )
    return [
        Column(
            "question",
            _("征询内容"),
            lambda row: row.inquiry.question,
            url=lambda row: reverse("inquiry", args=[row.inquiry_id]),
        ),
        Column("matter", _("事项"), lambda row: row.inquiry.matter.title, "inquiry__matter__title"),
        Column("step", _("环节"), lambda row: item_name(row.inquiry.work_item)),
        other,
        Column("asked", _("征询时间"), lambda row: row.inquiry.asked_at, "inquiry__asked_at", kind="time"),
        Column("due", _("希望答复日"), lambda row: row.inquiry.due_on, "inquiry__due_on", kind="day"),
        Column("answered", _("答复时间"), lambda row: row.answered_at, "answered_at", kind="time"),
        Column(
            "state",
            _("状态"),
            lambda row: dict(_states())[state_of(row)],
            kind="status",
            tone=lambda row: TONES[state_of(row)],
        ),
    ]


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def inquiry(request: HttpRequest, inquiry_id: int) -> HttpResponse:
    """Show a question; who was asked answers it, the step that asked may take it back."""
    asked = cast(PageRequest, request)
    row, mine = _reach(asked, inquiry_id)
    matter = visible_to(asked.who.id, asked.today).filter(id=row.matter_id).first()

    def again(more: dict[str, Any], status: int) -> HttpResponse:
        answers = InquiryAnswer.objects.filter(inquiry=row).select_related(
            "inquiry__work_item", "post__unit", "person", "answered_by_person"
        )
        context = {
            "row": row,
            "name": item_name(row.work_item),
            "answers": [
                {"row": each, "state": dict(_states())[state_of(each)], "tone": TONES[state_of(each)]}
                for each in answers.order_by("id")
            ],
            "to_answer": [each for each in mine if state_of(each) == "waiting"],
            "may_withdraw": row.withdrawn_at is None
            and row.work_item.closed_at is None
            and any(each.post.id == row.work_item.post_id for each in asked.held),
            "matter": matter,
            "phrases": offered_to(asked.who.id, [each.post.unit_id for each in asked.held]),
            "posted": request.POST,
            "request_key": fresh_key(),
            "breadcrumbs": [{"label": _("征询"), "url": reverse("inquiries")}],
            **more,
        }
        return render(request, "lianjing/inquiry.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)
    return done(asked, lambda: _act(asked, row, mine), again)


def _act(request: PageRequest, row: Inquiry, mine: list[InquiryAnswer]) -> str:
    text = request.POST.get("text", "")
    who: dict[str, Any] = {"person_id": request.who.id, "now": request.now}
    match request.POST.get("action"):
        case "answer":
            chosen = number_of(request.POST.get("answer", ""))
            if chosen not in {each.pk for each in mine}:
                raise BadInput(_("请从列表中选择"), "answer")
            consulting.answer(answer_id=chosen or 0, text=text, key=key_of(request), **who)
        case "withdraw":
            consulting.take_back_question(inquiry_id=row.pk, reason=text, **who)
        case _:
            raise BadInput(_("未知的操作"))
    return reverse("inquiry", args=[row.pk])


def _reach(request: PageRequest, inquiry_id: int) -> tuple[Inquiry, list[InquiryAnswer]]:
    """The question and what of it waits for this reader; open to who asked, was asked, or sees the matter unsealed."""
    found = Inquiry.objects.select_related("matter__root", "work_item", "asker_person", "asker_post__unit")
    row = found.filter(id=inquiry_id).first()
    if row is not None:
        posts = [each.post.id for each in request.held]
        mine = list(questions_for(request.who.id, posts).filter(inquiry=row))
        if mine or row.asker_person_id == request.who.id:
            return row, mine
        if visible_to(request.who.id, request.today).filter(id=row.matter_id).exists() and (
            consulting.visible_inquiries(row.matter, request.who.id, request.now).filter(id=row.pk).exists()
        ):
            return row, mine
    raise Refusal(Ground.SCOPE, "scope.inquiry", _("没有该征询，或不在您的数据范围内"))
