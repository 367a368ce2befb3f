"""档案保管：到期文件、保管期限规则、冻结与解除、两人销毁。"""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.runtime import codes
from lianjing.runtime.documents.models import Document
from lianjing.runtime.process.scope import open_for, visible_to
from lianjing.runtime.retention import services
from lianjing.runtime.retention.models import Disposal, LegalHold, RetentionRule
from lianjing.runtime.retention.queries import Due, due_papers
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.form_page import choose, perform
from lianjing.web.listing import Column
from lianjing.web.register import Register, Roll

READERS = OFFICIALS
HOLDERS = frozenset(services.HOLDERS)
TONES = {"pending": "doing", "granted": "off", "refused": "plain"}


class HoldForm(forms.Form):
    """What is frozen and by which paper."""

    kind = forms.ChoiceField(label=gettext_lazy("对象类别"))
    number = forms.IntegerField(
        label=gettext_lazy("对象编号"), min_value=1, help_text=gettext_lazy("见该对象页面的地址")
    )
    basis = forms.CharField(label=gettext_lazy("依据文件"), max_length=200)
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "kind", [("matter", _("事项")), ("person", _("人员")), ("document", _("文件"))])


class BasisForm(forms.Form):
    """By which paper."""

    basis = forms.CharField(label=gettext_lazy("依据文件"), max_length=200)


class ProposeForm(forms.Form):
    """The appraisal of a paper whose time is over."""

    reason = forms.CharField(label=gettext_lazy("鉴定意见"), max_length=300)


