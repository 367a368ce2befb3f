"""The editor of the fields that a measure adds to a step, with the form as the office will see it beside."""

from __future__ import annotations

from typing import Any, get_args

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianjing.kernel.process.graph import parse
from lianjing.kernel.process.measure import Kind
from lianjing.kernel.process.xml_source import BadSource
from lianjing.runtime.revision.queries import part_text
from lianjing.runtime.revision.texts import said
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.measure_editing import Line, changed_lines, posted_lines, read_lines, write_lines
from lianjing.web.part_saving import Part, Saved, faults_of, part_of, save
from lianjing.web.views.revision import revision_for
from lianjing.web.views.revision_edit import breadcrumbs
from lianjing.web.words import in_english


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def revision_form(request: PageRequest, revision_id: int, key: str) -> HttpResponse:
    """Show the added fields of a step ("process/step"); the author of the revision changes them."""
    part = part_of(request, revision_for(request, revision_id), "form", key)
    if request.method == "GET":
        return _page(request, part, read_lines(part.text), None)
    try:
        lines = posted_lines(request.POST)
    except BadSource as error:
        return _page(request, part, read_lines(part.text), Saved(422, part.seen, said(error), []))
    act = request.POST.get("do", "save")
    if act != "save":
        return _page(request, part, changed_lines(lines, act), None, is_open=True)
    saved = save(request, part, write_lines(lines), seen=request.POST.get("seen", ""))
    if saved.status == 200:
        part = part_of(request, part.revision, "form", key)
        lines = read_lines(part.text)
    return _page(request, part, lines, saved)


def _page(
    request: PageRequest, part: Part, lines: list[Line], saved: Saved | None, *, is_open: bool = False
) -> HttpResponse:
    faults = saved.faults if saved else [] if is_open else faults_of(request, part)
    names = {line.name for line in lines if line.name}
    context = {
        "revision": part.revision,
        "part": part,
        "key": part.key,
        "seen": request.POST.get("seen", part.seen) if is_open else part.seen,
        "step": _step_name(part),
        "process_key": part.key.partition("/")[0],
        "lines": [
            {"line": line, "place": place, "number": place + 1, "faults": _own(faults, line, place + 1)}
            for place, line in enumerate(lines)
        ],
        "shown": [_shown(line) for line in lines if line.name or line.label],
        "kinds": kind_words(),
        "saved": saved,
        "is_open": is_open or (saved is not None and saved.status != 200),
        "faults": [each for each in faults if each["element"] not in names and not each["element"].isdigit()],
        "breadcrumbs": breadcrumbs(part),
    }
    return render(request, "lianjing/revision_form.html", context, status=saved.status if saved else 200)


def _own(faults: list[dict[str, Any]], line: Line, number: int) -> list[dict[str, Any]]:
    return [each for each in faults if each["element"] in (line.name or str(number), str(number))]


def _shown(line: Line) -> dict[str, Any]:
    label = line.label_en if in_english() and line.label_en else line.label
    return {"line": line, "label": label or line.name, "choices": line.choices.splitlines()}


def _step_name(part: Part) -> str:
    process, _mark, step = part.key.partition("/")
    text = part_text(part.revision.pk, "process", process)
    names = {task.id: task.name for task in parse(text).tasks} if text else {}
    return names.get(step, step)


def kind_words() -> list[tuple[str, str]]:
    """Return the kinds of fields in words."""
    words = (_("文字"), _("整数"), _("小数"), _("日期"), _("是或否"), _("选择"))
    return list(zip(get_args(Kind), words, strict=True))
