"""The watermark: who reads, with which number, on which day, and that reading is all that is meant."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache

import typst
from django.utils.translation import gettext as _

from lianjing.runtime.org.models import LoginAccount, Person
from lianjing.runtime.zone_mark import ON_PAPER, is_training
from lianjing.web.papers import faces
from lianjing.web.papers.paper import clean

SOURCE = b"""
#let said = json(bytes(sys.inputs.said))
#set page(width: 300pt, height: 190pt, margin: 0pt, fill: none)
#set text(font: said.faces, size: 13pt, fill: rgb(60, 70, 90, 62))
#place(center + horizon, rotate(-24deg, said.text))
"""


def text_of(person: Person, day: date) -> str:
    """Return the words of the watermark for a reader."""
    account = LoginAccount.objects.filter(person=person).only("number").first()
    number = account.number if account is not None else str(person.pk)
    said = f"{clean(person.name)} {number} {day.isoformat()} " + _("仅供查阅")
    return f"{said} {ON_PAPER}" if is_training() else said


@lru_cache(maxsize=256)
def tile(text: str) -> bytes:
    """Return the watermark as a picture to lay over a page; faces.NoChineseFace where nothing could be read on it."""
    said = json.dumps({"text": text, "faces": faces.families()["black"]}, ensure_ascii=False)
    made: bytes = typst.compile(
        SOURCE, format="png", ppi=144, sys_inputs={"said": said}, font_paths=faces.fonts()
    )
    return made
