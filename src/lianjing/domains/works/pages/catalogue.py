"""资料目录: the papers of a project by stage with their state, the archive's columns, and the completeness of all projects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianjing.domains.works.forms.catalogue import CatalogueForm, NotNeededForm
from lianjing.domains.works.models import Project
from lianjing.domains.works.queries import catalogue as reads
from lianjing.domains.works.queries.projects import projects_visible
from lianjing.domains.works.rules.gates import ORDER
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents import catalogue as archive
from lianjing.runtime.documents.models import Document, NotNeeded
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.process.scope import open_for
from lianjing.runtime.regulation.queries import clause_title
from lianjing.runtime.trail.act import Actor
from lianjing.web import access_log
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.excel import download
from lianjing.web.listing import Column, Filter
from lianjing.web.middleware import status_of
from lianjing.web.receipts import fresh_key
from lianjing.web.register import Register
from lianjing.web.words import clause_address, refusal_words

EDITORS = ("archives_officer",)
CHECKERS = ("archives_officer", "project_lead", "quality_officer", "department_head")
TONES = {
    "filed": "good",
    "not_needed": "off",
    "proposed": "warn",
    "missing": "bad",
    "due": "plain",
    "before": "off",
}
CLAUSE = "zone_completion#15"


def actor_of(request: PageRequest, matter: Matter, keys: Sequence[str]) -> Actor:
    """Return the actor at the first of these posts in the project's unit; Refusal(POST) for anyone else."""
    held = {each.post.key for each in request.held if each.post.unit_id == matter.unit_id}
    for key in keys:
        if key in held:
            return actor_with(request.who.id, key, request.today, matter.unit_id)
    raise Refusal(Ground.POST, "catalogue.post", _("只有本单位资料管理和核对岗位可以办理"), CLAUSE)


def may(request: PageRequest, matter: Matter, keys: Sequence[str]) -> bool:
    """Return whether the reader holds one of these posts in the project's unit today."""
    return any(each.post.key in keys and each.post.unit_id == matter.unit_id for each in request.held)


# ---- all projects


@signed_in(kinds=OFFICIALS)
@require_safe
def portfolio(request: PageRequest) -> HttpResponse:
    """List the completeness of all projects in the reader's scope."""
    seen: QuerySet[Any] = projects_visible(request.who.id, request.today)
    listing = Register(
        request,
        seen.exclude(matter__onboarding="archive"),
        _columns(),
        ("title", "project_code", "matter__code"),
        [Filter("stage", _("阶段"), codes.choices("stage", *ORDER), "matter__stage")],
        table="catalogues",
        search_label=_("名称、代码"),
        empty_text=_("没有符合条件的项目"),
        prepare=_prepare,
    )
    if listing.wants_excel:
        return listing.excel(_("资料完整率"))
    context = {
        "listing": listing,
        "breadcrumbs": [
            {"label": _("工程项目"), "url": reverse("works_projects")},
            {"label": _("资料目录"), "url": ""},
        ],
    }
    return render(request, "works/catalogues.html", context)


def _prepare(rows: list[Any]) -> None:
    found = reads.catalogues([row.matter for row in rows])
    for row in rows:
        row.catalogue = found[row.pk]


def _columns() -> list[Column]:
    stages = [
        Column(stage, codes.label("stage", stage), _percent_at(place), kind="number", is_hidden=True)
        for place, stage in enumerate(ORDER)
    ]
    return [
        Column("project_code", _("项目代码"), lambda row: row.project_code, "project_code"),
        Column(
            "title",
            _("项目名称"),
            lambda row: row.title,
            "title",
            url=lambda row: reverse("works_project_catalogue", args=[row.pk]),
        ),
        Column("unit", _("建设单位"), lambda row: row.owner_unit.name if row.owner_unit else ""),
        Column(
            "stage", _("阶段"), lambda row: codes.label("stage", row.matter.stage), "matter__stage", "status"
        ),
        Column(
            "completeness",
            _("完整率"),
            lambda row: row.catalogue.count.percent,
            kind="status",
            tone=lambda row: "good" if row.catalogue.count.ratio == 1 else "bad",
        ),
        Column(
            "due",
            _("应有"),
            lambda row: row.catalogue.count.due,
            kind="number",
            url=lambda row: reverse("works_project_catalogue", args=[row.pk]),
        ),
        Column(
            "missing",
            _("缺"),
            lambda row: row.catalogue.count.due - row.catalogue.count.settled,
            kind="number",
            url=lambda row: reverse("works_project_catalogue", args=[row.pk]) + "?state=missing",
        ),
        Column("papers", _("缺少的资料"), lambda row: "；".join(row.catalogue.missing_words())),
        *stages,
    ]


