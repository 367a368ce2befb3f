"""`lianjing import calendar`: the working days of a year from the yearly notice, proposed for a second person."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from lianjing.cli.state import refuse_without_tables
from lianjing.intake.working_days import read_year
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import clock
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.process.closures import propose_notice
from lianjing.runtime.trail.sequencer import sequence_all


def add_to(group: Any, common: argparse.ArgumentParser) -> None:
    """Add `import calendar` to the group of imports."""
    command = group.add_parser("calendar", parents=[common], help="the working days of a year")
    command.add_argument("file", metavar="FILE", type=Path, help=".csv or .xlsx: day, kind, name")
    command.add_argument("--year", required=True, type=int, metavar="YEAR", help="the year of the notice")
    command.add_argument("--source", required=True, metavar="TEXT", help="the notice, with its number")
    command.add_argument("--person", required=True, metavar="NUMBER", help="log-in number of the proposer")
    command.add_argument("--sheet", default="", metavar="NAME", help="sheet of the workbook")
    command.add_argument("--encoding", default="", metavar="NAME", help="encoding of the CSV file")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Propose the year and print its number; 2 and one line where it is refused."""
    refuse_without_tables()
    login = LoginAccount.objects.filter(number=options.person, is_active=True).first()
    if login is None:
        raise BadInput(_("没有账号“%(number)s”") % {"number": options.person}, "person")
    file = read_year(options.file, sheet=options.sheet, encoding=options.encoding)
    notice = propose_notice(
        year=options.year,
        rows=file.rows,
        source=options.source,
        file_name=file.name,
        person_id=login.person_id,
        now=clock.now(),
    )
    sequence_all()
    if options.json:
        print(json.dumps({"notice": notice.pk, "year": notice.year, "days": len(file.rows)}))
    else:
        print(
            _("%(year)s年工作日安排已提出，共%(days)s天，由另一人在工作日历页面审定")
            % {"year": notice.year, "days": len(file.rows)}
        )
    return 0
