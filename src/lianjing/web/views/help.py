"""帮助: the documentation of each step, drawn from the rules and forms in force, and a page of how to find one's way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.kernel.declaration import Procedure
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.domains import domains
from lianjing.runtime.guide import StepLine, steps_of
from lianjing.runtime.regulation.queries import clause_title
from lianjing.runtime.trail.stamp import holding
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.views.parameters import MARKS
from lianjing.web.words import clause_address, step_address, text_of


@signed_in
@require_safe
def help_index(request: HttpRequest) -> HttpResponse:
    """List every step that has a form, by procedure; narrowed by what is asked for."""
    asked = cast(PageRequest, request)
    query = request.GET.get("q", "").strip()[:80]
    groups = []
    with holding():
        for procedure in _procedures():
            label = text_of(procedure.label)
            lines = steps_of(procedure, asked.today)
            found = [line for line in lines if _speaks_of(line, label, query)]
            if found:
                groups.append({"label": label, "key": procedure.key, "steps": found})
    context = {"groups": groups, "asked": query, "count": sum(len(group["steps"]) for group in groups)}
    return render(request, "lianjing/help.html", context)


@signed_in
@require_safe
def help_step(request: HttpRequest, procedure: str, step: str) -> HttpResponse:
    """Show one step: who, by when, with which papers and fields, under which clause, and what follows."""
    asked = cast(PageRequest, request)
    declared = next((each for each in _procedures() if each.key == procedure), None)
    with holding():
        lines = steps_of(declared, asked.today) if declared else ()
    line = next((each for each in lines if each.key == step), None)
    if declared is None or line is None:
        raise Refusal(Ground.SCOPE, "scope.help", _("没有该环节的帮助"))
    label = text_of(declared.label)
    context = {
        "step": line,
        "procedure": label,
        "mark": next((_(word) for letter, word, _tone in MARKS if line.mark.startswith(letter)), line.mark),
        "papers": list(_papers(line, asked.today)),
        "clause": clause_title(line.clause, asked.today) if line.clause else "",
        "clause_url": clause_address(line.clause, asked.today),
        "siblings": [
            {
                "no": place,
                "name": each.name,
                "url": step_address(procedure, each.key),
                "is_here": each is line,
            }
            for place, each in enumerate(lines, 1)
        ],
        "breadcrumbs": [{"label": _("帮助"), "url": reverse("help")}, {"label": label, "url": ""}],
    }
    return render(request, "lianjing/help_step.html", context)


def _procedures() -> Iterator[Procedure]:
    for domain in domains():
        yield from domain.procedures


def _papers(line: StepLine, day: date) -> Iterator[dict[str, Any]]:
    for paper in line.papers:
        yield {
            "label": codes.label("document_kind", paper.kind),
            "is_mandatory": paper.is_mandatory,
            "clause": clause_title(paper.clause, day) if paper.clause else "",
            "clause_url": clause_address(paper.clause, day),
        }


def _speaks_of(line: StepLine, label: str, query: str) -> bool:
    """Whether a step, its post, fields or papers contain what is asked for; everything does where nothing is."""
    if not query:
        return True
    words = [label, line.name, line.post]
    words += [codes.label("document_kind", paper.kind) for paper in line.papers]
    for field in line.fields:
        words += [field.label, field.definition, *(column.label for column in field.columns)]
    return query.casefold() in "\n".join(words).casefold()
