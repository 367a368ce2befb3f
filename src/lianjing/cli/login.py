"""`lianjing login reset`: the way back in for an administrator who lost every factor."""

from __future__ import annotations

import argparse
import json
from typing import Any

from lianjing.cli.state import refuse_without_tables
from lianjing.runtime import clock
from lianjing.runtime.access.emergency import reset_login


def add_command(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add `login` with its one command."""
    group = commands.add_parser("login", help="accounts that nobody inside can help")
    inner = group.add_subparsers(dest="login_command", required=True, metavar="COMMAND")
    reset = inner.add_parser(
        "reset",
        parents=[common],
        help="a one-time pass-phrase; factors, lock and sessions go; an event stays",
    )
    reset.add_argument("number", help="the account's number")
    reset.add_argument("--reason", required=True, help="why: written to the trail")
    reset.set_defaults(run=run_reset)


def run_reset(options: argparse.Namespace) -> int:
    """Reset an account and print its one-time pass-phrase, once."""
    refuse_without_tables()
    password = reset_login(number=options.number, reason=options.reason, now=clock.now())
    if options.json:
        print(json.dumps({"number": options.number, "password": password}, ensure_ascii=False))
    else:
        print(f"{options.number}  {password}  （口令只显示这一次，首次登录须修改；本操作已留痕）")
    return 0
