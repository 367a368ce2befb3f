"""Every message has its English, with the same places to fill in."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest

from tests.plugins.messages import used_messages

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "lianjing"
CATALOGUE = PACKAGE / "locale/en/LC_MESSAGES/django.po"
PLACE = re.compile(r"%\((\w+)\)[sd]")


@pytest.fixture(scope="module")
def english() -> gettext.GNUTranslations:
    compiled = CATALOGUE.with_suffix(".mo")
    assert compiled.is_file(), "the catalogue is not compiled: uv sync --reinstall-package lianjing"
    with compiled.open("rb") as file:
        return gettext.GNUTranslations(file)


def test_every_message_has_its_english(english: gettext.GNUTranslations) -> None:
    missing = {
        message: place
        for message, place in used_messages(PACKAGE).items()
        if re.search(r"[\u4e00-\u9fff]", message)
        and english.gettext(message) == message
        and message != "中文"
    }
    named = "\n".join(f"{place}: {message}" for message, place in list(missing.items())[:20])
    assert len(missing) == 0, f"{len(missing)} messages without English, among them:\n{named}"


def test_the_english_fills_in_the_same_places(english: gettext.GNUTranslations) -> None:
    differing = {
        message: english.gettext(message)
        for message in used_messages(PACKAGE)
        if set(PLACE.findall(message)) != set(PLACE.findall(english.gettext(message)))
    }
    assert not differing


def test_no_message_of_the_catalogue_is_fuzzy_or_empty() -> None:
    text = CATALOGUE.read_text("utf-8")
    assert "#, fuzzy" not in text
    assert not re.search(r'msgid "[^"]+"\nmsgstr ""\n(?!")', text)
