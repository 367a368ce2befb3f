"""`lianjing import calendar`: a year is proposed, not entered; a faulty file is refused with the place and the remedy."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from lianjing.cli import commands
from lianjing.runtime.process import closures
from lianjing.runtime.process.models import CalendarDay, CalendarNotice
from lianjing.runtime.trail.models import Event

KEEPER, LEADER, OFFICER = "20601", "20002", "20703"
YEAR = 2027

pytestmark = pytest.mark.django_db


def rows_of(year: int) -> list[list[str]]:
    """Every day of a year: weekends rest, the first of January is a holiday."""
    days = [
        date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
    ]
    words = {day: ["休息日" if day.weekday() > 4 else "工作日", ""] for day in days}
    words[date(year, 1, 1)] = ["节假日", "元旦"]
    return [[day.isoformat(), *words[day]] for day in days]


def written(place: Path, rows: list[list[str]]) -> Path:
    with place.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["日期", "类别", "名称"], *rows])
    return place


@pytest.fixture
def place(zone: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("lianjing.cli.import_calendar.refuse_without_tables", lambda: None)
    return tmp_path / "2027.csv"


def bring(place: Path, person: str = KEEPER) -> int:
    given = ["--year", str(YEAR), "--source", "国办发明电〔2026〕1号", "--person", person, "--json"]
    return commands.run(["import", "calendar", str(place), *given])


def test_the_command_proposes_a_year_that_a_second_person_enters(
    place: Path, zone: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring(written(place, rows_of(YEAR))) == 0
    row = CalendarNotice.objects.get()
    assert json.loads(capsys.readouterr().out) == {"notice": row.pk, "year": YEAR, "days": 365}
    assert (row.status, row.file_name) == ("pending", "2027.csv")
    assert not CalendarDay.objects.filter(legal_day__year=YEAR, is_forecast=False).exists()
    assert Event.objects.filter(act="calendar.propose", is_refused=False).count() == 1
    closures.agree_notice(notice_id=row.pk, person_id=zone.person(LEADER), now=zone.now)
    assert not CalendarDay.objects.filter(legal_day__year=YEAR, is_forecast=True).exists()


def test_a_missing_day_is_named_and_the_calendar_stays(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = list(CalendarDay.objects.order_by("legal_day").values())
    rows = [row for row in rows_of(YEAR) if row[0] != "2027-03-03"]
    assert bring(written(place, rows)) == 2
    assert "2027-03-03" in capsys.readouterr().err
    assert list(CalendarDay.objects.order_by("legal_day").values()) == before
    assert not CalendarNotice.objects.exists()


@pytest.mark.parametrize("person", [OFFICER, "99999"])
def test_only_the_keeper_of_the_calendar_proposes(
    person: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring(written(place, rows_of(YEAR)), person) != 0
    assert capsys.readouterr().err.strip()
    assert not CalendarNotice.objects.exists()
