"""A bank's statement file through reading, the command line and the register."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from lianjing.cli import import_bank
from lianjing.cli.commands import run
from lianjing.intake.bank import read_statement
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.org.models import Unit
from lianjing.runtime.parties.numbers import account_digest
from lianjing.runtime.parties.services import open_account
from lianjing.runtime.payment.models import BankLine, BankStatement
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.models import Event

pytestmark = pytest.mark.django_db
HEAD = "交易日期,流水号,借方,贷方,余额,对方户名,对方账号,摘要"
ROWS = (
    "2025-09-01,L1,,1000000.00,1000000.00,市财政局,9900000000000000001,拨款",
    '2025-09-01,L2,"400,000.00",,600000.00,某公司,9900 0000 0000 0000 101,工程款',
)
OWN = "9900000000000000900"


def csv(folder: Path, *rows: str, head: str = HEAD, name: str = "a.csv", encoding: str = "utf-8") -> Path:
    place = folder / name
    place.write_bytes("\n".join((head, *rows)).encode(encoding) + b"\n")
    return place


def test_both_ways_of_writing_a_statement_are_read(tmp_path):
    file = read_statement(csv(tmp_path, *ROWS, "合计,,400000.00,1000000.00,,,,", encoding="gb18030"))
    assert [(each.bank_ref, each.direction, each.amount) for each in file.lines] == [
        ("L1", "in", Decimal("1000000.00")),
        ("L2", "out", Decimal("400000.00")),
    ]
    assert file.lines[1].counterparty_hash == account_digest("9900000000000000101")
    assert (file.lines[1].place, file.lines[1].booked_on) == (3, date(2025, 9, 1))
    other = csv(
        tmp_path,
        "2025/9/1,L2,支付,400000,,600000",
        head="记账日期,交易流水号,用途,支出金额,收入金额,账户余额",
        name="b.csv",
    )
    assert [each.amount for each in read_statement(other).lines] == [Decimal("400000.00")]


def test_a_workbook_is_read_too(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["某银行账户明细"])
    sheet.write_row(1, 0, HEAD.split(","))
    sheet.write_row(2, 0, ["20250901", "L2", 400000, None, 600000, "某公司", "9900000000000000101", "工程款"])
    book.close()
    (only,) = read_statement(tmp_path / "a.xlsx").lines
    assert (only.direction, only.amount, only.balance) == ("out", 400000, 600000)


@pytest.mark.parametrize(
    "row",
    [
        "2025-13-01,L3,1,,1,,,",
        "2025-09-01,,1,,1,,,",
        "2025-09-01,L3,1,,,,,",
        "2025-09-01,L3,,,1,,,",
        "2025-09-01,L3,1,2,1,,,",
        "2025-09-01,L3,abc,,1,,,",
    ],
)
def test_one_faulty_line_refuses_the_whole_file_and_is_named(tmp_path, row):
    with pytest.raises(BadInput) as caught:
        read_statement(csv(tmp_path, *ROWS, row))
    assert "4" in str(caught.value.message)


def test_a_file_without_the_columns_of_a_statement_is_refused(tmp_path):
    with pytest.raises(BadInput):
        read_statement(csv(tmp_path, "1,2", head="甲,乙"))


@pytest.fixture
def own(zone, monkeypatch):
    monkeypatch.setattr(import_bank, "refuse_without_tables", lambda: None)
    unit = Unit.objects.get(code="CON")
    with recorded("parties.account", chain=f"unit:{unit.pk}", actor=SYSTEM, now=zone.now) as act:
        return open_account(act, holder=f"unit:{unit.pk}", holder_name=unit.name, account_no=OWN)


def bank(place: Path, capsys, *more: str) -> tuple[int, dict]:
    code = run(["import", "bank", str(place), "--account", OWN, "--person", "20203", "--json", *more])
    out = capsys.readouterr()
    return code, json.loads(out.out) if code == 0 else {"error": out.err}


def test_a_statement_is_taken_once(own, tmp_path, capsys):
    place = csv(tmp_path, *ROWS)
    assert bank(place, capsys, "--dry-run")[1]["imported"] == 0
    assert BankStatement.objects.count() == 0
    code, told = bank(place, capsys)
    assert (code, told["rows"], told["imported"], told["rejected"]) == (0, 2, 2, 0)
    code, told = bank(place, capsys)
    assert (code, told["imported"], told["unchanged"]) == (0, 0, 2)
    # the next day's file repeats the last line and goes on
    more = csv(tmp_path, ROWS[1], "2025-09-01,L3,100000,,500000,某公司,,费", name="more.csv")
    code, told = bank(more, capsys)
    assert (code, told["imported"], told["unchanged"]) == (0, 1, 1)
    assert BankLine.objects.count() == 3 and BankStatement.objects.count() == 2
    assert BankLine.objects.get(bank_ref="L2").balance == 600000


def test_a_wrong_balance_takes_nothing_in_and_is_on_record(own, tmp_path, capsys):
    code, told = bank(csv(tmp_path, *ROWS, "2025-09-01,L3,100,,599000,,,"), capsys)
    assert code == 2 and "4" in told["error"]
    assert not BankLine.objects.exists() and not BankStatement.objects.exists()
    refused = Event.objects.get(refused_rule="bank.balance")
    assert refused.clause == "zone_funds#18"


def test_a_missing_day_a_changed_line_and_a_stranger_are_refused(own, tmp_path, capsys):
    assert bank(csv(tmp_path, *ROWS), capsys)[0] == 0
    gap = csv(tmp_path, "2025-09-01,L9,100,,499900,,,", name="gap.csv")
    assert bank(gap, capsys)[0] == 2
    changed = csv(tmp_path, "2025-09-01,L2,400001,,599999,,,", name="changed.csv")
    assert bank(changed, capsys)[0] == 2
    rules = set(Event.objects.filter(is_refused=True).values_list("refused_rule", flat=True))
    assert {"bank.gap", "bank.line_changed"} <= rules
    place = str(csv(tmp_path, *ROWS, name="x.csv"))
    assert run(["import", "bank", place, "--account", OWN, "--person", "20202"]) == 2  # the maker may not
    assert run(["import", "bank", place, "--account", "9900000000000000999", "--person", "20203"]) == 2
    capsys.readouterr()


def test_days_without_any_line_are_covered_by_their_file(own, tmp_path, capsys):
    code, told = bank(csv(tmp_path, *ROWS), capsys, "--from", "2025-08-30", "--to", "2025-09-01")
    assert code == 0, told
    empty = csv(tmp_path, name="empty.csv")
    assert bank(empty, capsys)[0] == 2
    row = BankStatement.objects.get()
    assert (row.from_on, row.to_on, row.opening, row.closing) == (
        date(2025, 8, 30),
        date(2025, 9, 1),
        0,
        600000,
    )
