"""One scan from tables to findings: what fails stops no other, and the same scan again adds nothing."""

from __future__ import annotations

import dataclasses
import os
import signal
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lianjing.analysis.engine.duck import DuckBeside, DuckEngine
from lianjing.analysis.engine.engine import Answer, EngineFailed, Value
from lianjing.analysis.indicator.library import chosen, library
from lianjing.analysis.indicator.scan import lake_of, scan
from lianjing.analysis.lake.quality import quality
from lianjing.analysis.lake.source import shared_snapshot
from lianjing.runtime.finding.assigning import chiefs, group_of
from lianjing.runtime.finding.models import Finding, FindingSeen, Indicator, IndicatorRun
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.message.models import Message, MessageDelivery
from lianjing.runtime.org.models import Unit
from lianjing.runtime.parameter.models import Parameter
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.sequencer import sequence_all
from lianjing.runtime.trail.stamp import renew

NOW = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)


class Failing(DuckEngine):
    """DuckDB that dies at every second question."""

    asked = 0

    def ask(self, sql: str, parameters: Mapping[str, Value]) -> Answer:
        self.asked += 1
        if "f_reason" in sql:
            raise EngineFailed("died")
        return super().ask(sql, parameters)


@pytest.fixture
def engine() -> Iterator[Failing]:
    engine = Failing(memory="200MB", threads=1)
    yield engine
    engine.close()


@pytest.fixture
def payment(zone: Any) -> PaymentApplication:
    with recorded("matter.open", chain="installation:1", actor=SYSTEM, now=NOW) as act:
        unit = Unit.objects.order_by("id")[0]
        matter = Matter(domain="works", kind="payment", code="澜付1", title="付款", unit=unit)
        matter.opened_on = date(2026, 4, 1)
        act.save(matter)
        row = PaymentApplication(matter=matter, domain="works", kind="progress", amount=Decimal("5.00"))
        row.is_payee_sme, row.due_on, row.status = True, date(2026, 5, 4), "in_review"
        act.save(row)
    sequence_all()
    return row


def test_a_scan_keeps_what_it_finds_once_and_names_what_failed(
    payment: PaymentApplication, engine: Failing, tmp_path: Path
) -> None:
    lake = lake_of(tmp_path, shared_snapshot(), engine, now=NOW)
    indicators = [*chosen("M-C11"), *chosen("M-C12")]
    first = scan(lake, engine, indicators, now=NOW)
    assert [(each.code, len(each.found), each.new, bool(each.fault)) for each in first.outcomes] == [
        ("M-C11", 1, 1, False),
        ("M-C12", 0, 0, True),
    ]
    (row,) = Finding.objects.all()
    assert (
        row.subject == f"payment_application:{payment.pk}" and "逾期27日" in row.explanation
    )  # the fourth of May is a holiday: due on the sixth
    again = scan(lake, engine, indicators, now=NOW)
    assert again.outcomes[0].new == 0 and Finding.objects.count() == 1
    assert scan(lake, engine, chosen("M-C11"), now=NOW, is_kept=False).outcomes[0].new == 0


def test_every_indicator_of_the_library_runs_in_a_founded_zone(
    payment: PaymentApplication, tmp_path: Path
) -> None:
    engine = DuckEngine(memory="400MB", threads=1)
    try:
        lake = lake_of(tmp_path, shared_snapshot(), engine, now=NOW)
        done = scan(lake, engine, library(), now=NOW)
    finally:
        engine.close()
    assert {each.code: each.fault for each in done.failed} == {}
    ran = {each.code for each in done.outcomes if not each.awaits}
    assert ran == set(Indicator.objects.filter(run__isnull=False).values_list("code", flat=True))


