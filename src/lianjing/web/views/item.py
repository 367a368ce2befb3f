"""One step: the form, its papers, what others wrote, the process, and the acts that the holder may do (papers 4.4)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lianjing.kernel.declaration import Procedure
from lianjing.kernel.process.graph import Graph
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents.queries import checklist
from lianjing.runtime.domains import procedure as declared
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import holders
from lianjing.runtime.process import services
from lianjing.runtime.process.authority import actor_for
from lianjing.runtime.process.awaiting import is_published, waits_for_publication
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.process.in_the_act import Looked, Signalled
from lianjing.runtime.process.measures import form_of
from lianjing.runtime.process.models import ClockPause, WorkItem
from lianjing.runtime.process.papers import hand_in
from lianjing.runtime.process.scope import open_for
from lianjing.runtime.process.standing import is_signing, note_opened
from lianjing.runtime.regulation.queries import clause_title, graph_of
from lianjing.web import drafts
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.beside import beside_item, takes_phrases
from lianjing.web.clocks import light
from lianjing.web.in_the_act import in_the_act
from lianjing.web.matters import file_context
from lianjing.web.middleware import status_of
from lianjing.web.receipts import fresh_key, give_receipt, key_of
from lianjing.web.words import (
    address,
    clause_address,
    item_name,
    procedure_words,
    refusal_words,
    step_address,
    step_words,
)

FILES = "file-"


def item_for(request: PageRequest, item_id: int) -> WorkItem:
    """Return a step of a matter within the person's scope; Refusal(SCOPE) otherwise."""
    found = WorkItem.objects.select_related(
        "matter__root", "matter__unit", "instance__definition", "post__unit", "unit", "person"
    )
    item = found.filter(id=item_id).first()
    if item is None:
        raise Refusal(Ground.SCOPE, "scope.item", _("没有该待办，或不在您的数据范围内"))
    open_for(request.who.id, item.matter_id, request.today)
    return item


@signed_in
@require_http_methods(["GET", "POST"])
def item(request: HttpRequest, item_id: int) -> HttpResponse:
    """Show a step; submit it, keep its draft or add its papers."""
    asked = cast(PageRequest, request)
    step = item_for(asked, item_id)
    if request.method == "GET":
        return _page(asked, step)
    match request.POST.get("action"):
        case "draft":
            return _keep_draft(asked, step)
        case "upload":
            return _add_papers(asked, step)
        case _:
            return _submit(asked, step)


def _submit(request: PageRequest, item: WorkItem) -> HttpResponse:
    try:
        _take_files(request, item)
        outcome = services.complete(
            item_id=item.id, person_id=request.who.id, data=request.POST, now=request.now, key=key_of(request)
        )
    except InvalidForm as fault:
        return _page(request, item, form=fault.form, status=422)
    except Refusal as refusal:
        return _page(request, item, form=_bound(request, item), refusal=refusal, status=status_of(refusal))
    except Signalled as found:
        return _page(request, item, form=_bound(request, item), looked=found.looked, status=422)
    except BadInput as fault:
        return _page(request, item, form=_faulty(request, item, fault), status=422)
    drafts.drop(item, request.who.id)
    if outcome.event_id and waits_for_publication(item) and not is_published(outcome.event_id):
        return redirect("awaiting", outcome.event_id)
    give_receipt(request, _("“%(step)s”已提交。") % {"step": item_name(item)}, outcome.event_id)
    return redirect("matter", item.matter_id)


def _keep_draft(request: PageRequest, item: WorkItem) -> HttpResponse:
    if item.closed_at is not None or not _is_holder(request, item):
        raise Refusal(Ground.STALE, "item.closed", _("该环节已由他人办结或已撤回，请刷新页面"))
    drafts.keep(item, request.who.id, request.POST, request.now)
    messages.success(request, _("草稿已保存，尚未提交"))
    return redirect("item", item.id)


def _add_papers(request: PageRequest, item: WorkItem) -> HttpResponse:
    """Add the chosen files and keep what was typed, so that nothing is lost on the way."""
    try:
        count = _take_files(request, item)
    except Refusal as refusal:
        return _page(request, item, form=_bound(request, item), refusal=refusal, status=status_of(refusal))
    except BadInput as fault:
        return _page(request, item, form=_faulty(request, item, fault), status=422)
    drafts.keep(item, request.who.id, request.POST, request.now)
    if count:
        messages.success(request, _("已上传 %(count)s 份材料，填报内容已暂存") % {"count": count})
    else:
        messages.warning(request, _("没有选择文件；填报内容已暂存"))
    return redirect("item", item.id)


