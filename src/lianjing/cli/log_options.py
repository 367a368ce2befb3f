"""How a log from elsewhere is to be read, as the command line says it: zone and columns."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput

ZONE = re.compile(r"([+-])(\d{2}):?(\d{2})")


def offset_of(text: str) -> int:
    """Return the minutes from UTC of a zone like +08:00."""
    match = ZONE.fullmatch(text)
    if match is None or int(match[2]) > 14 or int(match[3]) > 59:
        raise BadInput(_("--zone 须写成 +08:00"), "zone")
    minutes = int(match[2]) * 60 + int(match[3])
    return -minutes if match[1] == "-" else minutes


def columns_of(text: str) -> dict[str, str]:
    """Return part → header of PART=HEADER,…"""
    parts = [part.partition("=") for part in text.split(",") if part]
    if any(not mark for _name, mark, _header in parts):
        raise BadInput(_("--columns 须写成 case=列名,activity=列名"), "columns")
    return {name.strip(): header.strip() for name, _mark, header in parts}
