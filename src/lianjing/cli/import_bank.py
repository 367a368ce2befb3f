"""`lianjing import bank`: a bank's statement of one own account, whole or not at all."""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from lianjing.cli.state import refuse_without_tables
from lianjing.intake.bank import BankFile, read_statement
from lianjing.intake.mapping import read_mapping
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import clock
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.parties.models import Account
from lianjing.runtime.parties.queries import accounts_with_number
from lianjing.runtime.payment.bank import Intake, take_statement
from lianjing.runtime.payment.statement import check_balances, oldest_first
from lianjing.runtime.trail.sequencer import sequence_all


def add_to(group: Any, common: argparse.ArgumentParser) -> None:
    """Add `import bank` to the group of imports."""
    command = group.add_parser("bank", parents=[common], help="a bank statement of an own account")
    command.add_argument("file", metavar="FILE", type=Path, help=".csv or .xlsx")
    command.add_argument("--account", required=True, metavar="NO", help="number of the own account")
    command.add_argument("--person", required=True, metavar="NUMBER", help="log-in number of the checker")
    command.add_argument("--from", dest="first", metavar="DAY", help="first day that the file covers")
    command.add_argument("--to", dest="last", metavar="DAY", help="last day that the file covers")
    command.add_argument("--mapping", type=Path, metavar="FILE", help="JSON or TOML: header to column")
    command.add_argument("--dry-run", action="store_true", help="read and check the balance, change nothing")
    command.add_argument("--sheet", default="", metavar="NAME", help="sheet of the workbook")
    command.add_argument("--encoding", default="", metavar="NAME", help="encoding of the CSV file")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Import the statement and print the counts; 2 and one line where it is refused."""
    refuse_without_tables()
    account, person_id = _account(options.account), _person(options.person)
    file = read_statement(
        options.file,
        given=read_mapping(options.mapping) if options.mapping else None,
        sheet=options.sheet,
        encoding=options.encoding,
    )
    if options.dry_run:
        if file.lines:
            check_balances(oldest_first(file.lines))
        _print(_result(file, None), as_json=options.json)
        return 0
    taken = take_statement(
        account_id=account.pk,
        lines=file.lines,
        sha256=file.sha256,
        person_id=person_id,
        now=clock.now(),
        from_on=_day(options.first),
        to_on=_day(options.last),
        channel="import",
    )
    sequence_all()
    _print(_result(file, taken), as_json=options.json)
    return 0


def _account(number: str) -> Account:
    found = accounts_with_number(number).filter(holder_kind="unit").first()
    if found is None:
        raise BadInput(_("没有这个本方账户，请核对账号"), "account")
    return found


def _person(number: str) -> int:
    login = LoginAccount.objects.filter(number=number, is_active=True).first()
    if login is None:
        raise BadInput(_("没有账号“%(number)s”") % {"number": number}, "person")
    return login.person_id


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(_("日期应写作2025-03-06"), "from") from error


def _result(file: BankFile, taken: Intake | None) -> dict[str, Any]:
    return {
        "rows": len(file.lines),
        "imported": taken.imported if taken else 0,
        "updated": taken.merged if taken else 0,
        "unchanged": taken.unchanged if taken else 0,
        "rejected": 0,
        "matched": taken.matched if taken else 0,
        "report": "",
        "dry_run": taken is None,
        "read_as": file.form,
        "mapping": dict(file.mapping.columns),
    }


def _print(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
        return
    print(
        _("共%(rows)d笔：新增%(imported)d，与回单合并%(updated)d，未变%(unchanged)d，匹配支付令%(matched)d")
        % result
    )
