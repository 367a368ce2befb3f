"""A decision table as the form of a page: read from DMN XML, changed row by row, written back as DMN XML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from lianjing.kernel.process import xml_source
from lianjing.kernel.process.decision import DMN
from lianjing.kernel.process.xml_source import LIANJING, BadSource, children, own, text

TYPES = ("number", "integer", "string", "boolean", "date")
POLICIES = ("UNIQUE", "FIRST", "COLLECT")
MOST_ROWS, MOST_COLUMNS = 300, 20


@dataclass(frozen=True, slots=True)
class Head:
    """One column: of an input the expression and the values that it can have, of an output its name."""

    label: str
    expression: str
    type: str
    values: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One rule with its cells, inputs first; `id` is what faults and comparisons name."""

    id: str
    cells: tuple[str, ...]
    note: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    key: str
    name: str
    description: str
    policy: str
    inputs: tuple[Head, ...]
    outputs: tuple[Head, ...]
    rows: tuple[Row, ...] = field(default=())


def read_table(xml: str) -> Table:
    """Read a table that `parse_decision` takes; what it ignores (annotations, requirements) is left out."""
    root, _ = xml_source.read(xml)
    decision = next(children(root, "decision"))
    table = next(children(decision, "decisionTable"))
    return Table(
        decision.get("id", ""),
        decision.get("name", ""),
        text(next(children(decision, "description"), None)),
        table.get("hitPolicy", "UNIQUE"),
        tuple(_input(each) for each in children(table, "input")),
        tuple(
            Head(each.get("label", ""), each.get("name", ""), each.get("typeRef", ""), _values(each))
            for each in children(table, "output")
        ),
        tuple(_row(each, place) for place, each in enumerate(children(table, "rule"), 1)),
    )


def _input(element: Element) -> Head:
    expression = next(children(element, "inputExpression"))
    return Head(element.get("label", ""), _text(expression), expression.get("typeRef", ""), _values(element))


def _values(element: Element) -> str:
    return _text(next(children(element, "inputValues", "outputValues"), None))


def _text(element: Element | None) -> str:
    return "" if element is None else text(next(children(element, "text"), None))


def _row(element: Element, place: int) -> Row:
    return Row(
        element.get("id", "") or f"rule_{place}",
        tuple(_text(each) for each in children(element, "inputEntry", "outputEntry")),
        text(next(children(element, "description"), None)),
        own(element, "clause"),
    )


def write_table(table: Table) -> str:
    """Write a table as DMN 1.3; empty rows at the end are left out."""
    root = Element("definitions", {"xmlns": DMN, "xmlns:lj": LIANJING, "id": f"definitions_{table.key}"})
    root.attrib |= {"name": table.name, "namespace": "urn:lianjing:rules"}
    decision = SubElement(root, "decision", {"id": table.key, "name": table.name})
    if table.description:
        SubElement(decision, "description").text = table.description
    body = SubElement(decision, "decisionTable", {"id": f"table_{table.key}", "hitPolicy": table.policy})
    for place, head in enumerate(table.inputs, 1):
        element = SubElement(body, "input", {"id": f"input_{place}", "label": head.label})
        expression = SubElement(
            element, "inputExpression", {"id": f"expression_{place}", "typeRef": head.type}
        )
        SubElement(expression, "text").text = head.expression
        _write_values(element, "inputValues", head)
    for place, head in enumerate(table.outputs, 1):
        given = {"id": f"output_{place}", "name": head.expression, "label": head.label, "typeRef": head.type}
        _write_values(SubElement(body, "output", given), "outputValues", head)
    for row in _filled(table.rows):
        _write_row(body, row, len(table.inputs))
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _write_values(element: Element, tag: str, head: Head) -> None:
    if head.values:
        SubElement(SubElement(element, tag), "text").text = head.values


