"""The organisation as registers: units, posts, persons, appointments, delegations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.org.models import Appointment, Delegation, Person, Post, Unit
from lianjing.runtime.org.personnel import PERSONNEL
from lianjing.runtime.org.queries import in_being
from lianjing.runtime.org.registers import Branch, Holding, duties_of, holdings, posts_of, tree
from lianjing.runtime.personal.masking import shown
from lianjing.runtime.trail.queries import lines
from lianjing.web.access import STAFF, PageRequest, signed_in
from lianjing.web.listing import Column, Filter, Listing
from lianjing.web.register import Register, Roll
from lianjing.web.scope import events_for
from lianjing.web.words import timeline_acts

LATEST_ACTS = 30


def is_personnel(request: HttpRequest) -> bool:
    """True for the person who keeps the organisation today."""
    return any(held.post.key == PERSONNEL for held in cast(PageRequest, request).held)


def show(request: HttpRequest, listing: Listing, *, title: str, **context: Any) -> HttpResponse:
    """Answer a register as a page, or as Excel where the address asks for it."""
    if listing.wants_excel:
        return listing.excel(title)
    page = {"listing": listing, "title": title, "is_personnel": is_personnel(request), **context}
    return render(request, "lianjing/org_list.html", page)


def unit_choices() -> list[tuple[str, str]]:
    return [(str(number), name) for number, name in Unit.objects.order_by("code").values_list("id", "name")]


def in_force(from_on: date | None, to_on: date | None, day: date) -> tuple[str, str]:
    """The state of a dated row on the day, with its tone."""
    if from_on is not None and from_on > day:
        return _("未生效"), "doing"
    if to_on is not None and to_on < day:
        return _("已终止"), "off"
    return _("在用"), "good"


def state_filter(day: date) -> Filter:
    return Filter(
        "state",
        _("状态"),
        [("now", _("在用")), ("past", _("已终止")), ("coming", _("未生效"))],
        lambda value: {"now": in_being(day), "past": Q(to_on__lt=day), "coming": Q(from_on__gt=day)}[value],
    )


@signed_in(kinds=STAFF)
@require_safe
def units(request: PageRequest) -> HttpResponse:
    """The tree of units, each with who supervises it and how many posts and persons it has."""
    person_list, post_list = reverse("org_persons"), reverse("org_posts")
    columns = [
        Column(
            "name", _("单位"), lambda row: row.unit.name, shown=lambda row: "　" * row.depth + row.unit.name
        ),
        Column("code", _("单位代码"), lambda row: row.unit.code, sort="code"),
        Column("kind", _("类别"), lambda row: codes.label("unit_kind", row.unit.kind)),
        Column(
            "parent",
            _("上级单位"),
            lambda row: row.unit.parent.name if row.unit.parent else "",
            is_hidden=True,
        ),
        Column(
            "supervisor",
            _("监督单位"),
            lambda row: row.unit.supervisor_unit.name if row.unit.supervisor_unit else "",
        ),
        Column(
            "posts",
            _("岗位数"),
            lambda row: row.post_count,
            "posts",
            "number",
            lambda row: f"{post_list}?unit={row.unit.id}",
        ),
        Column(
            "persons",
            _("人员数"),
            lambda row: row.person_count,
            "persons",
            "number",
            lambda row: f"{person_list}?unit={row.unit.id}",
        ),
        Column("credit", _("统一社会信用代码"), lambda row: row.unit.credit_code, is_hidden=True),
    ]

    def of_kind(value: str) -> Any:
        return lambda row: cast(Branch, row).unit.kind == value

    filters = [Filter("kind", _("类别"), codes.choices("unit_kind"), of_kind)]
    listing = Roll(
        request,
        cast(Any, tree(request.today)),
        columns,
        filters=filters,
        per_page=100,
        search_label=_("单位、代码"),
    )
    return show(request, listing, title=_("单位"), new_url=reverse("org_unit_new"), new_text=_("新设单位"))


@signed_in(kinds=STAFF)
@require_safe
def posts(request: PageRequest) -> HttpResponse:
    """Every post with its duties, its risk level and who holds it today."""
    holders: dict[int, list[Holding]] = {}
    duties: dict[int, list[str]] = {}

    def load(rows: list[Post]) -> None:
        holders.update(holdings([row.id for row in rows], request.today))
        duties.update(duties_of([row.id for row in rows], request.today))

    columns = [
        Column("unit", _("单位"), lambda row: row.unit.name, "unit__code"),
        Column(
            "name",
            _("岗位"),
            lambda row: row.name,
            "name",
            url=lambda row: f"{reverse('org_who')}?post={row.id}",
        ),
        Column("key", _("标准岗位键"), lambda row: row.key, "key", "code", is_hidden=True),
        Column("kind", _("岗位类别"), lambda row: codes.label("post_kind", row.kind), "kind"),
        Column(
            "duties",
            _("职责"),
            lambda row: "、".join(codes.label("duty", each) for each in duties.get(row.id, [])),
        ),
        Column(
            "risk",
            _("风险等级"),
            lambda row: codes.label("risk_level", row.risk_level) if row.risk_level else "",
            "risk_level",
            "status",
            tone=lambda row: {"high": "warn", "mid": "plain"}.get(row.risk_level, "off"),
        ),
        Column("holder", _("今日在岗"), lambda row: holder_words(holders.get(row.id, []))),
        Column("from", _("设立日"), lambda row: row.from_on, "from_on", "day", is_hidden=True),
    ]
    filters = [
        Filter("unit", _("单位"), unit_choices(), "unit_id"),
        Filter("kind", _("岗位类别"), codes.choices("post_kind"), "kind"),
        Filter("risk", _("风险等级"), codes.choices("risk_level"), "risk_level"),
    ]
    rows = Post.objects.filter(in_being(request.today)).select_related("unit").order_by("unit__code", "id")
    listing = Register(
        request, rows, columns, ("name", "key", "unit__name", "unit__code"), filters, prepare=load
    )
    return show(request, listing, title=_("岗位"), new_url=reverse("org_post_new"), new_text=_("新设岗位"))


def holder_words(found: Sequence[Holding]) -> str:
    """Write who is at a post: 甲；乙（代甲）; a vacancy is said in words."""
    if not found:
        return _("空缺")
    return "；".join(
        _("%(name)s（代%(holder)s）") % {"name": each.name, "holder": each.for_name}
        if each.for_name
        else each.name
        for each in found
    )


@signed_in(kinds=STAFF)
@require_safe
def persons(request: PageRequest) -> HttpResponse:
    """The persons with their posts of today; telephone numbers are masked."""
    held: dict[int, list[Post]] = {}
    columns = [
        Column(
            "name",
            _("姓名"),
            lambda row: row.name,
            "pinyin",
            url=lambda row: reverse("org_person", args=[row.id]),
        ),
        Column("pinyin", _("拼音"), lambda row: row.pinyin, "pinyin", is_hidden=True),
        Column("kind", _("人员类别"), lambda row: codes.label("person_kind", row.kind), "kind"),
        Column("unit", _("所在单位"), lambda row: row.unit.name if row.unit else "", "unit__code"),
        Column(
            "posts",
            _("今日岗位"),
            lambda row: "、".join(f"{post.unit.name}·{post.name}" for post in held.get(row.id, [])),
        ),
        Column("phone", _("手机"), lambda row: shown(row, "phone"), is_personal=True),
        Column("entered", _("入职日"), lambda row: row.entered_on, "entered_on", "day"),
        Column("left", _("离职日"), lambda row: row.left_on, "left_on", "day", is_hidden=True),
    ]
    filters = [
        Filter("unit", _("所在单位"), unit_choices(), "unit_id"),
        Filter("kind", _("人员类别"), codes.choices("person_kind"), "kind"),
    ]
    rows = Person.objects.select_related("unit").order_by("unit__code", "pinyin", "id")
    listing = Register(
        request,
        rows,
        columns,
        ("name", "pinyin", "unit__name"),
        filters,
        prepare=lambda found: held.update(posts_of([row.id for row in found], request.today)),
    )
    return show(request, listing, title=_("人员"), new_url=reverse("org_person_new"), new_text=_("登记人员"))


@signed_in(kinds=STAFF)
@require_safe
def person(request: PageRequest, person_id: int) -> HttpResponse:
    """One person: every appointment and delegation, and the acts that the reader may see."""
    found = Person.objects.select_related("unit").filter(id=person_id).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.person", _("没有这个人"))
    terms = (
        Appointment.objects.filter(person=found)
        .select_related("post__unit", "approved_by_person")
        .order_by("-from_on", "-id")
    )
    lent = Delegation.objects.filter(Q(from_person=found) | Q(to_person=found)).select_related(
        "post__unit", "from_person", "to_person"
    )
    acts = events_for(request.who, request.today).filter(person_id=found.id).order_by("-recorded_at", "-oseq")
    context = {
        "subject": found,
        "phone": shown(found, "phone"),
        "appointments": [(term, *in_force(term.from_on, term.to_on, request.today)) for term in terms],
        "delegations": [
            (row, *in_force(row.from_on, row.to_on, request.today))
            for row in lent.order_by("-from_on", "-id")
        ],
        "acts": timeline_acts(lines(acts[:LATEST_ACTS]), request.today),
        "act_count": acts.count(),
        "is_personnel": is_personnel(request),
    }
    return render(request, "lianjing/org_person.html", context)


@signed_in(kinds=STAFF)
@require_safe
def appointments(request: PageRequest) -> HttpResponse:
    """Who held which post on which days, and by which paper."""
    columns = [
        Column(
            "person",
            _("姓名"),
            lambda row: row.person.name,
            "person__pinyin",
            url=lambda row: reverse("org_person", args=[row.person_id]),
        ),
        Column("unit", _("单位"), lambda row: row.post.unit.name, "post__unit__code"),
        Column("post", _("岗位"), lambda row: row.post.name, "post__name"),
        Column("from", _("任职起"), lambda row: row.from_on, "from_on", "day"),
        Column("to", _("任职止"), lambda row: row.to_on, "to_on", "day"),
        Column("basis", _("任职依据"), lambda row: row.basis, "basis"),
        Column(
            "state",
            _("状态"),
            lambda row: in_force(row.from_on, row.to_on, request.today)[0],
            kind="status",
            tone=lambda row: in_force(row.from_on, row.to_on, request.today)[1],
        ),
        Column(
            "rotation",
            _("应轮岗日"),
            lambda row: row.rotation_due_on,
            "rotation_due_on",
            "day",
            is_hidden=True,
        ),
        Column(
            "proof",
            _("溯源"),
            lambda _row: _("溯源"),
            url=lambda row: reverse("trace", args=["appointment", row.id]),
        ),
    ]
    if is_personnel(request):
        columns.append(Column("end", _("操作"), lambda row: "" if row.to_on else _("免去"), url=_end_url))
    filters = [Filter("unit", _("单位"), unit_choices(), "post__unit_id"), state_filter(request.today)]
    rows = Appointment.objects.select_related("person", "post__unit").order_by("-from_on", "-id")
    listing = Register(
        request, rows, columns, ("person__name", "person__pinyin", "post__name", "basis"), filters
    )
    return show(request, listing, title=_("任职"), new_url=reverse("org_appoint"), new_text=_("办理任职"))


def _end_url(row: Appointment) -> str:
    return "" if row.to_on else reverse("org_appointment_end", args=[row.id])


@signed_in(kinds=STAFF)
@require_safe
def delegations(request: PageRequest) -> HttpResponse:
    """Authority lent for dated days; its giver may take it back."""
    mine = request.who.id
    columns = [
        Column("from_person", _("委托人"), lambda row: row.from_person.name, "from_person__pinyin"),
        Column("to_person", _("受托人"), lambda row: row.to_person.name, "to_person__pinyin"),
        Column("post", _("岗位"), lambda row: f"{row.post.unit.name}·{row.post.name}", "post__name"),
        Column("from", _("起"), lambda row: row.from_on, "from_on", "day"),
        Column("to", _("止"), lambda row: row.to_on, "to_on", "day"),
        Column("reason", _("理由"), lambda row: row.reason),
        Column(
            "state",
            _("状态"),
            lambda row: in_force(row.from_on, row.to_on, request.today)[0],
            kind="status",
            tone=lambda row: in_force(row.from_on, row.to_on, request.today)[1],
        ),
        Column(
            "proof",
            _("溯源"),
            lambda _row: _("溯源"),
            url=lambda row: reverse("trace", args=["delegation", row.id]),
        ),
        Column(
            "end",
            _("操作"),
            lambda row: _("收回") if row.from_person_id == mine and row.to_on >= request.today else "",
            url=lambda row: (
                reverse("org_delegation_end", args=[row.id])
                if row.from_person_id == mine and row.to_on >= request.today
                else ""
            ),
        ),
    ]
    rows = Delegation.objects.select_related("from_person", "to_person", "post__unit").order_by(
        "-from_on", "-id"
    )
    filters = [Filter("unit", _("单位"), unit_choices(), "post__unit_id"), state_filter(request.today)]
    listing = Register(
        request, rows, columns, ("from_person__name", "to_person__name", "post__name", "reason"), filters
    )
    return show(
        request,
        listing,
        title=_("授权委托"),
        everyone_url=reverse("org_delegation_give"),
        everyone_text=_("委托我的岗位"),
        note=_("委托须写明期限和理由；申请人是受托人所在单位或其上级单位负责人的，受托人不得办理。"),
    )
