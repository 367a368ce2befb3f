"""工作日历: the working days of a year with their source, the yearly notice and local closures, each by two persons."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.intake.working_days import read_year
from lianjing.kernel.process.year_notice import SATURDAY, DayKind
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.org.models import Unit
from lianjing.runtime.org.queries import on_day
from lianjing.runtime.parameter.changes import may_decide, may_propose
from lianjing.runtime.process import closures
from lianjing.runtime.process.models import CalendarDay, CalendarNotice, LocalClosure
from lianjing.runtime.process.recompute import COUNTING
from lianjing.web.access import FIXED_POST, STAFF, PageRequest, signed_in
from lianjing.web.deciding import Fact, decide
from lianjing.web.form_page import UnitChoice, WideText, day_field, perform
from lianjing.web.words import in_english

LARGEST_FILE = 2_000_000
TONES = {"pending": "doing", "granted": "good", "refused": "bad", "revoked": "off"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One day on the sheet: its kind in a word and in one sign, and the closure that takes it away."""

    day: date
    kind: DayKind
    is_forecast: bool
    source: str
    closed: str

    @property
    def is_working(self) -> bool:
        return self.kind.is_working and not self.closed

    @property
    def word(self) -> str:
        """What kind of day it is."""
        return _("停止办公") if self.closed else codes.label("day_kind", self.kind.value)

    @property
    def sign(self) -> str:
        """One sign for the sheet, so that no colour is needed to read it."""
        if self.closed:
            return _("停")
        return {DayKind.HOLIDAY: _("假"), DayKind.REST: _("休"), DayKind.MAKEUP: _("班")}.get(self.kind, "")


@dataclass(frozen=True, slots=True)
class Month:
    """One month as a sheet of weeks; an empty place is None."""

    number: int
    weeks: list[list[Cell | None]]
    working_count: int
    is_forecast: bool


def kind_of(row: CalendarDay) -> DayKind:
    """Return what kind of day a row of the table is."""
    if row.is_holiday and not row.is_working:
        return DayKind.HOLIDAY
    if row.is_working:
        return DayKind.MAKEUP if row.legal_day.weekday() >= SATURDAY else DayKind.WORKING
    return DayKind.REST


@signed_in(kinds=STAFF)
@require_safe
def calendar(request: PageRequest) -> HttpResponse:
    """The working days of one year, announced or forecast, with the source of each; closures; what is proposed."""
    years = sorted({day.year for day in CalendarDay.objects.dates("legal_day", "year")})
    asked = request.GET.get("year", "")
    year = int(asked) if asked in {str(each) for each in years} else request.today.year
    cells = _cells(year)
    sources = Counter(cell.source for cell in cells)
    shut = closures.closures()
    context: dict[str, Any] = {
        "years": years,
        "year": year,
        "today": request.today,
        "week": [_weekday(number) for number in range(7)],
        "months": [_month(number, cells) for number in range(1, 13)] if cells else [],
        "working_count": sum(cell.is_working for cell in cells),
        "forecast_count": sum(cell.is_forecast for cell in cells),
        "sources": [
            (_("预测（尚未公布）") if text == "forecast" else text, n) for text, n in sources.most_common(8)
        ],
        "closures": [
            _proposal(row, "calendar_closure") for row in shut if year in (row.from_on.year, row.to_on.year)
        ],
        "notices": [_proposal(row, "calendar_notice") for row in closures.notices()[:20]],
        "may_propose": may_propose(request.who.id, request.now),
        "may_revoke": may_decide(request.who.id, request.now),
    }
    return render(request, "lianjing/calendar.html", context)


def status_word(status: str) -> str:
    """Return how far a proposal is."""
    words = {
        "pending": _("待审定"),
        "granted": _("已审定"),
        "refused": _("不同意"),
        "revoked": _("已撤销"),
    }
    return words.get(status, status)


def _proposal(row: CalendarNotice | LocalClosure, page: str) -> dict[str, Any]:
    return {
        "row": row,
        "url": reverse(page, args=[row.pk]),
        "word": status_word(row.status),
        "tone": TONES.get(row.status, "plain"),
    }


def _cells(year: int) -> list[Cell]:
    shut = list(LocalClosure.objects.filter(status="granted", unit=None, to_on__year__gte=year))
    found = []
    for row in CalendarDay.objects.filter(legal_day__year=year).order_by("legal_day"):
        closed = next((each.why for each in shut if each.from_on <= row.legal_day <= each.to_on), "")
        found.append(Cell(row.legal_day, kind_of(row), row.is_forecast, row.source, closed))
    return found


