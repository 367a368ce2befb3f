"""The editor of a process: drawn in the browser or uploaded as a file, the same checks for both."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianjing.kernel.process.drawing import with_places
from lianjing.kernel.process.graph import parse
from lianjing.kernel.process.xml_source import MAX_BYTES, BadSource
from lianjing.runtime.revision.texts import said
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.diagram import draw
from lianjing.web.part_saving import Part, Saved, faults_of, part_of, save
from lianjing.web.process_editor import choices_for, form_links
from lianjing.web.views.revision import revision_for


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def revision_process(request: PageRequest, revision_id: int, key: str) -> HttpResponse:
    """Show a process of a revision; its author draws it anew, or sends a file in its place."""
    part = part_of(request, revision_for(request, revision_id), "process", key)
    if request.method == "GET" and "file" in request.GET:
        answer = HttpResponse(part.text, content_type="application/xml; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{key}.bpmn"'
        return answer
    if request.method == "GET":
        return _page(request, part, None)
    if "layout" in request.POST:
        return _laid_out(request.POST.get("text", ""))
    text, fault = _sent(request)
    saved = Saved(422, part.seen, fault, []) if fault else save(request, part, text, seen=_seen(request))
    if "application/json" in request.headers.get("Accept", ""):
        content = {"seen": saved.seen, "message": saved.message, "faults": saved.faults}
        return JsonResponse(content, status=saved.status)
    return _page(request, part_of(request, part.revision, "process", key), saved)


def _seen(request: PageRequest) -> str:
    return request.POST.get("seen", "")


def _sent(request: PageRequest) -> tuple[str, str]:
    """What was drawn or uploaded, and why it cannot be read as text at all."""
    given = request.FILES.get("file")
    if given is None:
        return request.POST.get("text", ""), ""
    if (given.size or 0) > MAX_BYTES:
        return "", _("文件超过%(limit)s字节") % {"limit": MAX_BYTES}
    try:
        return given.read().decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return "", _("文件须是UTF-8编码的BPMN 2.0文件")


def _laid_out(text: str) -> HttpResponse:
    """Return a drawing with the places of our own layout instead of its own; nothing is kept."""
    try:
        return JsonResponse({"xml": with_places(text, anew=True)})
    except BadSource as error:
        fault = {"element": error.element_id, "text": said(error), "is_warning": False}
        message = _("现在还不能排版：请先改正所列问题")
        return JsonResponse({"message": message, "faults": [fault]}, status=422)


def _page(request: PageRequest, part: Part, saved: Saved | None) -> HttpResponse:
    graph = parse(part.text)
    choices = choices_for(part.revision, part.key, request.today)
    faults = saved.faults if saved else faults_of(request, part)
    context = {
        "revision": part.revision,
        "key": part.key,
        "name": graph.name,
        "part": part,
        "diagram": draw(graph, {}),
        "choices": choices,
        "saved": saved,
        "faults": faults,
        "editor": {
            "xml": with_places(part.text),
            "seen": part.seen,
            "mayEdit": part.may_edit,
            "faults": faults,
            "parameters": choices["parameters"],
            "clauses": choices["clauses"],
            "forms": form_links(part.revision, part.key) if part.may_edit else {},
            "decisions": {
                each: reverse("revision_decision", args=[part.revision.pk, each])
                for each, _name in choices["decisions"]
            },
            "words": _words(),
        },
        "breadcrumbs": breadcrumbs(part),
    }
    return render(request, "lianjing/revision_process.html", context, status=saved.status if saved else 200)


def breadcrumbs(part: Part) -> list[dict[str, str]]:
    """Return the way from the list of revisions to an editor."""
    return [
        {"label": _("制度修订"), "url": reverse("revisions")},
        {"label": part.revision.title, "url": reverse("revision", args=[part.revision.pk])},
    ]


def _words() -> dict[str, Any]:
    """The words that the editor's own script says."""
    return {
        "unsaved": _("有未保存的修改"),
        "saved": _("已保存"),
        "saving": _("正在保存…"),
        "failed": _("没有保存成功：服务器没有应答，请稍后再试"),
        "leave": _("有未保存的修改，确定离开？"),
        "clean": _("没有发现问题"),
        "must": _("须改正"),
        "hint": _("提示"),
        "whole": _("整个流程"),
        "unnamed": _("（未命名）"),
        "noClause": _("制度库中没有这一条款"),
        "noValue": _("请选择参数"),
        "currentValue": _("现行数值"),
        "remove": _("去掉"),
        "document": _("文件种类"),
        "mandatory": _("必备"),
        "clause": _("依据条款"),
        "condition": _("条件"),
        "default": _("默认走向"),
        "to": _("至"),
        "badId": _("编号须以字母开头，只含字母、数字和下划线，且不与其他元素重复"),
        "types": {
            "bpmn:UserTask": _("办理环节"),
            "bpmn:BusinessRuleTask": _("决策表环节"),
            "bpmn:CallActivity": _("调用流程"),
            "bpmn:ExclusiveGateway": _("排他网关（择一）"),
            "bpmn:ParallelGateway": _("并行网关（同时）"),
            "bpmn:InclusiveGateway": _("包容网关（择若干）"),
            "bpmn:StartEvent": _("开始"),
            "bpmn:EndEvent": _("结束"),
            "bpmn:BoundaryEvent": _("环节上的定时"),
            "bpmn:IntermediateCatchEvent": _("定时等待"),
            "bpmn:SequenceFlow": _("走向"),
            "bpmn:Lane": _("泳道"),
            "bpmn:Participant": _("流程"),
            "bpmn:Collaboration": _("流程"),
        },
    }