def _take_files(request: PageRequest, item: WorkItem) -> int:
    """Hand in every chosen file under its kind; each is an act of its own, once for one key."""
    key, count = key_of(request), 0
    for name in sorted(request.FILES):
        if not name.startswith(FILES):
            continue
        for place, file in enumerate(cast(list[UploadedFile], request.FILES.getlist(name))):
            part = str(uuid.uuid5(uuid.UUID(key), f"{name}/{place}")) if key else ""
            hand_in(
                matter=item.matter,
                person_id=request.who.id,
                now=request.now,
                kind=name.removeprefix(FILES),
                content=file.read(),
                file_name=file.name or "",
                step_key=item.step_key,
                key=part,
            )
            count += 1
    return count


def _bound(request: PageRequest, item: WorkItem) -> Any:
    return form_of(item, _parts(item)[0].step(item.step_key), day=request.today, data=request.POST)


def _faulty(request: PageRequest, item: WorkItem, fault: BadInput) -> Any:
    form = _bound(request, item)
    if form is None:
        raise fault
    form.add_error(fault.field if fault.field in form.fields else None, str(fault))
    return form


def _parts(item: WorkItem) -> tuple[Procedure, Graph]:
    return declared(item.instance.definition.key)[1], graph_of(item.instance.definition)


def _is_holder(request: PageRequest, item: WorkItem) -> bool:
    return any(each.post.id == item.post_id for each in request.held)


def _page(
    request: PageRequest,
    item: WorkItem,
    *,
    form: Any = None,
    refusal: Refusal | None = None,
    looked: Looked | None = None,
    panel: str = "",
    fault: str = "",
    status: int = 200,
) -> HttpResponse:
    """Draw the step as it stands now, with what was typed and why it was not taken."""
    procedure, graph = _parts(item)
    is_open = item.closed_at is None and item.matter.status == "open"
    is_holder = _is_holder(request, item)
    if is_open and is_holder:
        note_opened(item, request.who.id, request.now)
    hindrance = (
        _hindrance(request, item, procedure, graph) if is_open and is_holder and refusal is None else None
    )
    draft = drafts.draft_of(item, request.who.id) if is_open and is_holder else None
    if form is None and is_open and is_holder and hindrance is None:
        form = _fresh(item, procedure, draft, request)
    told = refusal or hindrance
    context = {
        "item": item,
        "name": item_name(item),
        "process": procedure_words().get(procedure.key, procedure.key),
        "help_url": step_address(procedure.key, item.step_key),
        "clock": light(item, request.now),
        "form": form,
        "is_open": is_open,
        "is_holder": is_holder,
        "draft": draft,
        "request_key": fresh_key(),
        "documents": _checklist(item, request),
        "clause_label": clause_title(item.clause, request.today) if item.clause else "",
        "clause_url": clause_address(item.clause, request.today),
        "holders": _holder_names(item, request) if is_open else [],
        "panel": panel,
        "fault": fault,
        "posted": request.POST if panel else {},
        **in_the_act(request, item, procedure, looked=looked, is_deciding=form is not None),
        **_choices(item, procedure, graph),
        **beside_item(request, item, is_open=is_open, is_holder=is_holder),
        **file_context(request, item.matter, viewer_id=request.who.id),
    }
    context["told"] = (
        refusal_words(told, request.today) | {"recorded": refusal is not None and told.ground.is_recorded}
        if told
        else None
    )
    context["fields"] = _fields(form, context["record_entered"]) if form is not None else []
    return render(request, "lianjing/item.html", context, status=status)


def _fresh(item: WorkItem, procedure: Procedure, draft: Any, request: PageRequest) -> Any:
    form = form_of(item, procedure.step(item.step_key), day=request.today)
    if form is not None:
        drafts.restore(draft, form)
    return form


def _hindrance(request: PageRequest, item: WorkItem, procedure: Procedure, graph: Graph) -> Refusal | None:
    """Say before the form is filled what would refuse the submission: duties, delegation, recusal, power."""
    duty = procedure.step(item.step_key).duty
    try:
        actor_for(
            item,
            procedure.key,
            graph.task(item.step_key),
            duty.value if duty else "",
            request.who.id,
            request.today,
            "web",
        )
    except Refusal as refusal:
        return refusal
    return None


