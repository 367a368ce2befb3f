"""Forms of a revision: begin one, reword a clause, amend the heading, propose a repeal; each submission is one act."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.org.models import Unit
from lianjing.runtime.regulation.models import Definition, Regulation
from lianjing.runtime.revision import services
from lianjing.runtime.revision.models import Revision
from lianjing.runtime.revision.queries import DRAFTER, clause_rows, holds, part_text
from lianjing.runtime.revision.services import CLAUSE
from lianjing.runtime.revision.texts import Heading, heading_of
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.form_page import UnitChoice, WideText, choose, day_field, perform
from lianjing.web.views.revision import revision_for


class BeginForm(forms.Form):
    """A new revision of one regulation."""

    regulation = forms.ChoiceField(label=gettext_lazy("所属制度"))
    title = forms.CharField(label=gettext_lazy("修订名称"), max_length=200)
    reason = forms.CharField(label=gettext_lazy("修订理由"), max_length=2000, widget=WideText(4))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Regulation.objects.filter(to_on__isnull=True).order_by("-kind", "title")
        choose(self, "regulation", [(row.key, row.title) for row in rows])


class ClauseForm(forms.Form):
    """The wording of one clause."""

    article = forms.CharField(
        label=gettext_lazy("条号"), max_length=20, help_text=gettext_lazy("已有的条号为修改，新的条号为增加")
    )
    text = forms.CharField(
        label=gettext_lazy("条文"),
        max_length=20_000,
        required=False,
        widget=WideText(8),
        help_text=gettext_lazy("不填则为删去该条"),
    )


class HeadingForm(forms.Form):
    """The heading of a regulation."""

    title = forms.CharField(label=gettext_lazy("名称"), max_length=200)
    title_en = forms.CharField(label=gettext_lazy("英文名称"), max_length=300, required=False)
    doc_no = forms.CharField(label=gettext_lazy("文号"), max_length=100, required=False)
    issuer = forms.CharField(label=gettext_lazy("制定机关"), max_length=200, required=False)
    owner_unit = UnitChoice(
        Unit.objects.exclude(kind="outside").order_by("code"), label=gettext_lazy("责任单位"), required=False
    )
    issued_on = day_field(gettext_lazy("印发日"), required=False)
    is_trial = forms.BooleanField(label=gettext_lazy("试行"), required=False)
    review_on = day_field(gettext_lazy("评估日"), required=False)


class RepealForm(forms.Form):
    """The end of a regulation."""

    from_on = day_field(gettext_lazy("自哪一天起不再施行"))
    reason = forms.CharField(label=gettext_lazy("废止理由"), max_length=2000, widget=WideText(4))


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def revision_new(request: PageRequest) -> HttpResponse:
    """Begin a revision; its page opens."""
    _only_drafters(request)

    def do(given: dict[str, Any], key: str) -> Revision:
        return services.begin(
            regulation_key=given["regulation"],
            bundle_key="",
            title=given["title"],
            reason=given["reason"],
            person_id=request.who.id,
            now=request.now,
            key=key,
        )

    form = BeginForm(request.POST or None, initial={"regulation": request.GET.get("regulation", "")})
    return perform(request, form, do, title=_("起草修订"), back=reverse("revisions"), answer=_opened)


def _opened(row: Revision) -> HttpResponse:
    return HttpResponse(status=302, headers={"Location": reverse("revision", args=[row.pk])})


def _only_drafters(request: PageRequest) -> None:
    """What is sent, the act itself refuses and records; the empty form is shown to drafters alone."""
    if request.method != "POST" and not holds(request.who.id, DRAFTER, request.today):
        raise Refusal(Ground.POST, "post.not_held", _("该办理须由“制度起草岗”岗位人员进行"), CLAUSE)


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def revision_clause(request: PageRequest, revision_id: int) -> HttpResponse:
    """Reword one clause in a draft, or add or take out one."""
    found = revision_for(request, revision_id)
    _only_drafters(request)
    own = found.regulation.key

    def do(given: dict[str, Any], _key: str) -> Any:
        reference = f"{own}#{given['article'].strip()}"
        return _put(request, found, "clause", reference, given["text"])

    reference = request.GET.get("key", "")
    article = reference.partition("#")[2] if reference.startswith(f"{own}#") else ""
    initial = {"article": article, "text": part_text(found.pk, "clause", reference) if article else ""}
    form = ClauseForm(request.POST or None, initial=initial)
    return perform(
        request,
        form,
        do,
        title=_("修改条文"),
        back=reverse("revision", args=[found.pk]),
        note=found.regulation.title,
        template="lianjing/revision_clause.html",
        revision=found,
        clauses=clause_rows(own, request.today),
    )


def _put(request: PageRequest, found: Revision, kind: str, key: str, text: str) -> Any:
    return services.put_part(
        revision_id=found.pk, kind=kind, key=key, text=text, person_id=request.who.id, now=request.now
    )


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def revision_heading(request: PageRequest, revision_id: int) -> HttpResponse:
    """Amend document number, title, owner, trial status and review date in a draft."""
    found = revision_for(request, revision_id)
    _only_drafters(request)
    own = found.regulation.key

    def do(given: dict[str, Any], _key: str) -> Any:
        unit = given.pop("owner_unit")
        days = {name: given.pop(name) for name in ("review_on", "issued_on")}
        written: dict[str, Any] = {name: day.isoformat() if day else "" for name, day in days.items()}
        heading = Heading(**given, owner_unit=unit.code if unit else "", **written)
        return _put(request, found, "heading", own, heading.to_text())

    now = heading_of(part_text(found.pk, "heading", own))
    initial = {name: getattr(now, name) for name in HeadingForm.base_fields}
    initial["owner_unit"] = Unit.objects.filter(code=now.owner_unit).first() if now.owner_unit else None
    form = HeadingForm(request.POST or None, initial=initial)
    back = reverse("revision", args=[found.pk])
    return perform(request, form, do, title=_("修改题头"), back=back, note=found.regulation.title)


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def regulation_repeal(request: PageRequest, key: str) -> HttpResponse:
    """Propose to repeal a regulation; a second person approves it as he approves a revision."""
    found = Regulation.objects.filter(key=key).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.regulation", _("没有这项制度"))
    _only_drafters(request)

    def do(given: dict[str, Any], _key: str) -> Revision:
        return services.repeal(
            regulation_key=key,
            from_on=given["from_on"],
            reason=given["reason"],
            person_id=request.who.id,
            now=request.now,
        )

    bound = Definition.objects.filter(regulation=found, to_on__isnull=True).count()
    note = _("《%(title)s》连同%(count)s项流程、决策表、填报项一并停止施行；在办事项按原制度办结。") % {
        "title": found.title,
        "count": bound,
    }
    initial = {"from_on": request.today + timedelta(days=1)}
    form = RepealForm(request.POST or None, initial=initial)
    back = reverse("regulation", args=[key])
    return perform(request, form, do, title=_("提请废止"), back=back, note=note, answer=_opened)
