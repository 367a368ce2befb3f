"""The templates keep to what the strict policy allows, and draw only icons that are shipped."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lianjing.runtime.domains import domains
from lianjing.web.context import MENU

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "src/lianjing").rglob("templates/**/*.html"))


def sprite() -> set[str]:
    text = (ROOT / "src/lianjing/web/static/vendor/icons.svg").read_text("utf-8")
    return set(re.findall(r'<symbol id="([^"]+)"', text))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_inline_code_or_style(template: Path) -> None:
    text = re.sub(r"{%\s*comment\s*%}.*?{%\s*endcomment\s*%}", "", template.read_text("utf-8"), flags=re.S)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", text), template
    assert not re.search(r"""(?:src|href|action)=["']https?://""", text), template


def test_every_icon_that_a_page_draws_is_in_the_sprite() -> None:
    drawn = {
        name for path in TEMPLATES for name in re.findall(r'{%\s*icon\s+"([^"]+)"', path.read_text("utf-8"))
    } | {name for path in TEMPLATES for name in re.findall(r'icon_name="([^"]+)"', path.read_text("utf-8"))}
    menus = {group.icon for group in MENU} | {entry.icon for domain in domains() for entry in domain.menu}
    assert (drawn | menus) - sprite() == set()
