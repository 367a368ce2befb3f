"""Every command has its heading in the reference, every option its mention there, and none stands there that is gone."""

import argparse
import re
from pathlib import Path

from lianjing.cli.commands import parser
from lianjing.runtime.health.checks import checks

REFERENCE = (Path(__file__).parents[2] / "docs/reference/commands.md").read_text(encoding="utf-8")
COMMON = {"--help", "--data", "--json"}


def commands(command: argparse.ArgumentParser, name: str = "lianjing") -> dict[str, set[str]]:
    inner = [action for action in command._actions if isinstance(action, argparse._SubParsersAction)]
    if not inner:
        options = {
            option
            for action in command._actions
            for option in action.option_strings
            if option.startswith("--")
        }
        return {name: options - COMMON}
    return {
        place: options
        for action in inner
        for word, below in action.choices.items()
        for place, options in commands(below, f"{name} {word}").items()
    }


def sections() -> dict[str, str]:
    parts = re.split(r"^## (.+)$", REFERENCE, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_the_reference_has_exactly_the_commands_that_exist():
    assert set(sections()) == set(commands(parser()))


def test_each_section_names_exactly_the_options_of_its_command():
    for name, options in commands(parser()).items():
        assert set(re.findall(r"--[a-z][a-z-]+", sections()[name])) == options, name


def test_the_section_of_doctor_names_exactly_the_checks_there_are():
    named = re.findall(r"`([a-z_]+)`", sections()["lianjing doctor"].partition("Exits with")[0])
    assert sorted(named) == sorted(check.name for check in checks())