def _fields(form: Any, who: dict[str, Any]) -> list[dict[str, Any]]:
    """Pair each field with who entered the present value, and say which take the whole row."""
    wide = {"textarea", "rows", "showntable", "checkboxselectmultiple"}
    return [
        {
            "field": field,
            "entered": who.get(field.name),
            "wide": field.widget_type in wide,
            "takes_phrases": takes_phrases(field),
        }
        for field in form
    ]


def _choices(item: WorkItem, procedure: Procedure, graph: Graph) -> dict[str, Any]:
    names, returns = step_words([procedure.key]), graph.task(item.step_key).returns
    is_signers = is_signing(item)
    pause = ClockPause.objects.filter(work_item=item, to_at__isnull=True).select_related("person").first()
    return {
        "is_signers": is_signers,
        "pause": pause,
        "targets": [(each, names.get((procedure.key, each), each)) for each in returns]
        if not is_signers
        else [],
        "return_reasons": codes.choices("return_reason"),
        "pause_reasons": codes.choices("pause_reason"),
        "is_suspended": item.budget is not None and item.running_since is None and item.closed_at is None,
    }


def _holder_names(item: WorkItem, request: PageRequest) -> list[str]:
    ids = [holder.person_id for holder in holders(item.post_id, request.today)]
    return list(Person.objects.filter(id__in=ids).order_by("id").values_list("name", flat=True))


def _checklist(item: WorkItem, request: PageRequest) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    if is_signing(item):
        return shown
    for line in checklist(item.matter, item.instance.definition_id, item.step_key):
        files = [
            {
                "name": f"{each.title} v{each.version}",
                "url": address("document", each.id),
                "time": each.uploaded_at,
                "person": each.uploaded_by_person.name,
            }
            for each in line.documents
        ]
        shown.append(
            {
                "kind": line.kind,
                "label": codes.label("document_kind", line.kind),
                "mandatory": line.is_mandatory,
                "state": "present" if files else "missing",
                "files": files,
                "clause": clause_title(line.clause, request.today) if line.clause else "",
                "clause_url": clause_address(line.clause, request.today),
            }
        )
    return shown


def acting(
    request: HttpRequest, item_id: int, panel: str, do: Callable[[PageRequest, WorkItem], str]
) -> HttpResponse:
    """Do one act of a panel; what refuses it is shown on the step's page with what was typed."""
    asked = cast(PageRequest, request)
    step = item_for(asked, item_id)
    try:
        event_id = do(asked, step)
    except Refusal as refusal:
        return _page(asked, step, refusal=refusal, panel=panel, status=status_of(refusal))
    except BadInput as fault:
        return _page(asked, step, panel=panel, fault=str(fault), status=422)
    words = {
        "return": _("已退回。"),
        "suspend": _("计时已暂停。"),
        "resume": _("计时已恢复。"),
        "reassign": _("已转办。"),
        "urge": _("已催办。"),
        "take_back": _("已收回，请重新办理。"),
    }
    give_receipt(request, words[panel], event_id)
    return redirect("matter", step.matter_id) if panel == "return" else redirect("item", step.id)


@signed_in
@require_POST
def item_return(request: HttpRequest, item_id: int) -> HttpResponse:
    """Send a step back with a reason."""

    def do(asked: PageRequest, step: WorkItem) -> str:
        data = asked.POST
        return services.return_item(
            item_id=step.id,
            person_id=asked.who.id,
            target=data.get("target", ""),
            reason=_code("return_reason", data.get("reason", "")),
            text=data.get("text", ""),
            now=asked.now,
            key=key_of(asked),
        ).event_id

    return acting(request, item_id, "return", do)


@signed_in
@require_POST
def item_suspend(request: HttpRequest, item_id: int) -> HttpResponse:
    """Stop the clock of a step with a reason."""

    def do(asked: PageRequest, step: WorkItem) -> str:
        services.suspend(
            item_id=step.id,
            person_id=asked.who.id,
            reason=_code("pause_reason", asked.POST.get("reason", "")),
            text=asked.POST.get("text", ""),
            now=asked.now,
        )
        return ""

    return acting(request, item_id, "suspend", do)


@signed_in
@require_POST
def item_resume(request: HttpRequest, item_id: int) -> HttpResponse:
    """Let the clock of a step run again."""

    def do(asked: PageRequest, step: WorkItem) -> str:
        services.resume(item_id=step.id, person_id=asked.who.id, now=asked.now)
        return ""

    return acting(request, item_id, "resume", do)


def _code(list_name: str, code: str) -> str:
    if code and code not in codes.codes(list_name):
        raise BadInput(_("请从列表中选择"), "reason")
    return code