def _weekday(number: int) -> str:
    """One sign for a day of the week, Monday first: 一, Mon."""
    name = str(WEEKDAYS_ABBR[number])
    return name if in_english() else name[-1]


def _month(number: int, cells: list[Cell]) -> Month:
    own = [cell for cell in cells if cell.day.month == number]
    places: list[Cell | None] = [None] * own[0].day.weekday() + list(own) if own else []
    weeks = [places[place : place + 7] for place in range(0, len(places), 7)]
    is_forecast = any(cell.is_forecast for cell in own)
    return Month(number, weeks, sum(cell.is_working for cell in own), is_forecast)


@signed_in(kinds=STAFF)
@require_safe
def calendar_file(request: PageRequest, year: int) -> HttpResponse:
    """Hand out a year in the form in which a notice is taken in: to be corrected and sent back."""
    cells = _cells(year)
    if not cells:
        raise Http404
    target = io.StringIO()
    sheet = csv.writer(target)
    sheet.writerow(["日期", "类别", "名称"])
    words = {
        DayKind.WORKING: "工作日",
        DayKind.REST: "休息日",
        DayKind.HOLIDAY: "节假日",
        DayKind.MAKEUP: "调休上班",
    }
    for cell in cells:
        name = cell.source.rpartition(" ")[2] if cell.kind is DayKind.HOLIDAY and " " in cell.source else ""
        sheet.writerow([cell.day.isoformat(), words[cell.kind], name])
    answer = HttpResponse("\ufeff" + target.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="calendar-{year}.csv"'
    return answer


class NoticeForm(forms.Form):
    """A year's file and the paper that it rests on."""

    year = forms.IntegerField(label=gettext_lazy("年度"), min_value=2000, max_value=2100)
    source = forms.CharField(label=gettext_lazy("依据文件"), max_length=300)
    file = forms.FileField(
        label=gettext_lazy("文件"),
        help_text=gettext_lazy("CSV或Excel，列名为日期、类别、名称，全年每天一行"),
        max_length=200,
    )


class ClosureForm(forms.Form):
    """Days on which the zone or a unit is closed."""

    unit = UnitChoice(label=gettext_lazy("单位"), queryset=Unit.objects.none(), required=False)
    from_on = day_field(gettext_lazy("起"))
    to_on = day_field(gettext_lazy("止"))
    source = forms.CharField(label=gettext_lazy("依据文件"), max_length=300)
    why = forms.CharField(label=gettext_lazy("停止办公原因"), max_length=300, widget=WideText(2))


def _require_keeper(request: PageRequest) -> None:
    """Show a form only to who may send it; what is sent, the act itself refuses and records."""
    if request.method != "POST" and not may_propose(request.who.id, request.now):
        raise Refusal(Ground.POST, "post.kind", _("您今日的岗位不能查看此页面"), FIXED_POST)


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def notice_new(request: PageRequest) -> HttpResponse:
    """Propose the working days of a year from a file."""
    _require_keeper(request)
    form = NoticeForm(request.POST or None, request.FILES or None, initial={"year": request.today.year + 1})

    def do(data: dict[str, Any], _key: str) -> CalendarNotice:
        file = cast(UploadedFile, data["file"])
        if (file.size or 0) > LARGEST_FILE:
            raise BadInput(_("文件过大"), "file")
        with TemporaryDirectory() as folder:
            place = Path(folder) / f"year{Path(file.name or '').suffix[:8]}"
            place.write_bytes(file.read())
            rows = read_year(place).rows
        return closures.propose_notice(
            year=data["year"],
            rows=rows,
            source=data["source"],
            file_name=(file.name or "")[:200],
            person_id=request.who.id,
            now=request.now,
        )

    return perform(
        request,
        form,
        do,
        title=_("导入年度工作日安排"),
        back=reverse("calendar"),
        note=_("由分管领导审定后生效；在办期限随后重新推算，变动的逐件留痕。"),
    )


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def closure_new(request: PageRequest) -> HttpResponse:
    """Propose a closure."""
    _require_keeper(request)
    form = ClosureForm(request.POST or None)
    unit = cast(forms.ModelChoiceField, form.fields["unit"])
    unit.queryset = Unit.objects.filter(on_day(request.today)).order_by("code")
    unit.empty_label = _("全区")

    def do(data: dict[str, Any], _key: str) -> LocalClosure:
        given = data.pop("unit")
        return closures.propose_closure(
            unit_id=given.pk if given else None, person_id=request.who.id, now=request.now, **data
        )

    return perform(
        request,
        form,
        do,
        title=_("停止办公"),
        back=reverse("calendar"),
        note=_("停止办公的日子不计为工作日；选定单位的，含其下级单位。由分管领导审定后生效。"),
    )


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def notice(request: PageRequest, notice_id: int) -> HttpResponse:
    """Show what a year's file changes; a second person agrees or not."""
    row = get_object_or_404(closures.notices(), id=notice_id)
    who: dict[str, Any] = {"person_id": request.who.id, "now": request.now}
    known = {day.legal_day: kind_of(day) for day in CalendarDay.objects.filter(legal_day__year=row.year)}
    given = [(date.fromisoformat(day), DayKind(kind), name) for day, kind, name in json.loads(row.content)]
    changed = [
        f"{day.isoformat()} {codes.label('day_kind', kind.value)} {name}".strip()
        for day, kind, name in given
        if known.get(day) is not kind
    ]
    facts: list[Fact] = [
        (_("年度"), str(row.year)),
        (_("依据文件"), row.source),
        (_("文件名"), row.file_name),
        (_("全年工作日"), str(sum(kind.is_working for _day, kind, _name in given))),
        (_("与现行日历不同的日子"), "；".join(changed) or _("没有")),
    ]
    return decide(
        request,
        title=_("年度工作日安排审定"),
        facts=facts + _decision(row),
        is_open=row.status == "pending" and may_decide(request.who.id, request.now),
        agree=lambda: closures.agree_notice(notice_id=row.pk, **who),
        refuse=lambda reason: closures.refuse_notice(notice_id=row.pk, reason=reason, **who),
        back=f"{reverse('calendar')}?year={row.year}",
        agree_word=_("审定"),
    )


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def closure(request: PageRequest, closure_id: int) -> HttpResponse:
    """Show a closure; a second person agrees or not."""
    row = get_object_or_404(closures.closures(), id=closure_id)
    who: dict[str, Any] = {"person_id": request.who.id, "now": request.now}
    facts: list[Fact] = [
        (_("范围"), row.unit.name if row.unit else _("全区")),
        (_("起"), row.from_on.isoformat()),
        (_("止"), row.to_on.isoformat()),
        (_("停止办公原因"), row.why),
        (_("依据文件"), row.source),
    ]
    return decide(
        request,
        title=_("停止办公审定"),
        facts=facts + _decision(row),
        is_open=row.status == "pending" and may_decide(request.who.id, request.now),
        agree=lambda: closures.agree_closure(closure_id=row.pk, **who),
        refuse=lambda reason: closures.refuse_closure(closure_id=row.pk, reason=reason, **who),
        back=f"{reverse('calendar')}?year={row.from_on.year}",
        agree_word=_("审定"),
    )


class RevokeForm(forms.Form):
    """Why a closure no longer holds."""

    reason = forms.CharField(label=gettext_lazy("撤销理由"), max_length=300, widget=WideText(2))


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def closure_revoke(request: PageRequest, closure_id: int) -> HttpResponse:
    """Take an agreed closure back from today on."""
    row = get_object_or_404(closures.closures(), id=closure_id)
    if request.method != "POST" and not may_decide(request.who.id, request.now):
        raise Refusal(Ground.POST, "post.kind", _("您今日的岗位不能查看此页面"), FIXED_POST)

    def do(data: dict[str, Any], _key: str) -> LocalClosure:
        return closures.revoke_closure(
            closure_id=row.pk, reason=data["reason"], person_id=request.who.id, now=request.now
        )

    return perform(
        request,
        RevokeForm(request.POST or None),
        do,
        title=_("撤销停止办公"),
        back=f"{reverse('calendar')}?year={row.from_on.year}",
        note=_(
            "自今日起恢复按公布的工作日计算；已经停止办公的日子不变。在办期限随后重新推算，变动的逐件留痕。"
        ),
    )


def _decision(row: CalendarNotice | LocalClosure) -> list[Fact]:
    moved = str(row.moved) if row.recomputed_at else _("等待后台重算") if row.status in COUNTING else ""
    return [
        (_("提出人"), row.proposed_by_person.name),
        (_("状态"), status_word(row.status)),
        (_("审定人"), row.decided_by_person.name if row.decided_by_person else ""),
        (_("不同意理由"), row.reason),
        (_("变动的在办期限"), moved),
    ]
