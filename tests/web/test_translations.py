"""Every message has its English, with the same places to fill in."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest

from lianjing.kernel.process.graph import parse
from lianjing.runtime import codes
from lianjing.runtime.domains import domains
from lianjing.runtime.installation import standard_posts
from lianjing.runtime.trail.registry import trailed_models
from tests.plugins.messages import used_messages

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "lianjing"
CATALOGUE = PACKAGE / "locale/en/LC_MESSAGES/django.po"
CHINESE = re.compile(r"[\u3400-\u9fff]")
QUOTED = re.compile(r"“[^”]*”")  # an example of what is to be entered stays as it is entered
PLACE = re.compile(r"%\((\w+)\)[sd]")


@pytest.fixture(scope="module")
def english() -> gettext.GNUTranslations:
    compiled = CATALOGUE.with_suffix(".mo")
    assert compiled.is_file(), "the catalogue is not compiled: uv sync --reinstall-package lianjing"
    with compiled.open("rb") as file:
        return gettext.GNUTranslations(file)


def entries() -> dict[str, str]:
    """Return every entry of the catalogue, its context before its message."""
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        found = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in found.items() if isinstance(key, str) and key}


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
    assert not re.search(r"^#,.*\bfuzzy\b", text, re.MULTILINE)
    assert not re.search(r'msgid "[^"]+"\nmsgstr ""\n(?!")', text)


def test_no_message_of_the_catalogue_has_fallen_out_of_use() -> None:
    """Beside what is handed to gettext in place, tables of words are spoken later: their text stands in the source."""
    sources = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.html")]
    spoken = "\n".join(path.read_text("utf-8") for path in sources if "migrations" not in path.parts)
    spoken = re.sub(r'"\s*\n\s*f?"', "", spoken)  # a text over several lines is one
    used = set(used_messages(PACKAGE))
    gone = [each for each in entries() if each not in used and each.rpartition("\x04")[2] not in spoken]
    assert sorted(gone) == []


def test_the_english_of_every_entry_is_english() -> None:
    chinese = {
        message: text
        for message, text in entries().items()
        if CHINESE.search(QUOTED.sub("", text)) and message != "中文"
    }
    assert chinese == {}


def test_every_column_that_a_trace_can_show_has_its_english() -> None:
    named = {str(model._meta.verbose_name) for model in trailed_models()}
    named |= {str(field.verbose_name) for model in trailed_models() for field in model._meta.concrete_fields}
    assert sorted(each for each in named - set(entries()) if CHINESE.search(each)) == []


def test_every_code_of_every_list_has_its_english() -> None:
    bare = [
        f"{name}.{code}: {en!r}"
        for name, rows in codes.shipped().items()
        for code, (zh, en) in rows.items()
        if not en.strip() or (CHINESE.search(en) and CHINESE.search(zh))
    ]
    assert bare == []


def test_every_step_post_and_procedure_has_its_english() -> None:
    declared = [each.label for domain in domains() for each in domain.procedures]
    declared += [each.label for domain in domains() for each in domain.menu]
    bare = [str(text) for text in declared if not text.en or CHINESE.search(text.en)]
    bare += [key for key, row in standard_posts().items() if not row.get("en") or CHINESE.search(row["en"])]
    processes = list(PACKAGE.rglob("*.bpmn"))
    assert processes
    bare += [
        f"{path.stem}.{task.id}"
        for path in processes
        for task in parse(path.read_bytes()).tasks
        if not task.name_en or CHINESE.search(task.name_en)
    ]
    assert bare == []
