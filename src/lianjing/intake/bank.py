"""Reads a bank's statement file (CSV or Excel, GBK or UTF-8): whole and sound, or refused with the line at fault."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _

from lianjing.intake.importing import load_ledger
from lianjing.intake.ledger import Ledger, Limits, shown
from lianjing.intake.mapping import ColumnMapping
from lianjing.intake.rows import Line, type_rows
from lianjing.kernel.declaration import Text
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.batch.ledger import CellKind, Column, LedgerKind, Result, Row, Run, Taken
from lianjing.runtime.parties.numbers import account_digest, plain_code
from lianjing.runtime.payment.bank import IMPORTERS
from lianjing.runtime.payment.statement import StatementLine
from lianjing.runtime.trail.act import Act

SUM_ROWS = ("合计", "总计", "本页合计", "累计")
ACCOUNT_DIGITS = range(8, 31)


def _never(act: Act, row: Row, run: Run) -> Taken:
    """A statement is taken whole, never row by row."""
    raise NotImplementedError


BANK = LedgerKind(
    key="bank",
    label=Text("银行对账单", "Bank statement"),
    verb="bank.import",
    posts=IMPORTERS,
    columns=(
        Column(
            "booked_on",
            Text("交易日期", "Booked on"),
            CellKind.DAY,
            ("记账日期", "入账日期", "记账日", "交易时间", "日期"),
        ),
        Column(
            "bank_ref",
            Text("流水号", "Bank reference"),
            CellKind.CODE,
            ("交易流水号", "银行流水号", "流水", "交易流水"),
        ),
        Column(
            "debit",
            Text("借方", "Debit"),
            CellKind.MONEY,
            ("借方发生额", "借方金额", "支出", "支出金额", "付款金额", "withdrawal"),
        ),
        Column(
            "credit",
            Text("贷方", "Credit"),
            CellKind.MONEY,
            ("贷方发生额", "贷方金额", "收入", "收入金额", "收款金额", "deposit"),
        ),
        Column("balance", Text("余额", "Balance"), CellKind.MONEY, ("账户余额", "当前余额", "本次余额")),
        Column(
            "counterparty_name",
            Text("对方户名", "Counterparty"),
            CellKind.TEXT,
            ("对方名称", "对方单位", "收付方名称", "对方单位名称"),
        ),
        Column(
            "counterparty_account",
            Text("对方账号", "Counterparty account"),
            CellKind.CODE,
            ("对方账户", "收付方账号", "对手账号"),
        ),
        Column("memo", Text("摘要", "Memo"), CellKind.TEXT, ("用途", "附言", "备注", "交易摘要")),
    ),
    requires=(("booked_on",), ("bank_ref",), ("balance",), ("debit", "credit")),
    row_key=lambda row: row.text("bank_ref"),
    take=_never,
)


@dataclass(frozen=True, slots=True)
class BankFile:
    """A statement file as read: its lines in the order of the file, its digest, which header was which column."""

    name: str
    sha256: str
    lines: tuple[StatementLine, ...]
    form: str
    mapping: ColumnMapping


def read_statement(
    path: Path,
    *,
    given: ColumnMapping | None = None,
    sheet: str = "",
    encoding: str = "",
    limits: Limits | None = None,
) -> BankFile:
    """Read a statement; BadInput names the line and column of the first fault: a statement is never half taken."""
    loaded = load_ledger(
        path, kinds=[BANK], kind=BANK.key, given=given, sheet=sheet, encoding=encoding, limits=limits
    )
    ledger = _without_sums(loaded.ledger)
    lines = type_rows(ledger, BANK, loaded.mapping, limits or Limits())
    for line in lines:
        _require_sound(line)
    taken = [_statement_line(line.row) for line in lines if line.row is not None and line.result is None]
    return BankFile(ledger.name, ledger.sha256, tuple(taken), ledger.form, loaded.mapping)


def _without_sums(ledger: Ledger) -> Ledger:
    """Leave out the bank's own sums below the lines."""
    rows = tuple(
        row for row in ledger.rows if not any(shown(cell).startswith(SUM_ROWS) for cell in row.cells[:3])
    )
    return replace(ledger, rows=rows)


def _require_sound(line: Line) -> None:
    if line.result is Result.REJECTED:
        fault = line.faults[0]
        where = f"“{fault.column}”" if fault.column else ""
        raise BadInput(
            _("第%(line)d行%(column)s：%(reason)s；整份文件未导入")
            % {"line": fault.line, "column": where, "reason": fault.reason},
            "file",
        )


def _statement_line(row: Row) -> StatementLine:
    debit, credit = row.amount("debit") or Decimal(0), row.amount("credit") or Decimal(0)
    if (debit and credit) or not (debit or credit):
        raise BadInput(
            _("第%(line)d行的借方和贷方须有且只有一项；整份文件未导入") % {"line": row.line}, "file"
        )
    is_out = debit > 0 or credit < 0  # a negative sum is a reversal: it runs the other way
    booked_on = row.day("booked_on")
    assert booked_on is not None  # required
    return StatementLine(
        place=row.line,
        bank_ref=row.text("bank_ref"),
        booked_on=booked_on,
        direction="out" if is_out else "in",
        amount=abs(debit or credit),
        balance=row.amount("balance"),
        counterparty_name=row.text("counterparty_name"),
        counterparty_hash=_digest(row.text("counterparty_account")),
        memo=row.text("memo"),
    )


def _digest(number: str) -> str:
    """Return the keyed digest of an account number, "" for what is none: the number itself is never kept."""
    plain = plain_code(number)
    is_number = plain.isascii() and plain.isdigit() and len(plain) in ACCOUNT_DIGITS
    return account_digest(plain) if is_number else ""
