"""The added fields of a step as the form of a page: read from JSON, changed row by row, written back as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lianjing.kernel.process.measure import MOST_FIELDS, parse_fields
from lianjing.kernel.process.xml_source import BadSource


@dataclass(frozen=True, slots=True)
class Line:
    """One field as typed: choices one to a line; nothing of it is checked yet."""

    name: str = ""
    label: str = ""
    label_en: str = ""
    kind: str = "text"
    choices: str = ""
    is_required: bool = False
    help: str = ""


def read_lines(text: str) -> list[Line]:
    """Read the fields that are kept; none where there is no text yet."""
    return [
        Line(
            each.name,
            each.label,
            each.label_en,
            each.kind,
            "\n".join(each.choices),
            each.is_required,
            each.help,
        )
        for each in (parse_fields(text) if text else ())
    ]


def posted_lines(given: Mapping[str, str]) -> list[Line]:
    """Read the form back; BadSource for more rows than a form may have."""
    count = given.get("rows", "")
    if not (count.isascii() and count.isdigit()) or int(count[:4]) > MOST_FIELDS:
        raise BadSource("", "补充填报项最多%(most)s个，现有%(count)s个", most=MOST_FIELDS, count=count)
    return [_posted(given, place) for place in range(int(count))]


def _posted(given: Mapping[str, str], place: int) -> Line:
    part = {
        name: given.get(f"{name}-{place}", "").strip()
        for name in ("name", "label", "label_en", "kind", "help")
    }
    choices = "\n".join(
        line.strip() for line in given.get(f"choices-{place}", "").splitlines() if line.strip()
    )
    return Line(
        part["name"],
        part["label"],
        part["label_en"],
        part["kind"],
        choices,
        f"required-{place}" in given,
        part["help"],
    )


def write_lines(lines: list[Line]) -> str:
    """Write the fields as the JSON that `parse_fields` reads; a row without name and label is left out."""
    rows = [_written(line) for line in lines if line.name or line.label]
    return json.dumps({"fields": rows}, ensure_ascii=False, indent=1)


def _written(line: Line) -> dict[str, Any]:
    row: dict[str, Any] = {"name": line.name, "label": line.label, "type": line.kind}
    if line.label_en:
        row["label_en"] = line.label_en
    if line.kind == "choice":
        row["choices"] = line.choices.splitlines()
    if line.is_required:
        row["required"] = True
    if line.help:
        row["help"] = line.help
    return row


def changed_lines(lines: list[Line], act: str) -> list[Line]:
    """Return the rows after "add", "remove:2", "up:2" or "down:2"."""
    verb, _mark, number = act.partition(":")
    place = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else -1
    rows = list(lines)
    match verb:
        case "add" if len(rows) < MOST_FIELDS:
            rows.append(Line())
        case "remove" if 0 <= place < len(rows):
            del rows[place]
        case "up" if 0 < place < len(rows):
            rows[place - 1], rows[place] = rows[place], rows[place - 1]
        case "down" if 0 <= place < len(rows) - 1:
            rows[place + 1], rows[place] = rows[place], rows[place + 1]
    return rows