def _filled(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    last = max(
        (place for place, row in enumerate(rows) if any((*row.cells, row.note, row.clause))), default=-1
    )
    return rows[: last + 1]


def _write_row(body: Element, row: Row, input_count: int) -> None:
    element = SubElement(body, "rule", {"id": row.id})
    if row.clause:
        element.set("lj:clause", row.clause)
    if row.note:
        SubElement(element, "description").text = row.note
    for place, cell in enumerate(row.cells):
        is_input = place < input_count
        tag, number = ("inputEntry", place + 1) if is_input else ("outputEntry", place - input_count + 1)
        entry = SubElement(element, tag, {"id": f"{row.id}_{'in' if is_input else 'out'}_{number}"})
        SubElement(entry, "text").text = cell or ("-" if is_input else "")


def posted_table(given: Mapping[str, str], shown: Table) -> Table:
    """Read the form back: every field by its place. BadSource for more rows or columns than a table may have."""
    counts = [
        _count(given, name, most) for name, most in (("inputs", MOST_COLUMNS), ("outputs", MOST_COLUMNS))
    ]
    rows = _count(given, "rows", MOST_ROWS)
    policy = given.get("policy", shown.policy)
    return Table(
        shown.key,
        given.get("name", shown.name).strip(),
        given.get("description", shown.description).strip(),
        policy if policy in POLICIES else shown.policy,
        tuple(_posted_head(given, f"in-{place}") for place in range(counts[0])),
        tuple(_posted_head(given, f"out-{place}") for place in range(counts[1])),
        tuple(_posted_row(given, place, sum(counts)) for place in range(rows)),
    )


def _count(given: Mapping[str, str], name: str, most: int) -> int:
    number = given.get(name, "")
    if not (number.isascii() and number.isdigit()) or int(number[:5]) > most:
        raise BadSource("", "决策表最多%(rows)s行、%(columns)s列", rows=MOST_ROWS, columns=MOST_COLUMNS)
    return int(number)


def _posted_head(given: Mapping[str, str], prefix: str) -> Head:
    part = {
        name: given.get(f"{prefix}-{name}", "").strip() for name in ("label", "expression", "type", "values")
    }
    return Head(part["label"], part["expression"], part["type"], part["values"])


def _posted_row(given: Mapping[str, str], place: int, width: int) -> Row:
    cells = tuple(given.get(f"cell-{place}-{column}", "").strip() for column in range(width))
    name = given.get(f"id-{place}", "").strip() or f"rule_{place + 1}"
    return Row(name, cells, given.get(f"note-{place}", "").strip(), given.get(f"clause-{place}", "").strip())


def with_own_ids(table: Table) -> Table:
    """Give each row whose id another bears already a new one, as a row copied in the browser has."""
    used: set[str] = set()
    rows = []
    for row in table.rows:
        name = row.id if row.id not in used else _free(used | {each.id for each in table.rows})
        used.add(name)
        rows.append(replace(row, id=name))
    return replace(table, rows=tuple(rows))


def _free(used: set[str]) -> str:
    return next(name for name in (f"rule_{number}" for number in range(1, len(used) + 2)) if name not in used)


def changed(table: Table, act: str) -> Table:
    """Return the table after "add:3", "remove:3", "up:3", "down:3" (rows) or "input", "output", "drop:2" (columns)."""
    verb, _mark, number = act.partition(":")
    place = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else -1
    rows, width = list(table.rows), len(table.inputs) + len(table.outputs)
    match verb:
        case "add":
            name = _free({row.id for row in rows})
            rows.insert(place + 1 if place >= 0 else len(rows), Row(name, ("",) * width))
        case "remove" if 0 <= place < len(rows):
            del rows[place]
        case "up" if 0 < place < len(rows):
            rows[place - 1], rows[place] = rows[place], rows[place - 1]
        case "down" if 0 <= place < len(rows) - 1:
            rows[place + 1], rows[place] = rows[place], rows[place + 1]
        case "input" | "output" | "drop":
            return _recolumned(table, verb, place)
    return replace(table, rows=tuple(rows))


def _recolumned(table: Table, verb: str, place: int) -> Table:
    inputs, outputs, at = list(table.inputs), list(table.outputs), len(table.inputs)
    if verb == "drop":
        owner, inner = (inputs, place) if place < at else (outputs, place - at)
        if not 0 <= inner < len(owner) or len(owner) == 1:
            return table
        del owner[inner]
        rows = [replace(row, cells=(*row.cells[:place], *row.cells[place + 1 :])) for row in table.rows]
    else:
        (inputs if verb == "input" else outputs).append(
            Head("", "", "string" if verb == "output" else "number")
        )
        spot = at if verb == "input" else at + len(table.outputs)
        blank = "-" if verb == "input" else ""
        rows = [replace(row, cells=(*row.cells[:spot], blank, *row.cells[spot:])) for row in table.rows]
    return replace(table, inputs=tuple(inputs), outputs=tuple(outputs), rows=tuple(rows))
