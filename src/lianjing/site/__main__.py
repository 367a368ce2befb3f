"""The command `lianjing`: reads the data folder first, since the settings depend on it, then runs the command."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import django

from lianjing.web.assets import assets_fault

DEFAULT_DATA = "lianjing-data"


def data_folder(arguments: Sequence[str]) -> str:
    """Return the value of --data, in either spelling, else LIANJING_DATA, else the default."""
    for place, argument in enumerate(arguments):
        if argument == "--data" and place + 1 < len(arguments):
            return arguments[place + 1]
        if argument.startswith("--data="):
            return argument.removeprefix("--data=")
    return os.environ.get("LIANJING_DATA", DEFAULT_DATA)


def main() -> None:
    """Run one command; the exit code is 0, 1 for a finding, 2 for bad input or usage."""
    arguments = sys.argv[1:]
    os.environ["LIANJING_DATA"] = str(Path(data_folder(arguments)).absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianjing.site.settings")
    if arguments and arguments[0] == "demo":
        os.environ["LIANJING_DEMONSTRATION"] = "1"
    if (Path(os.environ["LIANJING_DATA"]) / "demonstration").exists():
        os.environ["LIANJING_DEMONSTRATION"] = "1"
    if "--training" in arguments or (Path(os.environ["LIANJING_DATA"]) / "training").exists():
        os.environ["LIANJING_TRAINING"] = "1"
    if any(argument.partition("=")[0] == "--tls-cert" for argument in arguments):
        os.environ["LIANJING_HTTPS"] = "1"
    if arguments and arguments[0] in ("demo", "serve") and (fault := assets_fault()):
        sys.stderr.write(f"lianjing: {fault}\n")
        sys.exit(2)
    django.setup()
    sys.exit(import_module("lianjing.cli.commands").run(arguments))


if __name__ == "__main__":
    main()
