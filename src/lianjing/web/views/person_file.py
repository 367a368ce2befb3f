"""The register of the key minority, one person's file (opened for a purpose), a firm's file, one's own declarations."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.finding.assigning import CHIEF
from lianjing.runtime.key_minority import opening, register
from lianjing.runtime.key_minority.models import Declaration, KeyPerson
from lianjing.runtime.key_minority.relations import around
from lianjing.runtime.matter.models import MatterParty
from lianjing.runtime.org.models import Person
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.parties.queries import find_enterprises
from lianjing.runtime.process.scope import visible_to as matters_visible_to
from lianjing.runtime.scope.door import row_of, rows_of
from lianjing.runtime.scope.reader import Reader
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done, number_of
from lianjing.web.listing import Column, Filter, day_of
from lianjing.web.person_facts import facts_of, findings_about
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.register import Register
from lianjing.web.relation_graph import drawn

SUPERVISORS = ("supervisor",)
LONGEST = 1000
LATEST = 30


def _lack_words(lacks: list[str]) -> str:
    words = {"declaration": _("缺年度申报"), "education": _("缺廉政教育")}
    return "、".join(words[each] for each in lacks) or _("完整")


@signed_in(kinds=SUPERVISORS)
@require_http_methods(["GET", "POST"])
def key_persons(request: HttpRequest) -> HttpResponse:
    """List the register with what each file lacks this year; the head of the group enters a person."""
    asked = cast(PageRequest, request)
    is_chief = any(held.post.key == CHIEF for held in asked.held)

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        return _register_page(asked, is_chief, told, status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        register.enter(
            about_person_id=number_of(request.POST.get("person", "")) or 0,
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", "")[:LONGEST],
            person_id=asked.who.id,
            now=asked.now,
            key=key_of(request),
        )
        return reverse("key_persons")

    return done(asked, do, again)


def _register_page(request: PageRequest, is_chief: bool, told: dict[str, Any], status: int) -> HttpResponse:
    rows = opening.register(request.who.id, request.today)
    everyone = list(rows.values_list("person_id", flat=True))
    lacks = opening.missing(everyone, request.today.year)
    gaps = [person for person, each in lacks.items() if each]
    listing = Register(
        request,
        rows.order_by("person__pinyin", "pk"),
        _register_columns(lacks),
        ("person__name", "person__pinyin", "person__unit__name", "note"),
        [
            Filter("reason", _("列入类别"), codes.choices("key_person_reason"), "reason"),
            Filter("gap", _("档案"), [("any", _("不完整"))], lambda _value: Q(person_id__in=gaps)),
        ],
        table="key-persons",
        search_label=_("姓名、单位"),
        empty_text=_("名册没有人员"),
    )
    if listing.wants_excel:
        return listing.excel(_("关键少数"))
    listed = KeyPerson.objects.filter(to_on__isnull=True).values("person_id")
    context = {
        "listing": listing,
        "total": len(lacks),
        "gaps": len(gaps),
        "is_chief": is_chief,
        "people": Person.objects.filter(left_on__isnull=True)
        .exclude(unit__kind="outside")
        .exclude(pk__in=listed)
        .select_related("unit")
        .order_by("pinyin")
        if is_chief
        else [],
        "reasons": codes.choices("key_person_reason"),
        "posted": request.POST,
        "request_key": fresh_key(),
        **told,
    }
    return render(request, "lianjing/key_persons.html", context, status=status)


def _register_columns(lacks: dict[int, list[str]]) -> list[Column]:
    return [
        Column(
            "name",
            _("姓名"),
            lambda row: row.person.name,
            "person__pinyin",
            url=lambda row: reverse("person_file", args=[row.person_id]),
        ),
        Column(
            "unit",
            _("所在单位"),
            lambda row: row.person.unit.name if row.person.unit else "",
            "person__unit__name",
        ),
        Column("reason", _("列入类别"), lambda row: codes.label("key_person_reason", row.reason), "reason"),
        Column("from", _("列入日"), lambda row: row.from_on, "from_on", "day"),
        Column(
            "lacks",
            _("本年度档案"),
            lambda row: _lack_words(lacks.get(row.person_id, [])),
            kind="status",
            tone=lambda row: "warn" if lacks.get(row.person_id) else "good",
        ),
        Column("note", _("说明"), lambda row: row.note, is_hidden=True),
    ]


@signed_in(kinds=SUPERVISORS)
@require_http_methods(["GET", "POST"])
def person_file(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show one person's file once a purpose is named: posts, powers, matters, ties, findings, declarations, education."""
    asked = cast(PageRequest, request)
    if not opening.in_reach(asked.who.id, person_id, asked.today) or person_id == asked.who.id:
        raise Refusal(Ground.SCOPE, "scope.key_file", _("没有该档案，或不在您的数据范围内"))
    about = Person.objects.select_related("unit").get(pk=person_id)

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        opened = opening.open_now(asked.who.id, person_id, asked.now)
        context: dict[str, Any] = {
            "about": about,
            "opened": opened,
            "purposes": codes.choices("unmask_purpose"),
            "minutes": settings.LIANJING_UNMASK_MINUTES,
            "posted": request.POST,
            "request_key": fresh_key(),
            "breadcrumbs": [{"label": _("关键少数"), "url": reverse("key_persons")}],
        }
        if opened is not None:
            context |= facts_of(asked, about) | {"education_kinds": codes.choices("education_kind")}
            context["checks"] = codes.choices("declare_check")
            context["is_chief"] = any(held.post.key == CHIEF for held in asked.held)
        return render(request, "lianjing/person_file.html", context | told, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        _act_on_file(asked, person_id)
        return reverse("person_file", args=[person_id])

    return done(asked, do, again)


def _act_on_file(request: PageRequest, about_person_id: int) -> None:
    posted = request.POST
    text = posted.get("text", "")[:LONGEST]
    who: dict[str, Any] = {"person_id": request.who.id, "now": request.now, "key": key_of(request)}
    match posted.get("action"):
        case "open":
            opening.open_file(
                about_person_id=about_person_id, purpose=posted.get("purpose", ""), reason=text, **who
            )
        case "check":
            declared = number_of(posted.get("declaration", "")) or 0
            if not rows_of(Declaration, Reader(request.who.id, request.now)).filter(pk=declared).exists():
                raise Refusal(Ground.SCOPE, "scope.declaration", _("没有该申报"))
            register.check(declaration_id=declared, result=posted.get("result", ""), text=text, **who)
        case "education":
            held_on = day_of(posted.get("held_on", ""))
            if held_on is None:
                raise BadInput(_("请填写日期"), "held_on")
            register.note_education(
                about_person_id=about_person_id,
                kind=posted.get("kind", ""),
                title=text,
                held_on=held_on,
                **who,
            )
        case "leave":
            register.leave(about_person_id=about_person_id, text=text, **who)
        case _:
            raise BadInput(_("未知的操作"))


@signed_in(kinds=SUPERVISORS)
@require_safe
def enterprises(request: HttpRequest) -> HttpResponse:
    """List the firms for who supervises, each with the matters that it is a party of."""
    asked = cast(PageRequest, request)
    listing = Register(
        asked,
        rows_of(Enterprise, Reader(asked.who.id, asked.now)).order_by("pinyin", "pk"),
        [
            Column(
                "name",
                _("名称"),
                lambda row: row.name,
                "pinyin",
                url=lambda row: reverse("enterprise_file", args=[row.pk]),
            ),
            Column("code", _("统一社会信用代码"), lambda row: row.credit_code, "credit_code", "code"),
            Column(
                "kind",
                _("类型"),
                lambda row: codes.label("enterprise_kind", row.kind) if row.kind else "",
                "kind",
            ),
            Column("registered", _("成立日期"), lambda row: row.registered_on, "registered_on", "day"),
            Column("address", _("住所"), lambda row: row.address, is_hidden=True),
        ],
        ("name", "pinyin", "credit_code"),
        [Filter("kind", _("类型"), codes.choices("enterprise_kind"), "kind")],
        table="enterprises",
        search_label=_("名称、信用代码"),
        empty_text=_("没有企业"),
    )
    if listing.wants_excel:
        return listing.excel(_("企业"))
    return render(request, "lianjing/enterprises.html", {"listing": listing})


@signed_in(kinds=SUPERVISORS)
@require_safe
def enterprise_file(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """Show one firm: its matters, who owns and runs it, ties, findings; never a score."""
    asked = cast(PageRequest, request)
    row = cast(Enterprise, row_of(Enterprise, str(enterprise_id), Reader(asked.who.id, asked.now)))
    seen = matters_visible_to(asked.who.id, asked.today).values("pk")
    parts = MatterParty.objects.filter(enterprise=row, matter__in=seen).select_related("matter__unit")
    context = {
        "row": row,
        "matter_count": parts.count(),
        "matters": parts.order_by("-matter__opened_on", "-pk")[:LATEST],
        "findings": findings_about(asked, f"enterprise:{row.pk}"),
        "graph": drawn(around(f"enterprise:{row.pk}", asked.today), are_names_open=False),
        "breadcrumbs": [{"label": _("企业"), "url": reverse("enterprises")}],
    }
    return render(request, "lianjing/enterprise_file.html", context)


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def own_declarations(request: HttpRequest) -> HttpResponse:
    """List one's own declarations; declare interests or that there are none."""
    asked = cast(PageRequest, request)

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        mine = Declaration.objects.filter(person_id=asked.who.id).prefetch_related("interests__enterprise")
        word = request.POST.get("firm", "").strip()[:80]
        context = {
            "rows": mine.order_by("-year", "-pk"),
            "is_key": KeyPerson.objects.filter(person_id=asked.who.id, to_on__isnull=True).exists(),
            "kinds": codes.choices("declaration_kind"),
            "interest_kinds": codes.choices("declared_kind"),
            "relations": codes.choices(
                "tie_kind", "spouse", "child", "parent", "sibling", "in_law", "other_kin", "special"
            ),
            "years": [asked.today.year, asked.today.year - 1],
            "firms": find_enterprises(word) if word else [],
            "posted": request.POST,
            "request_key": fresh_key(),
            **told,
        }
        return render(request, "lianjing/own_declarations.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        _declare(asked)
        return reverse("own_declarations")

    return done(asked, do, again)


def _declare(request: PageRequest) -> None:
    posted = request.POST
    interests = [_interest(posted)] if posted.get("interest_kind") else []
    register.declare(
        kind=posted.get("kind", ""),
        year=number_of(posted.get("year", "")) or 0,
        interests=interests,
        nothing_to_declare=posted.get("nothing_to_declare") == "on",
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )


def _interest(posted: Any) -> register.Interest:
    return register.Interest(
        kind=posted.get("interest_kind", ""),
        enterprise_id=_firm(posted.get("firm", "").strip()[:120]),
        relation=posted.get("relation", ""),
        kin_name=posted.get("kin_name", "")[:60],
        counterpart=posted.get("counterpart", "")[:200],
        amount=_amount(posted.get("amount", "")),
        from_on=day_of(posted.get("from_on", "")),
        note=posted.get("note", "")[:LONGEST],
    )


def _firm(word: str) -> int | None:
    """The firm of exactly this name or credit code; BadInput where the word fits none or several."""
    if not word:
        return None
    rows = Enterprise.objects.filter(Q(name=word) | Q(credit_code=word))[:2]
    if len(rows) != 1:
        raise BadInput(_("请填写企业全称或者统一社会信用代码"), "firm")
    return int(rows[0].pk)


def _amount(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        raise BadInput(_("请填写金额"), "amount") from None