class DecideForm(forms.Form):
    """Agreed or not."""

    agrees = forms.ChoiceField(label=gettext_lazy("审定意见"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "agrees", [("no", _("不同意销毁")), ("yes", _("同意销毁，文件内容不可恢复"))])


class RuleForm(forms.Form):
    """The class of a kind of paper."""

    document_kind = forms.ChoiceField(label=gettext_lazy("文件种类"), required=False)
    retention = forms.ChoiceField(label=gettext_lazy("保管期限"))
    basis = forms.CharField(label=gettext_lazy("依据文件"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "document_kind", [("", _("其他各类")), *codes.choices("document_kind")])
        choose(self, "retention", codes.choices("retention"))


def _shown(request: PageRequest, listing: Register, title: str, note: str, **more: Any) -> HttpResponse:
    if listing.wants_excel:
        return listing.excel(title)
    tabs = [
        (reverse(name), word)
        for name, word, kinds in (
            ("retention", _("到期文件"), READERS),
            ("retention_rules", _("保管期限"), READERS),
            ("disposals", _("销毁"), READERS),
            ("legal_holds", _("冻结"), HOLDERS),
        )
        if kinds & request.roles
    ]
    context = {"listing": listing, "title": title, "note": note, "tabs": tabs, "here": request.path, **more}
    return render(request, "lianjing/retention.html", context)


@signed_in(kinds=READERS)
@require_safe
def retention(request: PageRequest) -> HttpResponse:
    """Papers whose time is over, with what stands against their disposal."""

    def state(row: Due) -> str:
        return _("冻结中") if row.hold else _("可鉴定销毁")

    columns = [
        Column(
            "title",
            _("文件名称"),
            lambda row: row.document.title,
            url=lambda row: reverse("disposal_propose", args=[row.document.id]),
        ),
        Column("kind", _("文件种类"), lambda row: codes.label("document_kind", row.document.kind)),
        Column("matter", _("所属项目"), lambda row: row.document.matter.root.title),
        Column("retention", _("保管期限"), lambda row: codes.label("retention", row.retention)),
        Column("due", _("到期日"), lambda row: row.due_on, kind="day"),
        Column("state", _("状态"), state, kind="status", tone=lambda row: "bad" if row.hold else "warn"),
    ]
    rows = cast(Any, list(due_papers(request.today, visible_to(request.who.id, request.today))))
    listing = Roll(request, rows, columns, table="retention")
    return _shown(request, listing, _("档案保管"), _("保管期限已满的文件；未设期限的按永久保管"))


@signed_in(kinds=READERS)
@require_safe
def retention_rules(request: PageRequest) -> HttpResponse:
    """How long each kind of paper is kept here."""
    columns = [
        Column(
            "kind",
            _("文件种类"),
            lambda row: (
                codes.label("document_kind", row.document_kind) if row.document_kind else _("其他各类")
            ),
            "document_kind",
        ),
        Column("retention", _("保管期限"), lambda row: codes.label("retention", row.retention), "retention"),
        Column("basis", _("依据文件"), lambda row: row.basis),
        Column("person", _("设定人"), lambda row: row.person.name),
    ]
    rows = RetentionRule.objects.select_related("person").order_by("document_kind")
    listing = Register(request, rows, columns, ["basis"], table="retention_rules")
    new = (reverse("retention_rule"), _("设定保管期限"))
    return _shown(request, listing, _("保管期限"), _("由资料档案岗按本单位保管期限表设定"), new=new)


@signed_in(kinds=READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def retention_rule(request: PageRequest) -> HttpResponse:
    """Set the class of a kind of paper."""

    def do(data: dict[str, Any], _key: str) -> RetentionRule:
        return services.set_rule(**data, person_id=request.who.id, now=request.now)

    form = RuleForm(request.POST if request.method == "POST" else None)
    return perform(request, form, do, title=_("设定保管期限"), back=reverse("retention_rules"))


@signed_in(kinds=HOLDERS)
@require_safe
def legal_holds(request: PageRequest) -> HttpResponse:
    """Holds, those in force first; who is looked into is for nobody else to read."""

    def address(row: LegalHold) -> str:
        return "" if row.released_at else reverse("legal_hold_release", args=[row.id])

    columns = [
        Column("subject", _("对象"), subject_words, "subject", url=address),
        Column("basis", _("依据文件"), lambda row: row.basis),
        Column("reason", _("理由"), lambda row: row.reason),
        Column("by", _("冻结人"), lambda row: row.placed_by_person.name),
        Column("at", _("冻结时间"), lambda row: row.placed_at, "placed_at", "time"),
        Column(
            "state",
            _("状态"),
            lambda row: _("已解除") if row.released_at else _("冻结中"),
            "released_at",
            "status",
            tone=lambda row: "off" if row.released_at else "bad",
        ),
        Column("release", _("解除依据"), lambda row: row.release_basis),
    ]
    rows = LegalHold.objects.select_related("placed_by_person").order_by("-released_at", "-placed_at")
    listing = Register(request, rows, columns, ["subject", "basis", "reason"], table="legal_holds")
    new = (reverse("legal_hold_new"), _("冻结"))
    return _shown(request, listing, _("冻结"), _("冻结期间不得销毁或删除；由监督组或审计管理员办理"), new=new)


def subject_words(row: LegalHold) -> str:
    """Name what is frozen."""
    kind, _mark, number = row.subject.partition(":")
    found = services.SUBJECTS[kind].objects.filter(pk=int(number)).first()
    words = {"matter": _("事项"), "person": _("人员"), "document": _("文件")}
    name = getattr(found, "title", "") or getattr(found, "name", "")
    return f"{words[kind]} {number} {name}"


@signed_in(kinds=HOLDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def legal_hold_new(request: PageRequest) -> HttpResponse:
    """Freeze a matter, a person or a paper."""

    def do(data: dict[str, Any], _key: str) -> LegalHold:
        subject = f"{data.pop('kind')}:{data.pop('number')}"
        return services.place_hold(subject=subject, **data, person_id=request.who.id, now=request.now)

    form = HoldForm(request.POST if request.method == "POST" else None)
    return perform(request, form, do, title=_("冻结"), back=reverse("legal_holds"))


@signed_in(kinds=HOLDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def legal_hold_release(request: PageRequest, hold_id: int) -> HttpResponse:
    """End a hold."""
    hold = get_object_or_404(LegalHold, pk=hold_id)

    def do(data: dict[str, Any], _key: str) -> LegalHold:
        return services.release_hold(hold_id=hold_id, **data, person_id=request.who.id, now=request.now)

    form = BasisForm(request.POST if request.method == "POST" else None)
    back = reverse("legal_holds")
    return perform(request, form, do, title=_("解除冻结"), back=back, note=subject_words(hold))


@signed_in(kinds=READERS)
@require_safe
def disposals(request: PageRequest) -> HttpResponse:
    """What was proposed, agreed and refused."""

    def address(row: Disposal) -> str:
        return reverse("disposal_decide", args=[row.id]) if row.status == "pending" else ""

    columns = [
        Column("title", _("文件名称"), lambda row: row.document.title, "document__title", url=address),
        Column("retention", _("保管期限"), lambda row: codes.label("retention", row.retention), "retention"),
        Column("due", _("到期日"), lambda row: row.due_on, "due_on", "day"),
        Column("reason", _("鉴定意见"), lambda row: row.reason),
        Column("by", _("提出人"), lambda row: row.proposed_by_person.name),
        Column(
            "decided",
            _("审定人"),
            lambda row: row.decided_by_person.name if row.decided_by_person else "",
        ),
        Column(
            "state",
            _("状态"),
            lambda row: codes.label("disposal_status", row.status),
            "status",
            "status",
            tone=lambda row: TONES[row.status],
        ),
    ]
    rows = Disposal.objects.select_related("document", "proposed_by_person", "decided_by_person")
    seen = rows.filter(document__matter__in=visible_to(request.who.id, request.today)).order_by(
        "-proposed_at"
    )
    listing = Register(request, seen, columns, ["document__title"], table="disposals")
    return _shown(request, listing, _("销毁"), _("一人提出，另一人审定；文件内容销毁，登记与留痕保留"))


@signed_in(kinds=READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def disposal_propose(request: PageRequest, document_id: int) -> HttpResponse:
    """Propose to dispose of a paper."""
    paper = get_object_or_404(Document, pk=document_id)
    open_for(request.who.id, paper.matter_id, request.today)

    def do(data: dict[str, Any], _key: str) -> Disposal:
        return services.propose(document_id=document_id, **data, person_id=request.who.id, now=request.now)

    form = ProposeForm(request.POST if request.method == "POST" else None)
    return perform(request, form, do, title=_("提出销毁"), back=reverse("disposals"), note=paper.title)


@signed_in(kinds=READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def disposal_decide(request: PageRequest, disposal_id: int) -> HttpResponse:
    """Decide on a disposal as a second person."""
    row = get_object_or_404(Disposal.objects.select_related("document"), pk=disposal_id)
    open_for(request.who.id, row.document.matter_id, request.today)

    def do(data: dict[str, Any], _key: str) -> Disposal:
        agrees = data["agrees"] == "yes"
        return services.decide(
            disposal_id=disposal_id, agrees=agrees, person_id=request.who.id, now=request.now
        )

    form = DecideForm(request.POST if request.method == "POST" else None)
    note = f"{row.document.title} · {row.reason}"
    return perform(request, form, do, title=_("审定销毁"), back=reverse("disposals"), note=note)
