"""The register of questions, objections, complaints and appeals, with their clocks and answers."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.personal.masking import shown
from lianjing.runtime.process.scope import open_for
from lianjing.runtime.publicity import queries, services
from lianjing.runtime.publicity.models import Objection, Publicity
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done, number_of
from lianjing.web.listing import Column, DateFilter, Filter
from lianjing.web.publicity_forms import ObjectionForm
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.register import Register
from lianjing.web.words import clause_address

SETTLED = Q(decided_on__isnull=False) | (~Q(kind__in=queries.COMPLAINTS) & Q(answered_on__isnull=False))


def state_of(row: Objection, day: date) -> tuple[str, str]:
    """Return the word and tone of an objection: settled with its result, overdue, paused, accepted or waiting."""
    if queries.is_settled(row):
        return codes.label("objection_result", row.result) if row.result else _("已办结"), "good"
    if row.due_on is not None and day > row.due_on:
        return _("逾期"), "bad"
    return (_("已受理"), "doing") if row.accepted_on else (_("待答复"), "warn")


def days_left(row: Objection, day: date) -> int | None:
    """Return the calendar days to the due day, negative when overdue, None once settled."""
    if queries.is_settled(row) or row.due_on is None:
        return None
    return (row.due_on - day).days


@signed_in(kinds=OFFICIALS | {"external"})
@require_safe
def objections(request: HttpRequest) -> HttpResponse:
    """List the objections and complaints within the reader's scope; a firm sees those it raised."""
    asked = cast(PageRequest, request)
    day = asked.today
    conditions = {
        "open": ~SETTLED,
        "overdue": ~SETTLED & Q(due_on__lt=day),
        "settled": SETTLED,
        "pausing": ~SETTLED & Q(pauses=True),
    }
    words = [
        ("open", _("未办结")),
        ("overdue", _("逾期")),
        ("settled", _("已办结")),
        ("pausing", _("暂停程序")),
    ]
    listing = Register(
        asked,
        _mine(asked),
        _columns(day),
        ("content", "raised_by_name", "matter__title", "matter__code"),
        [
            Filter("state", _("状态"), words, lambda value: conditions.get(value, Q())),
            Filter("kind", _("类型"), codes.choices("objection_kind"), "kind"),
            Filter("result", _("结果"), codes.choices("objection_result"), "result"),
        ],
        [
            DateFilter("from", _("提出日起"), "raised_on__gte"),
            DateFilter("to", _("提出日止"), "raised_on__lte"),
        ],
    )
    if listing.wants_excel:
        return listing.excel(_("异议投诉"))
    return render(request, "lianjing/objections.html", {"listing": listing})


def _mine(request: PageRequest) -> Any:
    """What the reader may see: a firm only what it raised itself."""
    found = queries.objections_visible(request.who.id, request.today)
    return found if request.roles & OFFICIALS else found.filter(person_id=request.who.id)


def _columns(day: date) -> list[Column]:
    return [
        Column("content", _("内容"), lambda row: row.content[:60], "content", url=_place),
        Column("kind", _("类型"), lambda row: codes.label("objection_kind", row.kind), "kind"),
        Column("matter", _("所属事项"), lambda row: row.matter.title, "matter__title"),
        Column(
            "raised_by",
            _("提出人"),
            lambda row: shown(row, "raised_by_name"),
            "raised_by_name",
            is_personal=True,
        ),
        Column("raised_on", _("提出日"), lambda row: row.raised_on, "raised_on", kind="day"),
        Column("due_on", _("到期日"), lambda row: row.due_on, "due_on", kind="day"),
        Column("left", _("剩余天数"), lambda row: days_left(row, day), kind="number"),
        Column("pauses", _("暂停程序"), lambda row: _("是") if row.pauses else _("否"), "pauses"),
        Column(
            "answered_by",
            _("答复人"),
            lambda row: row.answered_by_person.name if row.answered_by_person else "",
            "answered_by_person__name",
        ),
        Column(
            "state",
            _("状态"),
            lambda row: state_of(row, day)[0],
            "result",
            kind="status",
            tone=lambda row: state_of(row, day)[1],
        ),
    ]


