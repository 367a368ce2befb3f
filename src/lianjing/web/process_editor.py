"""What the editor of processes offers: posts, deadlines with their figures, papers, clauses, tables, other processes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lianjing.kernel.process.graph import parse
from lianjing.runtime import codes
from lianjing.runtime.org.imports import standard_posts
from lianjing.runtime.org.models import Unit
from lianjing.runtime.parameter.models import Parameter
from lianjing.runtime.parameter.queries import in_force
from lianjing.runtime.regulation.models import Clause, Definition
from lianjing.runtime.revision.bearing import known_to_process
from lianjing.runtime.revision.models import Revision
from lianjing.runtime.revision.queries import part_text, parts
from lianjing.web.words import address, clause_address, in_english

LONGEST_EXCERPT = 160
TIMED = ("working_day", "day", "hour")


def choices_for(revision: Revision, key: str, day: date) -> dict[str, Any]:
    """Return the lists that the panel offers, each as (value, word) in the reader's language."""
    return {
        "posts": [(each, _zone_word(row["zh"], row["en"])) for each, row in standard_posts().items()],
        "scopes": scope_words(),
        "units": [
            (row.code, f"{row.code} {row.name}")
            for row in Unit.objects.exclude(kind="outside").order_by("code")
        ],
        "roles": codes.choices("party_role"),
        "kinds": codes.choices("document_kind"),
        "time_units": time_words(),
        "parameters": _deadline_figures(day),
        "clauses": clause_choices(revision, day),
        "processes": _named("process", day),
        "decisions": _named("decision", day),
        "variables": sorted(known_to_process(key)),
    }


def _zone_word(zh: str, en: str) -> str:
    return en if in_english() and en else zh


def scope_words() -> list[tuple[str, str]]:
    """Return whose post a lane may mean, in words."""
    return [
        ("matter_unit", _("事项所属单位")),
        ("nearest_ancestor", _("最近的上级单位")),
        ("named_unit", _("指定单位")),
        ("party", _("事项的相对方")),
        ("element", _("多实例名单中的单位")),
    ]


def time_words() -> list[tuple[str, str]]:
    """Return the units of a deadline in words."""
    return [("working_day", _("个工作日")), ("day", _("个自然日")), ("hour", _("小时"))]


def _deadline_figures(day: date) -> list[dict[str, str]]:
    """The figures that are a time, with the value and the mark that hold today."""
    rows = in_force(day).filter(unit__in=[*TIMED, *(f"{unit}s" for unit in TIMED)]).order_by("key")
    return [
        {
            "key": row.key,
            "name": row.en if in_english() and row.en else row.zh or row.key,
            "value": _value(row),
            "mark": codes.label("evidence_mark", row.mark) if row.mark else "",
        }
        for row in rows
    ]


def _value(row: Parameter) -> str:
    number = row.value_text or (f"{row.value_number.normalize():f}" if row.value_number is not None else "")
    if not number:
        return _("尚未设定")
    unit = row.unit.removesuffix("s")
    return f"{number} {dict(time_words()).get(unit, unit)}"


def clause_choices(revision: Revision, day: date) -> list[dict[str, str]]:
    """Return the clauses of all rules in force on a day, those of the amended rule first, with the draft's own."""
    own = revision.regulation.key
    drafted = {row.key: row.text for row in parts(revision.pk) if row.kind == "clause"}
    rows = Clause.objects.select_related("regulation").order_by("regulation__key", "id")
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        if (row.from_on and row.from_on > day) or (row.to_on and row.to_on < day):
            continue
        reference = f"{row.regulation.key}#{row.article_no}"
        text = drafted.pop(reference, None)
        if text is None:
            text = row.text_en if in_english() and row.text_en else row.text
        found[reference] = _clause(reference, row.regulation.title, row.article_no, text, day)
    for reference, text in drafted.items():
        article = reference.partition("#")[2]
        found[reference] = _clause(reference, revision.regulation.title, article, text, day)
    return sorted(found.values(), key=lambda each: not each["ref"].startswith(f"{own}#"))


def _clause(reference: str, title: str, article: str, text: str, day: date) -> dict[str, str]:
    excerpt = text if len(text) <= LONGEST_EXCERPT else f"{text[:LONGEST_EXCERPT]}…"
    name = _("《%(title)s》第%(article)s条") % {"title": title, "article": article}
    return {"ref": reference, "name": name, "text": excerpt, "url": clause_address(reference, day)}


def _named(kind: str, day: date) -> list[tuple[str, str]]:
    """The processes or tables in force on a day, by key, with the name that their own text bears."""
    versions: dict[str, Definition] = {}
    for row in Definition.objects.filter(kind=kind, status="in_force", from_on__lte=day).order_by("version"):
        if row.to_on is None or row.to_on >= day:
            versions[row.key] = row
    return [(key, f"{name_in(row.xml)} {key}".strip()) for key, row in sorted(versions.items())]


def name_in(xml: str) -> str:
    """Return the name that a process or table bears, "" where its text has none."""
    for mark in ("<process ", "<decision ", "<bpmn:process "):
        _before, found, after = xml.partition(mark)
        if found:
            return after.partition(">")[0].partition('name="')[2].partition('"')[0]
    return ""


def form_links(revision: Revision, process: str) -> dict[str, str]:
    """Return for each user step of a process the address of the editor of its fields."""
    text = part_text(revision.pk, "process", process)
    steps = parse(text).tasks if text else ()
    return {step.id: address("revision_form", revision.pk, f"{process}/{step.id}") for step in steps}
