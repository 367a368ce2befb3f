"""Global search within one's scope: projects and matters, firms, persons, papers' numbers, sums to the fen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.kernel.money import parse_amount
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes
from lianjing.runtime.columns import fen, yuan
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.models import Matter, MatterParty
from lianjing.runtime.org.models import Person
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.search.models import SearchEntry
from lianjing.runtime.search.queries import Found, Tail, find, find_sum, tail
from lianjing.runtime.search.subjects import subjects
from lianjing.web.access import OFFICIALS, STAFF, PageRequest, signed_in
from lianjing.web.records import label_of
from lianjing.web.templatetags.ui import money
from lianjing.web.words import address

SHOWN = 10  # of each kind together
PAGE = 30  # of one kind alone
LONGEST = 80

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One group of results: its entries and how they are drawn."""

    key: str
    entries: tuple[str, ...]
    draw: Callable[[Sequence[SearchEntry]], list[Row]]


@signed_in
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Find what words or a sum name, among what the person may see; `kind` shows one group, page by page."""
    asked = cast(PageRequest, request)
    word = " ".join(request.GET.get("q", "").split())[:LONGEST]
    only = request.GET.get("kind", "")
    late = tail()
    groups = _groups(asked, word, only, late) if word else []
    context = {
        "word": word,
        "only": only,
        "groups": [group for group in groups if group["rows"]],
        "count": sum(len(group["rows"]) for group in groups),
        "has_more": any(group["more"] for group in groups),
        "is_behind": not late.is_whole,
    }
    return render(request, "lianjing/search.html", context)


def _groups(request: PageRequest, word: str, only: str, late: Tail) -> list[dict[str, Any]]:
    scope = visible_to(request.who.id, request.today)
    groups = []
    for kind in KINDS:
        if only in ("", kind.key) and (kind.key != "person" or request.roles & STAFF):
            limit = PAGE if only else SHOWN
            found = _find(request, word, kind, scope, late, limit)
            rows = kind.draw(_seen_by(request, kind, scope, found.entries))
            groups.append(
                {
                    "key": kind.key,
                    "label": _label(kind.key),
                    "rows": rows,
                    "more": _more(word, kind, found, only),
                }
            )
    if not only:
        rows = sums_of(scope, word, late)
        groups.insert(1, {"key": "amount", "label": _label("amount"), "rows": rows, "more": ""})
    return groups


def _find(
    request: PageRequest, word: str, kind: Kind, scope: QuerySet[Matter], late: Tail, limit: int
) -> Found:
    below = request.GET.get("below", "")
    return find(
        word,
        kind.entries,
        matters=scope if kind.key in ("matter", "document") else None,
        late=late,
        limit=limit,
        below=int(below) if below.isdecimal() and len(below) < 19 else None,
    )


def _seen_by(
    request: PageRequest, kind: Kind, scope: QuerySet[Matter], entries: Sequence[SearchEntry]
) -> Sequence[SearchEntry]:
    """An outside reader finds only the firms of his own matters."""
    if kind.key != "enterprise" or request.roles & OFFICIALS:
        return entries
    named = MatterParty.objects.filter(
        matter_id__in=scope.values("id"), enterprise_id__in=[int(entry.row_key) for entry in entries]
    )
    seen = {str(each) for each in named.values_list("enterprise_id", flat=True)}
    return [entry for entry in entries if entry.row_key in seen]


def _more(word: str, kind: Kind, found: Found, only: str) -> str:
    if found.following is None:
        return ""
    query = {"q": word, "kind": kind.key}
    return "?" + urlencode(query | ({"below": str(found.following)} if only else {}))


def _label(key: str) -> str:
    return {
        "matter": _("项目与事项"),
        "amount": _("金额"),
        "document": _("文件"),
        "enterprise": _("企业"),
        "person": _("人员"),
    }[key]


def sums_of(scope: QuerySet[Matter], word: str, late: Tail) -> list[Row]:
    """Return the records in which any sum is exactly this amount of yuan."""
    try:
        amount = parse_amount(word)
    except BadInput:
        return []
    found = find_sum(fen(amount), matters=scope, late=late, limit=PAGE)
    titles = dict(
        Matter.objects.filter(id__in=[entry.matter_id for entry, _column in found]).values_list("id", "title")
    )
    return [
        {
            "text": f"{money(yuan(fen(amount)))} · {_column_label(entry, column)}",
            "note": titles.get(cast(int, entry.matter_id), ""),
            "url": address("matter", cast(int, entry.matter_id)),
        }
        for entry, column in found
    ]


def _column_label(entry: SearchEntry, column: str) -> str:
    return label_of(subjects()[entry.table_name].model._meta.get_field(column))


def _matter_rows(entries: Sequence[SearchEntry]) -> list[Row]:
    ids = list(dict.fromkeys(entry.matter_id for entry in entries))
    rows = Matter.objects.select_related("unit", "root").in_bulk([each for each in ids if each is not None])
    return [_matter_row(rows[each]) for each in ids if each in rows]


def _matter_row(row: Matter) -> Row:
    root = row.root.title if row.root is not None and row.root_id != row.id else row.unit.name
    return {
        "text": row.title,
        "note": f"{codes.label('matter_kind', row.kind)} {row.code} · {root}",
        "url": address("matter", row.pk),
    }


def _document_rows(entries: Sequence[SearchEntry]) -> list[Row]:
    rows = Document.objects.select_related("matter").in_bulk([int(entry.row_key) for entry in entries])
    return [
        {
            "text": f"{row.title} {row.doc_no}".strip(),
            "note": row.matter.title,
            "url": address("document", row.pk),
        }
        for entry in entries
        if (row := rows.get(int(entry.row_key)))
    ]


def _firm_rows(entries: Sequence[SearchEntry]) -> list[Row]:
    rows = Enterprise.objects.in_bulk([int(entry.row_key) for entry in entries])
    found = sorted(rows.values(), key=lambda row: (row.pinyin, row.pk))
    return [
        {"text": row.name, "note": row.credit_code, "url": address("trace", "enterprise", row.pk)}
        for row in found
    ]


def _person_rows(entries: Sequence[SearchEntry]) -> list[Row]:
    rows = Person.objects.select_related("unit").in_bulk([int(entry.row_key) for entry in entries])
    found = sorted(rows.values(), key=lambda row: (row.pinyin, row.pk))
    return [
        {
            "text": row.name,
            "note": row.unit.name if row.unit else "",
            "url": address("org_person", row.pk),
        }
        for row in found
    ]


KINDS = (
    Kind("matter", ("matter", "record"), _matter_rows),
    Kind("document", ("document",), _document_rows),
    Kind("enterprise", ("enterprise",), _firm_rows),
    Kind("person", ("person",), _person_rows),
)