@pytest.mark.covers("R3")
def test_a_late_payment_warns_those_who_supervise_its_unit_and_one_in_time_nobody(
    payment: PaymentApplication, engine: Failing, tmp_path: Path
) -> None:
    def told() -> set[int]:
        return set(
            MessageDelivery.objects.filter(message__kind="finding").values_list("person_id", flat=True)
        )

    in_time = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)  # the last day, moved by the holidays
    lake = lake_of(tmp_path / "before", shared_snapshot(), engine, now=in_time)
    scan(lake, engine, chosen("M-C11"), now=in_time)
    assert not Finding.objects.exists() and told() == set()
    lake = lake_of(tmp_path / "after", shared_snapshot(), engine, now=NOW)
    scan(lake, engine, chosen("M-C11"), now=NOW)
    row = Finding.objects.get()
    assert (row.matter_id, row.severity) == (payment.matter_id, "orange")
    group = group_of(payment.matter.unit_id)
    assert told() == set(chiefs(group, NOW.date())) != set()
    (text,) = Message.objects.filter(kind="finding").values_list("text", flat=True)
    assert "逾期27日" in text


def test_an_indicator_whose_figure_nobody_has_set_waits_for_it_and_has_not_failed(
    payment: PaymentApplication, engine: Failing, tmp_path: Path
) -> None:
    lake = lake_of(tmp_path, shared_snapshot(), engine, now=NOW)
    first = scan(lake, engine, chosen("M-T29"), now=NOW)
    (outcome,) = first.outcomes
    assert "轮流中标检验水平" in outcome.awaits and not outcome.fault and first.failed == []
    assert Indicator.objects.filter(code="M-T29").exists() and not IndicatorRun.objects.exists()
    Parameter.objects.filter(key="indicator.m_t29.run_test_p").update(value_number=Decimal("0.05"))
    renew()
    assert scan(lake, engine, chosen("M-T29"), now=NOW).outcomes[0].awaits == ""
    assert IndicatorRun.objects.get().indicator.code == "M-T29"


class Killed(DuckBeside):
    """DuckDB in a process of its own that is killed in the middle of the questions about retained sums, once."""

    is_killed = False

    def ask(self, sql: str, parameters: Mapping[str, Value]) -> Answer:
        if "f_reason" in sql and not self.is_killed:
            self.is_killed = True
            os.kill(self.process_id or 0, signal.SIGKILL)
        return super().ask(sql, parameters)


def test_an_engine_killed_in_the_middle_leaves_what_was_found_and_the_next_scan_goes_on(
    payment: PaymentApplication, tmp_path: Path
) -> None:
    indicators = [*chosen("M-C11"), *chosen("M-C12"), *chosen("M-C20")]
    killed = Killed(memory="200MB", threads=1)
    try:
        lake = lake_of(tmp_path, shared_snapshot(), killed, now=NOW)
        assert scan(lake, killed, chosen("M-C11"), now=NOW).outcomes[0].new == 1
        (row,) = Finding.objects.all()
        stood = (row.state, row.evidence_sha256, Finding.objects.count())
        first = scan(lake, killed, indicators, now=NOW)
        assert [each.code for each in first.failed] == ["M-C12"]
        assert "ended in the middle (exit code -9)" in first.failed[0].fault
        row.refresh_from_db()
        assert (row.state, row.evidence_sha256, Finding.objects.count()) == stood
        assert not FindingSeen.objects.get(finding=row).is_gone
        ran = {each.indicator.code for each in IndicatorRun.objects.select_related("indicator")}
        assert ran == {"M-C11", "M-C20"}
        assert scan(lake, killed, indicators, now=NOW).failed == []
        assert IndicatorRun.objects.count() == 3 and Finding.objects.count() == 1
    finally:
        killed.close()


def test_the_quality_report_names_every_field_that_an_indicator_reads(
    payment: PaymentApplication, engine: Failing, tmp_path: Path
) -> None:
    lake = lake_of(tmp_path, shared_snapshot(), engine, now=NOW)
    report: dict[str, Any] = quality(lake, engine, chosen("M-C11"))
    fields = {each["field"]: each for each in report["fields"]}
    assert report["rows"]["payment_application"] == 1
    assert fields["payment_application.due_day"]["coverage"] == 1.0
    assert fields["payment_application.due_day"]["indicators"] == ["M-C11"]
    assert fields["payment_order.paid_day"]["coverage"] is None
    assert dataclasses.is_dataclass(lake)
