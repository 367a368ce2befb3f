"""Event logs from outside: what is wrong is named with its place and never dropped in silence."""

from __future__ import annotations

import gzip
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianjing.intake.eventlog import ocel, table, xes
from lianjing.intake.eventlog.reading import BadLog, Log, ReadEvent, usable

CHINA = 480
HEAD = "case,activity,time,person\n"


def trace(name: str, *events: str) -> str:
    return f'<trace><string key="concept:name" value="{name}"/>{"".join(events)}</trace>'


def step(name: str, time: str, person: str = "甲", more: str = "") -> str:
    return (
        f'<event><string key="concept:name" value="{name}"/><string key="org:resource" value="{person}"/>'
        f'<date key="time:timestamp" value="{time}"/>{more}</event>'
    )


def log_of(tmp_path: Path, *traces: str) -> Log:
    place = tmp_path / "log.xes"
    place.write_text("<log>" + "".join(traces) + "</log>", encoding="utf-8")
    return xes.read(place)


def read(log: Log) -> tuple[list[ReadEvent], dict[str, int]]:
    events = list(usable(log, CHINA))
    return events, {kind: fault.count for kind, fault in log.account.faults.items()}


def csv_log(tmp_path: Path, text: str, **columns: str) -> Log:
    place = tmp_path / "log.csv"
    place.write_bytes(text.encode())
    return table.read(place, columns)


