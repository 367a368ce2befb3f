"""What can answer the demand to change the rule: a version of a regulation, clause, process, table or form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.regulation.models import Clause, Definition, Regulation

KINDS = ("definition", "clause", "regulation")


@dataclass(frozen=True, slots=True)
class Fix:
    """A version of a rule: how it is named in a part (`definition:12`), its words, from when it holds."""

    subject: str
    title: str
    from_on: date
    regulation_key: str


def fix_of(subject: str) -> Fix:
    """Return the version that a subject names; BadInput for anything else."""
    kind, _colon, key = subject.partition(":")
    number = int(key) if key.isascii() and key.isdigit() else 0
    found: Fix | None = None
    if kind == "definition":
        row = Definition.objects.select_related("regulation").filter(pk=number).first()
        found = _definition(row) if row is not None else None
    elif kind == "clause":
        clause = Clause.objects.select_related("regulation").filter(pk=number).first()
        found = _clause(clause) if clause is not None else None
    elif kind == "regulation":
        regulation = Regulation.objects.filter(pk=number).first()
        found = _regulation(regulation) if regulation is not None else None
    if found is None:
        raise BadInput(_("请选择回应本问题的制度版本"), "subject")
    return found


def versions_since(day: date) -> list[Fix]:
    """Return every version of a rule that came into force after the day, the latest first."""
    found = [
        *map(_definition, Definition.objects.select_related("regulation").filter(from_on__gt=day)),
        *map(_clause, Clause.objects.select_related("regulation").filter(from_on__gt=day)),
        *map(_regulation, Regulation.objects.filter(from_on__gt=day)),
    ]
    return sorted(found, key=lambda each: (each.from_on, each.subject), reverse=True)


def _definition(row: Definition) -> Fix:
    words = {"key": row.key, "version": row.version}
    name = row.regulation.title if row.regulation else ""
    title = _("%(key)s 第%(version)s版") % words
    return Fix(
        f"definition:{row.pk}",
        f"《{name}》{title}" if name else title,
        row.from_on,
        row.regulation.key if row.regulation else "",
    )


def _clause(row: Clause) -> Fix:
    words = {"title": row.regulation.title, "article": row.article_no}
    return Fix(
        f"clause:{row.pk}",
        _("《%(title)s》第%(article)s条") % words,
        row.from_on or date.max,
        row.regulation.key,
    )


def _regulation(row: Regulation) -> Fix:
    return Fix(f"regulation:{row.pk}", f"《{row.title}》", row.from_on or date.max, row.key)
