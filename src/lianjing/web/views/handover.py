"""离岗交接: drawn up by who leaves, read and confirmed by who follows; printed as a list with both names."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.runtime import codes
from lianjing.runtime.handover import services
from lianjing.runtime.handover.desk import digest
from lianjing.runtime.handover.models import HandoverLine, PostHandover
from lianjing.runtime.handover.queries import PERSONNEL, handover_for, handovers_for, may_agree
from lianjing.runtime.org.models import Appointment, Person, Post
from lianjing.runtime.org.queries import on_day, posts_held
from lianjing.runtime.process.scope import visible_to
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done
from lianjing.web.form_page import PersonChoice, WideText, choose, day_field, perform
from lianjing.web.listing import Column, Filter
from lianjing.web.papers.handing import handing
from lianjing.web.register import Register
from lianjing.web.views.org import show
from lianjing.web.views.paper import rendered

TONES = {"prepared": "doing", "agreed": "doing", "done": "good", "withdrawn": "off"}


class _Posts(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.unit.name}·{obj.name}"


class HandoverForm(forms.Form):
    """A hand-over: who gives which posts to whom, why, and until when he stays."""

    giver = PersonChoice(Person.objects.none(), label=gettext_lazy("移交人"))
    posts = _Posts(
        Post.objects.none(),
        label=gettext_lazy("交接的岗位"),
        widget=forms.CheckboxSelectMultiple,
    )
    successor = PersonChoice(
        Person.objects.none(),
        label=gettext_lazy("接收人"),
        help_text=gettext_lazy("须自移交人最后在岗日的次日起已任各岗位"),
    )
    reason = forms.ChoiceField(label=gettext_lazy("离岗原因"))
    basis = forms.CharField(label=gettext_lazy("依据"), max_length=200)
    last_on = day_field(gettext_lazy("最后在岗日"))
    leaves_service = forms.BooleanField(label=gettext_lazy("离开本单位（账号当日停用）"), required=False)
    note = forms.CharField(
        label=gettext_lazy("交接说明"),
        max_length=2000,
        required=False,
        widget=WideText(3),
    )

    def __init__(self, giver: Person, givers: Any, day: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seats = Appointment.objects.filter(on_day(day), person=giver).values("post_id")
        people = Person.objects.filter(left_on=None).exclude(kind="enterprise_user").select_related("unit")
        rows: dict[str, Any] = {
            "giver": givers,
            "posts": Post.objects.filter(id__in=seats).select_related("unit").order_by("id"),
            "successor": people.exclude(id=giver.pk).order_by("pinyin"),
        }
        for name, found in rows.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = found
        choose(self, "reason", codes.choices("hand_over_reason"))


@signed_in(kinds=OFFICIALS)
@require_safe
def handovers(request: PageRequest) -> HttpResponse:
    """The hand-overs that I may see."""
    columns = [
        Column(
            "giver",
            _("移交人"),
            lambda row: row.giver_person.name,
            "giver_person__pinyin",
            url=lambda row: reverse("handover", args=[row.id]),
        ),
        Column("successor", _("接收人"), lambda row: row.successor_person.name, "successor_person__pinyin"),
        Column("unit", _("单位"), lambda row: row.unit.name, "unit__code"),
        Column("reason", _("离岗原因"), lambda row: codes.label("hand_over_reason", row.reason), "reason"),
        Column("last", _("最后在岗日"), lambda row: row.last_on, "last_on", "day"),
        Column(
            "lines",
            _("移交事项"),
            lambda row: row.line_count if row.status == "done" else None,
            "line_count",
            "number",
            lambda row: reverse("handover", args=[row.id]),
        ),
        Column(
            "state",
            _("状态"),
            lambda row: codes.label("hand_over_status", row.status),
            "status",
            "status",
            tone=lambda row: TONES[row.status],
        ),
        Column("prepared", _("编制时间"), lambda row: row.prepared_at, "prepared_at", "time"),
        Column("confirmed", _("接收时间"), lambda row: row.confirmed_at, "confirmed_at", "time"),
    ]
    filters = [
        Filter("state", _("状态"), codes.choices("hand_over_status"), "status"),
        Filter("reason", _("离岗原因"), codes.choices("hand_over_reason"), "reason"),
    ]
    listing = Register(
        request,
        handovers_for(request.who.id, request.today),
        columns,
        ("giver_person__name", "successor_person__name", "unit__name", "basis"),
        filters,
        empty_text=_("没有离岗交接"),
    )
    return show(
        request,
        listing,
        title=_("离岗交接"),
        everyone_url=reverse("handover_new"),
        everyone_text=_("办理离岗交接"),
        note=_(
            "移交人编制清单，接收人核对确认后一次移交；本人不能办理的，由组织人事岗编制、单位负责人同意。"
        ),
    )


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def handover_new(request: PageRequest) -> HttpResponse:
    """Draw up a hand-over: one's own, or as personnel somebody else's who cannot."""
    is_personnel = any(held.post.key == PERSONNEL for held in request.held)
    people = Person.objects.filter(left_on=None).exclude(kind="enterprise_user").select_related("unit")
    givers = (people if is_personnel else people.filter(id=request.who.id)).order_by("pinyin")
    wanted = request.POST.get("giver") or request.GET.get("giver") or ""
    chosen = givers.filter(id=int(wanted)).first() if wanted.isascii() and wanted.isdigit() else None
    giver = chosen or request.who
    first = {
        "giver": giver.pk,
        "last_on": request.today,
        "posts": [held.post.id for held in posts_held(giver.pk, request.today)],
    }
    form = HandoverForm(giver, givers, request.today, request.POST or None, initial=first)

    def do(data: dict[str, Any], _key: str) -> PostHandover:
        data["posts"] = list(data["posts"])
        return services.prepare(person_id=request.who.id, now=request.now, **data)

    return perform(
        request,
        form,
        do,
        title=_("办理离岗交接"),
        back=reverse("handovers"),
        note=_("提交后由接收人核对清单并确认；确认前可以撤回。"),
        template="lianjing/handover_new.html",
        chooses_giver=is_personnel,
        givers=givers,
        giver=giver,
    )


@signed_in(needs_post=False)
@require_safe
def handover(request: PageRequest, handover_id: int) -> HttpResponse:
    """One hand-over with its list and what I may do about it."""
    return _page(request, handover_for(request.who.id, handover_id, request.today), {}, 200)


def _page(request: PageRequest, row: PostHandover, told: dict[str, Any], status: int) -> HttpResponse:
    me, is_open = request.who.id, row.status in ("prepared", "agreed")
    listed = services.listed(row, request.today) if is_open else []
    ready = row.status == ("agreed" if row.is_without_giver else "prepared")
    rows: list[Any] = listed or list(HandoverLine.objects.filter(handover=row).order_by("seq"))
    matters = [each.matter_id for each in rows if each.matter_id]
    context = {
        "row": row,
        "tone": TONES[row.status],
        "posts": [each.post for each in row.posts.select_related("post__unit").order_by("id")],
        "lines": rows,
        "open_to_me": set(visible_to(me, request.today).filter(id__in=matters).values_list("id", flat=True)),
        "digest": digest(listed) if is_open else "",
        "may_confirm": ready and me == row.successor_person_id,
        "may_agree": row.status == "prepared" and row.is_without_giver and may_agree(row, me, request.today),
        "may_withdraw": is_open and me in (row.prepared_by_person_id, row.giver_person_id),
        **told,
    }
    return render(request, "lianjing/handover.html", context, status=status)


def _do(request: PageRequest, handover_id: int, act: Any) -> HttpResponse:
    row = handover_for(request.who.id, handover_id, request.today)

    def do() -> str:
        act(row)
        return reverse("handover", args=[row.pk])

    return done(request, do, lambda told, status: _page(request, row, told, status))


@signed_in(needs_post=False)
@require_http_methods(["POST"])
def handover_confirm(request: PageRequest, handover_id: int) -> HttpResponse:
    """Take everything over, as the successor."""
    return _do(
        request,
        handover_id,
        lambda row: services.confirm(
            handover_id=row.pk,
            person_id=request.who.id,
            list_digest=request.POST.get("digest", ""),
            now=request.now,
        ),
    )


@signed_in(kinds=OFFICIALS)
@require_http_methods(["POST"])
def handover_agree(request: PageRequest, handover_id: int) -> HttpResponse:
    """Agree as head of the unit where the giver cannot act."""
    return _do(
        request,
        handover_id,
        lambda row: services.agree(handover_id=row.pk, person_id=request.who.id, now=request.now),
    )


@signed_in(kinds=OFFICIALS)
@require_http_methods(["POST"])
def handover_withdraw(request: PageRequest, handover_id: int) -> HttpResponse:
    """Take a hand-over back before it is confirmed."""
    return _do(
        request,
        handover_id,
        lambda row: services.withdraw(handover_id=row.pk, person_id=request.who.id, now=request.now),
    )


@signed_in(needs_post=False)
@require_safe
def handover_paper(request: PageRequest, handover_id: int) -> HttpResponse:
    """Print the hand-over: its list, with place for the names of both."""
    row = handover_for(request.who.id, handover_id, request.today)
    place = reverse("handover", args=[row.pk])
    lines: list[Any] = (
        services.listed(row, request.today)
        if row.status in ("prepared", "agreed")
        else list(HandoverLine.objects.filter(handover=row).order_by("seq"))
    )
    return rendered(
        request,
        lambda: handing(row, lines, address=request.build_absolute_uri(place)),
        back=place,
    )
