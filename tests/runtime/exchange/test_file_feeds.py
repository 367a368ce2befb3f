"""Feeds of files: a sound file is taken whole, a bad one is refused with its place and leaves what was there."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lianjing.analysis.lake.silent_feeds import silent
from lianjing.cli import commands
from lianjing.intake.feed_file import file_feed, read_feed
from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.clock import now
from lianjing.runtime.exchange.declaration import declared
from lianjing.runtime.exchange.filing import take_rows
from lianjing.runtime.exchange.lists import FEEDS
from lianjing.runtime.exchange.models import ExternalRecord, Feed, FeedRun
from lianjing.runtime.org.models import Appointment, LoginAccount
from lianjing.runtime.regulation.queries import clause_on
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.models import Event

pytestmark = pytest.mark.django_db
KEY, OFFICER = "ban_lists", "20703"
HEADER = "统一社会信用代码,企业名称,名单名称,决定文号,列入日期,移出日期"
ROW = "91330100MA2ABC1234,澜汀建设有限公司,失信名单,浙失〔2026〕1号,2024-01-05,2099-01-05"


def owner_of(key: str) -> str:
    """The log-in number of the post that answers for a feed."""
    seat = Appointment.objects.filter(post__key=declared()[key].owner_post, to_on=None).order_by("person_id")[
        0
    ]
    return str(LoginAccount.objects.get(person_id=seat.person_id).number)


@pytest.fixture
def folder(zone: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("lianjing.cli.import_feed.refuse_without_tables", lambda: None)
    return tmp_path


def written(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    place = folder / "list.csv"
    place.write_bytes(("\n".join([header, *rows]) + "\n").encode(encoding))
    return place


def numbered(count: int, first: int = 0) -> list[str]:
    return [ROW.replace("1234", f"{place:04d}") for place in range(first, first + count)]


def bring(place: Path, *given: str) -> int:
    return commands.run(["import", "feed", KEY, str(place), "--person", owner_of(KEY), *given])


def test_a_sound_list_is_taken_once_and_the_feed_is_live(folder: Path, capsys: Any) -> None:
    place = written(folder, ROW)
    assert bring(place, "--json") == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["rows"], told["imported"], told["updated"]) == (1, 1, 0)
    (record,) = ExternalRecord.objects.filter(kind="ban")
    assert record.external_no == "91330100MA2ABC1234|浙失〔2026〕1号"
    assert json.loads(record.content)["to_on"] == "2099-01-05"
    assert Feed.objects.get(code=KEY).status == "live"
    taken = Event.objects.filter(act="exchange.take")
    assert taken.get().person_id is not None
    assert bring(place) == 0 and taken.count() == 1
    assert bring(written(folder, ROW.replace("2099", "2098"))) == 0 and taken.count() == 2


def test_a_list_that_falls_silent_is_found(folder: Path) -> None:
    bring(written(folder, ROW))
    fresh = declared()[KEY].fresh
    assert silent(now() + fresh - timedelta(hours=1)) == []
    (found,) = silent(now() + fresh + timedelta(hours=1))
    assert found.facts["fresh_hours"] == fresh.total_seconds() // 3600


@pytest.mark.parametrize(
    ("rows", "header", "encoding", "said"),
    [
        ([ROW.replace(",浙失〔2026〕1号", "")], HEADER.replace(",决定文号", ""), "utf-8", "决定文号"),
        ([ROW, ROW.replace("2024-01-05", "2024-02-30")], HEADER, "utf-8", "第3行“列入日期”"),
        ([ROW, ROW.replace("澜汀建设", "澜江建设")], HEADER, "utf-8", "重复而内容不同"),
        ([ROW.replace("2024-01-05", "2098-01-05")], HEADER, "utf-8", "晚于今天"),
        ([ROW.replace("91330100MA2ABC1234", "")], HEADER, "utf-8", "统一社会信用代码"),
        ([], HEADER, "utf-8", ""),
    ],
    ids=["a column is missing", "no day", "one number twice", "a day to come", "no number", "no rows"],
)
def test_a_bad_file_is_refused_with_its_place_and_the_list_before_stays(
    folder: Path, capsys: Any, rows: list[str], header: str, encoding: str, said: str
) -> None:
    bring(written(folder, *numbered(3)))
    before = list(ExternalRecord.objects.order_by("id").values())
    assert bring(written(folder, *rows, header=header, encoding=encoding)) == 2
    assert said in capsys.readouterr().err
    assert list(ExternalRecord.objects.order_by("id").values()) == before


def test_equal_rows_count_once_and_gbk_is_read_as_well(folder: Path) -> None:
    assert bring(written(folder, ROW, ROW, encoding="gb18030")) == 0
    assert ExternalRecord.objects.get(kind="ban").title == "澜汀建设有限公司"


def test_a_file_that_is_no_text_is_refused(folder: Path, capsys: Any) -> None:
    place = folder / "list.csv"
    place.write_bytes(b"\xff\x00\xfe\x81" * 50)
    assert bring(place) == 2 and capsys.readouterr().err.strip()
    assert not ExternalRecord.objects.filter(kind="ban").exists()


def test_ten_times_the_usual_rows_are_refused_until_somebody_says_why(folder: Path, capsys: Any) -> None:
    bring(written(folder, *numbered(3)))
    assert bring(written(folder, *numbered(30))) == 2
    assert "超过可信的29行" in capsys.readouterr().err
    assert ExternalRecord.objects.filter(kind="ban").count() == 3
    assert FeedRun.objects.latest("id").result == "failed"
    assert bring(written(folder, *numbered(29))) == 0
    assert bring(written(folder, *numbered(400)), "--reason", "首次含省级名单") == 0
    assert FeedRun.objects.latest("id").fault == "首次含省级名单"


def test_far_fewer_rows_than_usual_are_taken_with_a_warning(folder: Path) -> None:
    bring(written(folder, *numbered(20)))
    bring(written(folder, *numbered(2)))
    run = FeedRun.objects.latest("id")
    assert run.result == "warning" and "明显少于通常" in run.fault


def test_only_the_owner_of_the_feed_imports_it(folder: Path) -> None:
    person = LoginAccount.objects.get(number=OFFICER).person_id
    with pytest.raises(Refusal):
        take_rows(declared()[KEY], [], person_id=person, now=now())
    with pytest.raises(BadInput, match="ban_lists"):
        file_feed("finance_payments")


def test_each_list_says_purpose_basis_freshness_and_volume(zone: Any) -> None:
    for each in FEEDS:
        assert each.purpose.zh and each.purpose.en and each.volume and each.fresh and each.ledger
        assert clause_on(each.clause, legal_day(now())) is not None, each.key


def test_a_dry_run_reads_and_changes_nothing(folder: Path) -> None:
    assert bring(written(folder, ROW), "--dry-run") == 0
    assert not ExternalRecord.objects.filter(kind="ban").exists()


def test_declarations_are_taken_without_the_names_of_kin(folder: Path) -> None:
    place = folder / "declared.csv"
    place.write_text(
        "工号,关系,亲属姓名,统一社会信用代码,企业名称,持股比例,申报日期\n"
        "20703,配偶,王某,91330100MA2ABC1234,澜汀建设有限公司,30,2024-01-05\n"
    )
    each, ledger = file_feed("staff_declarations")
    (item,) = read_feed(place, ledger).items
    record = each.parse(item) if each.parse else None
    assert record is not None and record.external_no == "20703|配偶|91330100MA2ABC1234"
    assert "王某" not in json.dumps(dict(record.values), ensure_ascii=False)
