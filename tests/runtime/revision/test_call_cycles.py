"""A process that comes back to itself by way of others is named at the check, with the way; a chain without end is not."""

from __future__ import annotations

from datetime import date

import pytest

from lianjing.kernel.process.graph import parse
from lianjing.runtime.revision.checks import Draft, _calls
from lianjing.runtime.revision.models import RevisionPart
from tests.runtime.process.errands import FOOT, HEAD, flows, lane


def calling(key: str, called: str) -> str:
    """A process of one step that calls another, or of the step alone."""
    call = f'<callActivity id="sub" name="调用" calledElement="{called}"/>' if called else ""
    middle = ("ask", "sub") if called else ("ask",)
    return (
        HEAD % (key, lane("start", *middle, "end"), "")
        + '<startEvent id="start" name="始"/><userTask id="ask" name="提出"/>'
        + call
        + '<endEvent id="end" name="终"/>'
        + flows("start", *middle, "end")
        + FOOT
    )


def told(chain: dict[str, str]) -> list[str]:
    rows = [RevisionPart(kind="process", key=key, text=calling(key, called)) for key, called in chain.items()]
    draft = Draft(rows, date(2026, 11, 23))
    return [text for _place, text, is_warning in _calls(draft, parse(rows[0].text)) if not is_warning]


@pytest.mark.parametrize(
    ("chain", "way"),
    [
        ({"a": "b", "b": "a"}, "a → b → a"),
        ({"a": "b", "b": "c", "c": "a"}, "a → b → c → a"),
    ],
)
def test_a_way_back_to_the_caller_is_refused_with_the_way(chain: dict[str, str], way: str) -> None:
    (text,) = told(chain)
    assert way in text


@pytest.mark.parametrize("chain", [{"a": "b", "b": "c", "c": ""}, {"a": "b", "b": "c", "c": "b"}])
def test_a_chain_that_does_not_come_back_here_passes(chain: dict[str, str]) -> None:
    assert told(chain) == []