def _place(row: Objection) -> str:
    return reverse("objection", args=[row.pk])


@signed_in(kinds=OFFICIALS | {"external"})
@require_http_methods(["GET", "POST"])
def objection_new(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Register an objection or a complaint about a matter, perhaps about one of its notices."""
    asked = cast(PageRequest, request)
    matter = open_for(asked.who.id, matter_id, asked.today)
    form = ObjectionForm(request.POST or None)
    notice = number_of(request.GET.get("publicity", ""))

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        found = Publicity.objects.filter(pk=notice or 0, matter=matter).first()
        context = {"form": form, "matter": matter, "notice": found, "request_key": fresh_key(), **told}
        return render(request, "lianjing/objection_new.html", context, status=status)

    def do() -> str:
        row = services.raise_objection(
            matter_id=matter.pk,
            publicity_id=notice,
            raised_by=_raiser(asked),
            person_id=asked.who.id,
            now=asked.now,
            key=key_of(request),
            **form.cleaned_data,
        )
        return _place(row)

    if request.method == "GET":
        return again({}, 200)
    return done(asked, do, again) if form.is_valid() else again({}, 422)


def _raiser(request: PageRequest) -> str:
    """A firm that raises an objection itself is named by its person; an official registers for somebody else."""
    return "" if request.roles & OFFICIALS else f"person:{request.who.id}"


@signed_in(kinds=OFFICIALS | {"external"})
@require_http_methods(["GET", "POST"])
def objection(request: HttpRequest, objection_id: int) -> HttpResponse:
    """Show an objection; an official answers, accepts or decides it."""
    asked = cast(PageRequest, request)
    found = _mine(asked).filter(pk=objection_id).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.objection", _("没有该记录，或不在您的数据范围内"))
    row: Objection = found
    if request.method == "GET":
        return _page(asked, row, {}, 200)
    return done(asked, lambda: _act(asked, row), lambda told, status: _page(asked, row, told, status))


def _act(request: PageRequest, row: Objection) -> str:
    posted = request.POST
    who: dict[str, Any] = {
        "objection_id": row.pk,
        "person_id": request.who.id,
        "now": request.now,
        "key": key_of(request),
    }
    said: dict[str, Any] = {"result": posted.get("result", ""), "answer_text": posted.get("text", "")}
    match posted.get("action"):
        case "accept":
            services.accept(**who)
        case "turn_down":
            services.accept(is_accepted=False, text=posted.get("text", ""), **who)
        case "answer":
            services.answer(**said, **who)
        case "decide":
            services.decide(**said, **who)
        case _:
            raise BadInput(_("没有这项操作"))
    return _place(row)


def _contact(row: Objection, reader_id: int) -> str:
    """The contact in full for who raised it; masked for those who answer and supervise until they unmask it."""
    return row.contact_text if row.person_id == reader_id else str(shown(row, "contact_text"))


def _page(request: PageRequest, row: Objection, told: dict[str, Any], status: int) -> HttpResponse:
    fresh = _mine(request).get(pk=row.pk)
    is_hidden = bool(queries.hidden_contacts([fresh], request.who.id, request.today))
    is_complaint = fresh.kind in queries.COMPLAINTS
    may_act = bool(request.roles & OFFICIALS) and not queries.is_settled(fresh)
    word, tone = state_of(fresh, request.today)
    context = {
        "row": fresh,
        "state": word,
        "tone": tone,
        "days_left": days_left(fresh, request.today),
        "contact": queries.masked(fresh.contact_text) if is_hidden else _contact(fresh, request.who.id),
        "is_hidden": is_hidden,
        "may_accept": may_act and is_complaint and fresh.accepted_on is None,
        "may_settle": may_act and (not is_complaint or fresh.accepted_on is not None),
        "verb": "decide" if is_complaint else "answer",
        "results": codes.choices("objection_result", "upheld", "partly", "rejected", "withdrawn"),
        "posted": request.POST,
        "clause_url": clause_address(fresh.clause, request.today),
        "request_key": fresh_key(),
        **told,
    }
    return render(request, "lianjing/objection.html", context, status=status)
