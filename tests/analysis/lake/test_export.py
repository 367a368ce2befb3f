"""The export: typed rows and features, incremental equal to full, a crash in the middle, nobody waits."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from lianjing.analysis.lake import export as exporting
from lianjing.analysis.lake.export import Lake, export, opened
from lianjing.analysis.lake.schema import schema
from lianjing.analysis.lake.source import Snapshot, shared_snapshot
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Unit
from lianjing.runtime.parties.models import Enterprise, Ownership
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.sequencer import sequence_all

NOW = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)  # half past midnight of the 3rd in the office's own time


def enter(*rows: Any, now: datetime = NOW) -> None:
    with recorded("enterprise.register", chain="installation:1", actor=SYSTEM, now=now) as act:
        for row in rows:
            act.save(row)


@pytest.fixture
def firm(db: None) -> Enterprise:
    row = Enterprise(
        name="婺澜（集团）砼固建设有限公司", phone="+86 139-0000-1234", registered_on=date(2020, 1, 2)
    )
    enter(row)
    enter(Ownership(enterprise=row, owner_name="竺澄", share_ratio=Decimal("0.53"), interest="shareholding"))
    return row


def made(folder: Path, *, is_full: bool = False, now: datetime = NOW) -> Lake:
    with shared_snapshot() as snapshot:
        return export(folder, snapshot, now=now, is_full=is_full).lake


def rows(lake: Lake, table: str) -> list[dict[str, Any]]:
    found = [row for path in lake.paths(table) for row in pq.read_table(path).to_pylist()]
    return sorted(found, key=lambda row: str(row))


def everything(lake: Lake) -> dict[str, list[dict[str, Any]]]:
    return {name: rows(lake, name) for name, table in schema().tables.items() if not table.step}


def test_money_days_shares_and_features_are_typed_at_export(firm: Enterprise, tmp_path: Path) -> None:
    unit = Unit(code="u1", name="澜经建", kind="bureau", level="zone")
    enter(unit)
    matter = Matter(domain="works", kind="contract", code="澜经合1", title="合同", unit=unit)
    matter.opened_on = date(2026, 3, 1)
    enter(matter)
    enter(
        Contract(
            matter=matter,
            domain="works",
            project=matter,
            amount=Decimal("4099120.34"),
            signed_on=date(2025, 5, 7),
        )
    )
    sequence_all()
    lake = made(tmp_path)
    (contract,) = rows(lake, "contract")
    assert (contract["id"], contract["amount_fen"], contract["signed_day"]) == (
        str(matter.pk),
        409912034,
        20215,
    )
    assert contract["provisional_fen"] is None and contract["code"] == ""
    (share,) = rows(lake, "ownership")
    assert share["share_ratio"] == 0.53 and share["enterprise_id"] == str(firm.pk)
    (row,) = rows(lake, "enterprise")
    assert row["name_norm"] == "婺澜集团砼固建设有限公司" and row["name_core"] == "婺澜砼固"
    assert row["name_pinyin"].startswith("wu lan") and "砼固" in row["name_bigrams"].split()
    assert row["phone_norm"] == "13900001234" and row["registered_day"] == 18263
    assert {each["recorded_day"] for each in rows(lake, "act")} == {
        20515
    }  # the office's own day, not that of UTC


def test_an_incremental_export_equals_a_full_one(firm: Enterprise, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(exporting, "PARTITION", 2)
    sequence_all()
    made(tmp_path / "a")
    for number in range(7):
        enter(Enterprise(name=f"第{number}家"), now=NOW + timedelta(hours=number))
    sequence_all()
    made(tmp_path / "a")
    firm.read_again()
    firm.name = "改名以后"
    enter(firm, now=NOW + timedelta(days=1))
    waiting = made(tmp_path / "a")  # its leaf number is not given yet
    assert any(row["name"] == "改名以后" for row in rows(waiting, "enterprise"))
    sequence_all()
    later = NOW + timedelta(days=2)
    with shared_snapshot() as snapshot:
        part = export(tmp_path / "a", snapshot, now=later)
    assert not part.is_full and part.written["enterprise"] <= 2 and part.written["ownership"] == 0
    full = made(tmp_path / "b", is_full=True, now=later)
    assert everything(part.lake) == everything(full)


def test_an_export_that_dies_leaves_the_lake_as_it_was(
    firm: Enterprise, tmp_path: Path, monkeypatch: Any
) -> None:
    sequence_all()
    before = everything(made(tmp_path))
    enter(Enterprise(name="另一家"))
    sequence_all()

    def die(_snapshot: Snapshot, _since: int) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setitem(exporting.trail_tables.MADE, "act_row", die)
        with pytest.raises(KeyboardInterrupt):
            made(tmp_path)
    held = opened(tmp_path)
    assert held is not None and everything(held) == before
    assert len(rows(made(tmp_path), "enterprise")) == 2
    named = {name for names in (opened(tmp_path) or held).files.values() for name in names}
    assert {f"{path.parent.name}/{path.name}" for path in tmp_path.glob("*/*.parquet")} == named


def test_a_lake_of_another_schema_is_made_anew(firm: Enterprise, tmp_path: Path) -> None:
    sequence_all()
    lake = made(tmp_path)
    place = tmp_path / "manifest.json"
    place.write_text(place.read_text().replace(schema().sha256, "0" * 64))
    assert opened(tmp_path) is None
    with shared_snapshot() as snapshot:
        assert export(tmp_path, snapshot, now=NOW).is_full
    assert opened(tmp_path) == made(tmp_path) or lake.leaf == made(tmp_path).leaf


@pytest.mark.django_db
def test_every_column_of_the_schema_is_a_column_of_ours() -> None:
    for name, table in schema().tables.items():
        if table.is_ours:
            known = exporting.column_types(name)
            taken = {each.source for each in table.columns if each.kind not in {"constant", "leaf"}}
            assert taken <= known.keys(), (name, taken - known.keys())


def test_a_writer_never_waits_for_a_reader_of_the_same_file(tmp_path: Path) -> None:
    place = tmp_path / "trail.sqlite3"
    writer = sqlite3.connect(place, isolation_level=None, timeout=0)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("CREATE TABLE t(x)")
    writer.executemany("INSERT INTO t VALUES (?)", [(number,) for number in range(100)])
    reader = sqlite3.connect(f"file:{place}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
    reader.execute("BEGIN")
    assert reader.execute("SELECT COUNT(*) FROM t").fetchone() == (100,)
    done = threading.Event()

    def write() -> None:
        beside = sqlite3.connect(place, isolation_level=None, timeout=0)
        beside.execute("INSERT INTO t VALUES (1)")
        beside.close()
        done.set()

    threading.Thread(target=write).start()
    assert done.wait(5)
    assert reader.execute("SELECT COUNT(*) FROM t").fetchone() == (100,)  # still its own snapshot
    reader.close()
    writer.close()


@pytest.mark.django_db
def test_a_table_that_awaits_its_domain_is_written_empty_and_kept(tmp_path: Path) -> None:
    lake = made(tmp_path)
    assert schema().tables["ticket"].is_awaited and rows(lake, "ticket") == []
    assert made(tmp_path).files["ticket"] == lake.files["ticket"]
