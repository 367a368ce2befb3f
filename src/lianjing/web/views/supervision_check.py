"""The supervision plan over all domains: each stage with its check points on both lines; a stage without one shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.analysis.indicator.library import library
from lianjing.kernel.declaration import Domain, Stage
from lianjing.runtime.domains import domains
from lianjing.runtime.finding.models import Indicator
from lianjing.runtime.org.queries import post_label
from lianjing.runtime.risk.check_points import holders_of, standings
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Roll
from lianjing.web.words import clause_address, in_english

WATCHER = "supervisor_officer"


@dataclass(frozen=True, slots=True)
class Line:
    """One check point of a stage, or what the stage lacks."""

    domain: str
    domain_word: str
    stage: str
    stage_word: str
    line: str
    title: str
    owner: str
    last_run: datetime | None
    runs: int | None
    fired: int
    url: str = ""
    is_missing: bool = False

    @property
    def state(self) -> str:
        """missing, unrun or ran."""
        if self.is_missing:
            return "missing"
        return "ran" if self.last_run else "unrun"


@signed_in(kinds=OFFICIALS)
@require_safe
def supervision_checks(request: HttpRequest) -> HttpResponse:
    """List the check points of every stage of every domain: rule or indicator, owner, last run, what it stopped."""
    asked = cast(PageRequest, request)
    rows = lines(asked.today)
    listing = Roll(
        asked,
        cast(Any, rows),
        _columns(),
        filters=_filters(rows),
        table="supervision-checks",
        search_label=_("阶段、监督点、责任岗位"),
        empty_text=_("没有监督点"),
    )
    if listing.wants_excel:
        return listing.excel(_("全程监督计划"))
    context = {
        "listing": listing,
        "stages": len({(row.domain, row.stage) for row in rows}),
        "points": sum(not row.is_missing for row in rows),
        "missing": sum(row.is_missing for row in rows),
        "unrun": sum(row.state == "unrun" for row in rows),
    }
    return render(request, "lianjing/supervision_checks.html", context)


def lines(day: date) -> list[Line]:
    """Return the check points of all domains in the order of their stages."""
    registered = {
        row.code: row for row in Indicator.objects.select_related("run", "owner_post").order_by("version")
    }
    watchers = "、".join(holders_of({WATCHER}, day).get(WATCHER, ()))
    found: list[Line] = []
    for domain in domains():
        for stage in domain.stages:
            own = [*_planned(domain, stage, day), *_modelled(domain, stage, registered, watchers)]
            found += [*own, *_lacking(domain, stage, own)]
    return found


def _word(text: Any) -> str:
    return str(text.en if in_english() else text.zh)


def _line(domain: Domain, stage: Stage, **rest: Any) -> Line:
    return Line(domain.key, _word(domain.label), stage.key, _word(stage.label), **rest)


def _planned(domain: Domain, stage: Stage, day: date) -> list[Line]:
    return [
        _line(
            domain,
            stage,
            line=row.point.line,
            title=_word(row.point.title),
            owner=_owner(post_label(row.point.owner_post), "、".join(row.owners)),
            last_run=row.last_run,
            runs=row.runs,
            fired=row.fired,
            url=clause_address(row.point.clause, day),
        )
        for row in standings(domain.package, day)
        if row.point.stage == stage.key
    ]


def _owner(post: str, names: str) -> str:
    return f"{post}（{names}）" if names else post


def _modelled(domain: Domain, stage: Stage, registered: dict[str, Indicator], watchers: str) -> list[Line]:
    found = []
    for each in library():
        header = each.header
        if header.domain != domain.key or header.stage != stage.key:
            continue
        row = registered.get(header.code)
        run = getattr(row, "run", None) if row is not None else None
        owner = row.owner_post.name if row is not None and row.owner_post else ""
        found.append(
            _line(
                domain,
                stage,
                line="supervision",
                title=f"{header.code} {header.title_en if in_english() else header.title}",
                owner=owner or _owner(post_label(WATCHER), watchers),
                last_run=run.last_run_at if run else None,
                runs=None,
                fired=run.found if run else 0,
                url=reverse("indicator", args=[row.pk]) if row is not None else "",
            )
        )
    return found


def _lacking(domain: Domain, stage: Stage, own: list[Line]) -> list[Line]:
    words = {"business": _("缺业务监管监督点"), "supervision": _("缺纪检监督监督点")}
    held = {row.line for row in own}
    return [
        _line(
            domain,
            stage,
            line=line,
            title=word,
            owner="",
            last_run=None,
            runs=None,
            fired=0,
            is_missing=True,
        )
        for line, word in words.items()
        if line not in held
    ]


def _line_word(line: str) -> str:
    return _("业务监管") if line == "business" else _("纪检监督")


def _state_words() -> dict[str, tuple[str, str]]:
    return {"missing": (_("缺监督点"), "bad"), "unrun": (_("尚未运行"), "warn"), "ran": (_("已运行"), "good")}


def _is(name: str) -> Any:
    def test(value: str) -> Callable[[Line], bool]:
        return lambda row: bool(getattr(row, name) == value)

    return test


def _filters(rows: list[Line]) -> list[Filter]:
    return [
        Filter(
            "domain", _("领域"), list(dict.fromkeys((r.domain, r.domain_word) for r in rows)), _is("domain")
        ),
        Filter("stage", _("阶段"), list(dict.fromkeys((r.stage, r.stage_word) for r in rows)), _is("stage")),
        Filter(
            "line",
            _("监督线"),
            [(each, _line_word(each)) for each in ("business", "supervision")],
            _is("line"),
        ),
        Filter(
            "state", _("状态"), [(code, word) for code, (word, _tone) in _state_words().items()], _is("state")
        ),
    ]


def _columns() -> list[Column]:
    states = _state_words()
    return [
        Column("domain", _("领域"), lambda row: row.domain_word, "domain"),
        Column("stage", _("阶段"), lambda row: row.stage_word),
        Column("line", _("监督线"), lambda row: _line_word(row.line), "line"),
        Column("title", _("监督点"), lambda row: row.title, "title", url=lambda row: row.url),
        Column("owner", _("责任岗位"), lambda row: row.owner, "owner"),
        Column("last_run", _("最近运行"), lambda row: row.last_run, "last_run", "time"),
        Column("runs", _("运行次数"), lambda row: row.runs, "runs", "number"),
        Column("fired", _("拦截或命中"), lambda row: row.fired, "fired", "number"),
        Column(
            "state",
            _("状态"),
            lambda row: states[row.state][0],
            "state",
            "status",
            tone=lambda row: states[row.state][1],
        ),
    ]