def test_a_log_is_read_packed_or_not(tmp_path: Path) -> None:
    whole = "<log>" + trace("支1", step("申请", "2025-09-01T09:00:00+08:00")) + "</log>"
    plain, packed = tmp_path / "a.xes", tmp_path / "b.xes"
    plain.write_text(whole, encoding="utf-8")
    packed.write_bytes(gzip.compress(whole.encode()))
    assert read(xes.read(plain)) == read(xes.read(packed))
    moment = int(datetime(2025, 9, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
    assert read(xes.read(plain))[0] == [ReadEvent("支1", "申请", "甲", "", "", moment)]


def test_every_fault_of_an_event_is_counted_and_placed(tmp_path: Path) -> None:
    good = "2025-09-01T09:00:00+08:00"
    log = log_of(
        tmp_path,
        trace(
            "支1",
            step("申请", good),
            step("申请", good),
            step("审核", ""),
            step("审核", "昨天"),
            step("", good),
        ),
        trace("", step("申请", good)),
        trace("支2", step("申请", good, ""), step("审核", good), step("放行", "0001-01-01T00:00:00+08:00")),
    )
    events, faults = read(log)
    assert [(each.object, each.type) for each in events] == [
        ("支1", "申请"),
        ("支2", "申请"),
        ("支2", "审核"),
    ]
    assert faults == {
        "duplicate": 1, "no_time": 1, "bad_time": 1, "no_type": 1, "no_object": 1, "no_person": 1, "equal_times": 1, "odd_time": 1
    }  # fmt: skip
    assert (log.account.read, log.account.used, log.account.set_aside) == (9, 3, 6)
    assert log.account.faults["bad_time"].examples == ["第1行: 昨天"]
    assert all(str(fault.remedy) for fault in log.account.faults.values())


def test_times_of_several_zones_are_one_moment_and_said(tmp_path: Path) -> None:
    log = log_of(
        tmp_path,
        trace(
            "支1", step("申请", "2025-09-01T09:00:00+08:00"), step("审核", "2025-09-01T02:00:00Z"), step("放行", "2025-09-01T11:00:00")
        ),
    )  # fmt: skip
    events, faults = read(log)
    assert [(each.at - events[0].at) // 3_600_000_000 for each in events] == [0, 1, 2]
    assert faults == {"no_zone": 1, "mixed_zones": 1}


def test_summer_and_winter_time_of_one_place_are_no_fault(tmp_path: Path) -> None:
    summer, winter = step("申请", "2025-07-01T09:00:00+02:00"), step("审核", "2025-12-01T09:00:00+01:00")
    assert read(log_of(tmp_path, trace("1", summer, winter)))[1] == {}


def test_only_completions_count_where_a_log_has_them(tmp_path: Path) -> None:
    def stage(name: str) -> str:
        return f'<string key="lifecycle:transition" value="{name}"/>'

    both = trace(
        "1",
        step("申请", "2025-09-01T09:00:00Z", more=stage("start")),
        step("申请", "2025-09-01T10:00:00Z", more=stage("complete")),
        step("审核", "2025-09-01T11:00:00Z", more=stage("suspend")),
    )
    events, faults = read(log_of(tmp_path, both))
    assert (len(events), faults) == (1, {"other_stage": 2})
    starts = trace("1", step("申请", "2025-09-01T09:00:00Z", more=stage("start")))
    assert len(read(log_of(tmp_path, starts))[0]) == 1


def test_a_file_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    place = tmp_path / "log.xes"
    place.write_text(
        "<log>" + trace("支1", step("申请", "2025-09-01T09:00:00Z")) + "<trace><event", encoding="utf-8"
    )
    events, faults = read(xes.read(place))
    assert (len(events), faults) == (1, {"broken_end": 1})


@pytest.mark.parametrize(
    "text",
    ["", "keine Ahnung", "<html></html>", '<!DOCTYPE log [<!ENTITY a "b">]><log>&a;</log>', "<log><trace"],
)
def test_what_is_no_log_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    place = tmp_path / "log.xes"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(BadLog):
        read(xes.read(place))


def test_attributes_of_a_case_are_kept_and_nested_ones_passed_over(tmp_path: Path) -> None:
    nested = '<string key="科室" value="一"><string key="里" value="二"/></string><list key="单"><string key="内" value="三"/></list>'
    log = log_of(tmp_path, trace("1", nested, step("申请", "2025-09-01T09:00:00Z")))
    read(log)
    assert log.attributes == {"科室": {"1": "一"}}


def test_a_table_finds_its_columns_by_usual_names_in_either_language(tmp_path: Path) -> None:
    chinese = csv_log(tmp_path, "事项编号;环节;办结时间;经办人;金额\n支1;申请;2025-09-01 09:00;甲;300\n")
    assert [each[:3] for each in read(chinese)[0]] == [("支1", "申请", "甲")]
    assert chinese.attributes == {"金额": {"支1": "300"}}
    told = csv_log(tmp_path, "a,b,c\n支1,申请,2025-09-01T09:00:00Z\n", case="a", activity="b", time="c")
    assert len(read(told)[0]) == 1


@pytest.mark.parametrize(
    ("text", "columns", "word"),
    [
        ("", {}, "空"),
        ("a,b\n1,2\n", {}, "--columns case="),
        (HEAD, {"farbe": "x"}, "farbe"),
        (HEAD, {"post": "岗位"}, "岗位"),
    ],
)
def test_a_table_without_its_columns_says_which_there_are(
    tmp_path: Path, text: str, columns: dict[str, str], word: str
) -> None:
    with pytest.raises(BadLog, match=word):
        read(csv_log(tmp_path, text, **columns))


def test_a_table_in_gb18030_with_rare_characters_is_read(tmp_path: Path) -> None:
    place = tmp_path / "log.csv"
    place.write_bytes((HEAD + "支1,申请,2025-09-01T09:00:00+08:00,𠮷田㐂\n").encode("gb18030"))
    assert read(table.read(place))[0][0].person == "𠮷田㐂"


def test_forty_columns_and_short_lines_are_no_trouble(tmp_path: Path) -> None:
    head = HEAD.strip() + "".join(f",k{n}" for n in range(40)) + "\n"
    log = csv_log(
        tmp_path,
        head
        + "1,申请,2025-09-01T09:00:00Z,甲\n2,申请\n"
        + "3,申请,2025-09-01T09:00:00Z,甲"
        + ",v" * 40
        + "\n",
    )
    events, faults = read(log)
    assert (len(events), faults) == (2, {"no_time": 1})
    assert len(log.attributes) == 40


OCEL = {
    "objectTypes": [{"name": "payment", "attributes": []}, {"name": "person", "attributes": []}],
    "eventTypes": [{"name": "申请", "attributes": []}],
    "objects": [
        {"id": "支1", "type": "payment", "attributes": [{"name": "amount", "time": "1970-01-01T00:00:00Z", "value": "300"}]},
        {"id": "甲", "type": "person"},
    ],
    "events": [
        {
            "id": "e1", "type": "申请", "time": "2025-09-01T09:00:00Z", "attributes": [{"name": "post", "value": "经办"}],
            "relationships": [{"objectId": "支1", "qualifier": "of"}, {"objectId": "甲", "qualifier": "by"}, {"objectId": "无", "qualifier": "x"}],
        }
    ],
}  # fmt: skip


def test_ocel_json_is_read_by_one_kind_of_object_with_its_persons(tmp_path: Path) -> None:
    place = tmp_path / "log.json"
    place.write_text(json.dumps(OCEL), encoding="utf-8")
    log = ocel.read(place)
    events, faults = read(log)
    assert [(each.object, each.type, each.person, each.post) for each in events] == [
        ("支1", "申请", "甲", "经办")
    ]
    assert faults == {"unknown_object": 1}
    assert log.attributes == {"amount": {"支1": "300"}}
    with pytest.raises(BadLog, match="payment"):
        ocel.read(place, "tender")


def test_ocel_in_sqlite_reads_as_its_json(tmp_path: Path) -> None:
    place = tmp_path / "log.sqlite"
    connection = sqlite3.connect(place)
    connection.executescript(
        """
        CREATE TABLE event_map_type(ocel_type TEXT, ocel_type_map TEXT); CREATE TABLE object_map_type(ocel_type TEXT, ocel_type_map TEXT);
        CREATE TABLE event_object(ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
        CREATE TABLE event_Apply(ocel_id TEXT, ocel_time TEXT, post TEXT);
        CREATE TABLE object_Payment(ocel_id TEXT, ocel_time TEXT, ocel_changed_field TEXT, amount TEXT);
        CREATE TABLE object_Person(ocel_id TEXT, ocel_time TEXT, ocel_changed_field TEXT);
        INSERT INTO event_map_type VALUES ('申请', 'Apply');
        INSERT INTO object_map_type VALUES ('payment', 'Payment'), ('person', 'Person');
        INSERT INTO event_object VALUES ('e1', '支1', 'of'), ('e1', '甲', 'by'), ('e1', '无', 'x');
        INSERT INTO event_Apply VALUES ('e1', '2025-09-01T09:00:00Z', '经办');
        INSERT INTO object_Payment VALUES ('支1', '1970-01-01T00:00:00Z', NULL, '300');
        INSERT INTO object_Person VALUES ('甲', '1970-01-01T00:00:00Z', NULL);
        """
    )
    connection.close()
    other = tmp_path / "log.json"
    other.write_text(json.dumps(OCEL), encoding="utf-8")
    one, two = ocel.read(place), ocel.read(other)
    assert read(one) == read(two)
    assert one.attributes == two.attributes


@settings(max_examples=200)
@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)))
def test_rubbish_is_refused_or_named_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    place = tmp_path_factory.mktemp("rubbish") / "log"
    place.write_bytes(content)
    for reader in (xes.read, table.read, ocel.read):
        try:
            log = reader(place)
            events = list(usable(log, CHINA))
        except BadLog:
            continue
        assert log.account.used == len(events)


