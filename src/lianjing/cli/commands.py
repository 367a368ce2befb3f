"""All commands in one table: name, arguments, the function that runs; one error line for bad input."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from django.db import DatabaseError

from lianjing.cli import (
    backup,
    demo,
    doctor,
    export_ftm,
    export_log,
    export_open,
    flags,
    import_bank,
    import_calendar,
    import_feed,
    import_ledger,
    import_log,
    import_open,
    init,
    login,
    mine,
    new_domain,
    offline,
    scan,
    serve,
    trail,
    trail_log,
    upgrade,
)
from lianjing.kernel.refusal import BadInput, Refusal

MODULES = (
    demo,
    init,
    login,
    serve,
    backup,
    doctor,
    upgrade,
    offline,
    import_ledger,
    export_open,
    mine,
    flags,
    scan,
    new_domain,
    trail,
)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    root = argparse.ArgumentParser(
        prog="lianjing", description="廉镜 Lianjing: public power on line, provably"
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--data", metavar="DIR", default="lianjing-data", help="the data folder (default ./lianjing-data)"
    )
    common.add_argument("--json", action="store_true", help="print the result as JSON")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    groups = {module: module.add_command(commands, common) for module in MODULES}
    import_open.add_commands(groups[import_ledger], common)
    import_bank.add_to(groups[import_ledger], common)
    import_calendar.add_to(groups[import_ledger], common)
    import_feed.add_to(groups[import_ledger], common)
    import_log.add_to(groups[import_ledger], common)
    trail_log.add_export(groups[export_open], common)
    export_ftm.add_to(groups[export_open], common)
    export_log.add_to(groups[export_open], common)
    return root


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return the exit code."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (BadInput, Refusal) as error:
        print(f"lianjing: {error}", file=sys.stderr)
    except DatabaseError as error:
        print(f"lianjing: 数据库不可用：{str(error).strip().splitlines()[0]}", file=sys.stderr)
    except OSError as error:
        print(f"lianjing: {error.strerror or error}: {error.filename or ''}", file=sys.stderr)
    except KeyboardInterrupt:
        print("lianjing: 已中断", file=sys.stderr)
        return 130
    return 2