def _percent_at(place: int) -> Callable[[Any], str]:
    def percent(row: Any) -> str:
        shelf = row.catalogue.shelves[place]
        return shelf.count.percent if shelf.is_reached else "—"

    return percent


# ---- one project


def _opened(request: PageRequest, matter_id: int) -> tuple[Matter, Project]:
    matter = open_for(request.who.id, matter_id, request.today)
    record = Project.objects.select_related("owner_unit").filter(pk=matter.pk).first()
    if record is None:
        raise Refusal(Ground.SCOPE, "scope.project", _("没有该项目，或不在您的数据范围内"))
    return matter, record


@signed_in(kinds=OFFICIALS)
@require_safe
def project_catalogue(request: PageRequest, matter_id: int) -> HttpResponse:
    """Show the catalogue stage by stage; the manifest as a sheet or for machines."""
    matter, record = _opened(request, matter_id)
    asked = request.GET.get("export", "")
    if asked in ("xlsx", "json"):
        return _manifest(request, matter, asked)
    return _page(request, matter, record)


def _page(
    request: PageRequest,
    matter: Matter,
    record: Project,
    told: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = reads.catalogue_of(matter)
    chosen = request.GET.get("state", "")
    context: dict[str, Any] = {
        "matter": matter,
        "project": record,
        "catalogue": found,
        "shelves": [_shelf(shelf, chosen, request) for shelf in found.shelves],
        "total": sum(len(shelf.lines) for shelf in found.shelves),
        "missing": len(found.missing()),
        "states": codes.choices("paper_state"),
        "chosen": chosen,
        "may_edit": may(request, matter, EDITORS),
        "may_check": may(request, matter, CHECKERS),
        "form": NotNeededForm(),
        "breadcrumbs": [
            {"label": _("工程项目"), "url": reverse("works_projects")},
            {"label": record.title, "url": reverse("works_project", args=[matter.id])},
            {"label": _("资料目录"), "url": ""},
        ],
        **(told or {}),
    }
    return render(request, "works/catalogue.html", context, status=status)


def _shelf(shelf: reads.Shelf, chosen: str, request: PageRequest) -> dict[str, Any]:
    lines = [line for line in shelf.lines if not chosen or line.state == chosen]
    return {
        "stage": shelf.stage,
        "label": codes.label("stage", shelf.stage),
        "is_reached": shelf.is_reached,
        "count": shelf.count,
        "lines": [_line(no, line, request) for no, line in enumerate(lines, start=1)],
        "others": [] if chosen else shelf.others,
    }


def _line(no: int, line: reads.Line, request: PageRequest) -> dict[str, Any]:
    return {
        "no": no,
        "line": line,
        "kind": codes.label("document_kind", line.kind),
        "state": codes.label("paper_state", line.state),
        "tone": TONES[line.state],
        "clause": clause_title(line.clause, request.today) if line.clause else "",
        "clause_url": clause_address(line.clause, request.today) if line.clause else "",
        "may_excuse": line.matter is None and line.state in ("missing", "due"),
        "may_agree": line.state == "proposed"
        and line.not_needed is not None
        and line.not_needed.person_id != request.who.id,
    }


def _manifest(request: PageRequest, matter: Matter, asked: str) -> HttpResponse:
    entries = reads.manifest(matter)
    access_log.note_export(request.who, f"{matter.title} {_('档案清册')}", len(entries), request.now)
    if asked == "json":
        answer = HttpResponse(
            reads.manifest_json(matter, entries), content_type="application/json; charset=utf-8"
        )
        answer["Content-Disposition"] = f'attachment; filename="manifest-{matter.pk}.json"'
        return answer
    rows = [
        [
            entry.no,
            f"{entry.archive_class} {codes.label('archive_class', entry.archive_class)}",
            codes.label("stage", entry.stage),
            codes.label("document_kind", entry.kind),
            entry.title,
            entry.doc_no,
            entry.origin,
            entry.formed_on,
            entry.pages,
            codes.label("document_medium", entry.medium),
            entry.is_original,
            codes.label("secrecy", entry.secrecy),
            codes.label("retention", entry.retention) if entry.retention else "",
            entry.version,
            entry.checked_by,
            entry.sha256,
        ]
        for entry in entries
    ]
    return download(f"{matter.title}{_('档案清册')}", _heads(), rows)


def _heads() -> list[str]:
    return [
        _("序号"),
        _("档案类别"),
        _("阶段"),
        _("文件种类"),
        _("文件名称"),
        _("文号或图号"),
        _("形成单位"),
        _("形成日期"),
        _("页数"),
        _("载体"),
        _("原件"),
        _("密级"),
        _("保管期限"),
        _("版本"),
        _("核对人"),
        _("摘要值"),
    ]


@signed_in(kinds=OFFICIALS)
@require_POST
def not_needed(request: PageRequest, matter_id: int) -> HttpResponse:
    """Say that a paper is not needed, agree as a second person, or take it back."""
    matter, record = _opened(request, matter_id)
    try:
        _excuse(request, matter)
    except Refusal as refused:
        told = refusal_words(refused, request.today)
        return _page(request, matter, record, told, status_of(refused))
    except BadInput as bad:
        return _page(request, matter, record, {"fault": str(bad)}, 422)
    messages.success(request, _("已办理，留痕已记录"))
    return redirect("works_project_catalogue", matter.pk)


def _excuse(request: PageRequest, matter: Matter) -> None:
    posted, now = request.POST, request.now
    if posted.get("action") == "propose":
        if posted.get("stage") not in ORDER:
            raise BadInput(_("请选择阶段"), "stage")
        archive.propose_not_needed(
            matter_id=matter.pk,
            stage=posted["stage"],
            kind=posted.get("kind", ""),
            reason=posted.get("reason", ""),
            actor=actor_of(request, matter, EDITORS),
            now=now,
        )
        return
    actor = actor_of(request, matter, CHECKERS)
    number = posted.get("not_needed", "")
    row = NotNeeded.objects.filter(pk=int(number), matter=matter).first() if number.isdigit() else None
    if row is None:
        raise BadInput(_("没有该项说明"), "not_needed")
    if posted.get("action") == "agree":
        archive.agree_not_needed(not_needed_id=row.pk, actor=actor, now=now)
    else:
        archive.drop_not_needed(not_needed_id=row.pk, reason=posted.get("reason", ""), actor=actor, now=now)


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def paper(request: PageRequest, matter_id: int, document_id: int) -> HttpResponse:
    """Show and enter what the archive says of one paper; another person compares it."""
    matter, record = _opened(request, matter_id)
    found = (
        Document.objects.select_related("matter", "uploaded_by_person__unit", "checked_by_person")
        .filter(pk=document_id, matter__root_id=matter.pk)
        .first()
    )
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.document", _("没有该资料，或不在您的数据范围内"))
    form = CatalogueForm(request.POST or None, initial=_initial(found))
    told: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            if _written(request, matter, found, form):
                messages.success(request, _("已办理，留痕已记录"))
                return redirect("works_catalogue_paper", matter.pk, found.pk)
            status = 422
        except Refusal as refused:
            told, status = refusal_words(refused, request.today), status_of(refused)
    context = {
        "matter": matter,
        "project": record,
        "paper": found,
        "form": form,
        "may_edit": may(request, matter, EDITORS),
        "may_check": may(request, matter, CHECKERS) and found.uploaded_by_person_id != request.who.id,
        "request_key": fresh_key(),
        "breadcrumbs": [
            {"label": record.title, "url": reverse("works_project", args=[matter.pk])},
            {"label": _("资料目录"), "url": reverse("works_project_catalogue", args=[matter.pk])},
            {"label": found.title, "url": ""},
        ],
        **told,
    }
    return render(request, "works/catalogue_paper.html", context, status=status)


def _initial(found: Document) -> dict[str, Any]:
    unit = found.uploaded_by_person.unit
    return {
        "doc_no": found.doc_no,
        "origin": found.origin or (unit.name if unit else ""),
        "issued_on": found.issued_on,
        "page_count": found.page_count,
        "medium_kind": found.medium_kind or "electronic",
        "is_original": found.is_original,
        "secrecy": found.secrecy or "internal",
        "retention": found.retention or "permanent",
    }


def _written(request: PageRequest, matter: Matter, found: Document, form: CatalogueForm) -> bool:
    """Compare, or write the archive's columns; False where the form does not hold."""
    if request.POST.get("action") == "compare":
        archive.compare(document_id=found.pk, actor=actor_of(request, matter, CHECKERS), now=request.now)
        return True
    if not form.is_valid():
        return False
    if form.cleaned_data["issued_on"] > request.today:
        form.add_error("issued_on", _("日期不得晚于今日"))
        return False
    archive.describe(
        document_id=found.pk,
        columns=form.cleaned_data,
        actor=actor_of(request, matter, EDITORS),
        now=request.now,
    )
    return True


urlpatterns = [
    path("works/catalogue/", portfolio, name="works_catalogues"),
    path("works/<int:matter_id>/catalogue/", project_catalogue, name="works_project_catalogue"),
    path("works/<int:matter_id>/catalogue/not-needed/", not_needed, name="works_catalogue_not_needed"),
    path("works/<int:matter_id>/catalogue/<int:document_id>/", paper, name="works_catalogue_paper"),
]