@pytest.mark.parametrize("reader", [xes.read, table.read, ocel.read])
def test_a_packed_file_that_breaks_off_at_any_byte_is_refused_or_named(tmp_path: Path, reader: Any) -> None:
    packed = gzip.compress("case,activity,time\n甲,申请,2025-09-01T09:00:00Z\n".encode() * 3)
    for length in range(2, len(packed)):
        place = tmp_path / f"{length}.gz"
        place.write_bytes(packed[:length])
        try:
            log = reader(place)
            list(usable(log, CHINA))
        except BadLog:
            continue
        assert "broken_end" in log.account.faults


def test_a_table_that_is_damaged_in_the_middle_keeps_what_came_before(tmp_path: Path) -> None:
    lines = "".join(f"案{number},申请,2025-09-01T09:{number % 60:02}:00Z\n" for number in range(100_000))
    packed = gzip.compress(("case,activity,time\n" + lines).encode())
    place = tmp_path / "half.csv.gz"
    place.write_bytes(packed[: len(packed) // 2])
    log = table.read(place)
    assert len(list(usable(log, CHINA))) > 10_000
    assert log.account.faults["broken_end"].count == 1


def test_a_cell_without_end_is_named(tmp_path: Path) -> None:
    place = tmp_path / "cell.csv"
    place.write_text(
        'case,activity,time\n甲,申请,2025-09-01T09:00:00Z\n乙,"' + "长" * 200_000, encoding="utf-8"
    )
    log = table.read(place)
    assert len(list(usable(log, CHINA))) == 1
    assert "broken_end" in log.account.faults
