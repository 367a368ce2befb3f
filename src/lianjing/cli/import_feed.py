"""`lianjing import feed`: a file of a declared feed, whole or not at all."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from lianjing.cli.state import refuse_without_tables
from lianjing.intake.feed_file import file_feed, read_feed
from lianjing.intake.mapping import read_mapping
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import clock
from lianjing.runtime.exchange.filing import take_rows
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.trail.sequencer import sequence_all


def add_to(group: Any, common: argparse.ArgumentParser) -> None:
    """Add `import feed` to the group of imports."""
    command = group.add_parser("feed", parents=[common], help="a list of another authority")
    command.add_argument("feed", metavar="FEED", help="key of the feed: ban_lists")
    command.add_argument("file", metavar="FILE", type=Path, help=".csv or .xlsx")
    command.add_argument(
        "--person", required=True, metavar="NUMBER", help="log-in number of the feed's owner"
    )
    command.add_argument(
        "--reason", default="", metavar="TEXT", help="why an unusual number of rows is right"
    )
    command.add_argument("--mapping", type=Path, metavar="FILE", help="JSON or TOML: header to column")
    command.add_argument("--dry-run", action="store_true", help="read and check, change nothing")
    command.add_argument("--sheet", default="", metavar="NAME", help="sheet of the workbook")
    command.add_argument("--encoding", default="", metavar="NAME", help="encoding of the CSV file")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Import the file and print the counts; 2 and one line where it is refused."""
    refuse_without_tables()
    each, ledger = file_feed(options.feed)
    file = read_feed(
        options.file,
        ledger,
        given=read_mapping(options.mapping) if options.mapping else None,
        sheet=options.sheet,
        encoding=options.encoding,
    )
    result: dict[str, Any] = {
        "rows": len(file.items),
        "read_as": file.form,
        "mapping": dict(file.mapping.columns),
    }
    if not options.dry_run:
        login = LoginAccount.objects.filter(number=options.person, is_active=True).first()
        if login is None:
            raise BadInput(_("没有账号“%(number)s”") % {"number": options.person}, "person")
        taken = take_rows(each, file.items, person_id=login.person_id, now=clock.now(), reason=options.reason)
        sequence_all()
        result |= {"imported": taken.new_count, "updated": taken.changed_count, "warning": taken.fault}
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        counts = {"rows": 0, "imported": 0, "updated": 0, **result}
        print(_("共%(rows)d行：新增%(imported)d，变更%(updated)d") % counts)
    return 0
