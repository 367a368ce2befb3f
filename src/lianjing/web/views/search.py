"""Global search within one's scope: projects and matters, firms, persons, papers' numbers, sums to the fen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.kernel.money import parse_amount
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes
from lianjing.runtime.columns import MoneyField
from lianjing.runtime.documents.models import Document
from lianjing.runtime.domains import domains
from lianjing.runtime.matter.models import Matter, MatterParty
from lianjing.runtime.org.models import Person
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.process.scope import visible_to
from lianjing.web.access import OFFICIALS, STAFF, PageRequest, signed_in
from lianjing.web.records import label_of
from lianjing.web.templatetags.ui import money
from lianjing.web.words import address

MOST = 20
LONGEST = 80


@signed_in
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Find what a word or a sum names, among what the person may see."""
    asked = cast(PageRequest, request)
    word = " ".join(request.GET.get("q", "").split())[:LONGEST]
    groups = _groups(asked, word) if word else []
    context = {
        "word": word,
        "groups": [group for group in groups if group["rows"]],
        "count": sum(len(group["rows"]) for group in groups),
    }
    return render(request, "lianjing/search.html", context)


def _groups(request: PageRequest, word: str) -> list[dict[str, Any]]:
    scope = visible_to(request.who.id, request.today)
    found = [
        {"label": _("项目与事项"), "rows": [_matter_row(row) for row in matters_named(scope, word)]},
        {"label": _("金额"), "rows": sums_of(scope, word)},
        {"label": _("文件"), "rows": [_document_row(row) for row in papers_named(scope, word)]},
        {"label": _("企业"), "rows": [_firm_row(row) for row in firms_named(scope, word, request.roles)]},
    ]
    if request.roles & STAFF:
        found.append({"label": _("人员"), "rows": [_person_row(row) for row in persons_named(word)]})
    return found


def matters_named(scope: QuerySet[Matter], word: str) -> list[Matter]:
    """Return matters by title, number or outside number, projects first."""
    named = Q(title__icontains=word) | Q(code__icontains=word) | Q(external_no__iexact=word)
    return list(
        scope.filter(named)
        .select_related("unit", "root")
        .order_by("parent_id", "-opened_on", "-id")
        .distinct()[:MOST]
    )


def papers_named(scope: QuerySet[Matter], word: str) -> list[Document]:
    """Return papers by title or document number."""
    named = Q(title__icontains=word) | Q(doc_no__icontains=word)
    return list(
        Document.objects.filter(named, matter_id__in=scope.values("id"))
        .select_related("matter")
        .order_by("-id")[:MOST]
    )


def sums_of(scope: QuerySet[Matter], word: str) -> list[dict[str, str]]:
    """Return records in which any sum is exactly this amount of yuan."""
    try:
        amount = parse_amount(word)
    except BadInput:
        return []
    rows = []
    for model in {procedure.record for domain in domains() for procedure in domain.procedures}:
        for record, column in _with_sum(model, amount):
            matter = scope.filter(pk=record.pk).first()
            if matter is not None:
                rows.append(
                    {
                        "text": f"{money(amount)} · {column}",
                        "note": matter.title,
                        "url": address("matter", matter.pk),
                    }
                )
    return rows[:MOST]


def _with_sum(model: Any, amount: Decimal) -> list[tuple[Any, str]]:
    columns = [field for field in model._meta.concrete_fields if isinstance(field, MoneyField)]
    hits = []
    for column in columns:
        hits += [
            (record, label_of(column))
            for record in model._default_manager.filter(**{column.name: amount})[:MOST]
        ]
    return hits


def firms_named(scope: QuerySet[Matter], word: str, roles: frozenset[str]) -> list[Enterprise]:
    """Return firms by name, pinyin or credit code; an outside reader finds only those of his own matters."""
    named = Q(name__icontains=word) | Q(credit_code__iexact=word) | spelt(word)
    firms = Enterprise.objects.filter(named)
    if not roles & OFFICIALS:
        firms = firms.filter(
            id__in=MatterParty.objects.filter(matter_id__in=scope.values("id")).values("enterprise_id")
        )
    return list(firms.order_by("pinyin", "id")[:MOST])


def persons_named(word: str) -> list[Person]:
    """Return persons by name or pinyin, initials included."""
    return list(
        Person.objects.filter(Q(name__icontains=word) | spelt(word))
        .select_related("unit")
        .order_by("pinyin", "id")[:MOST]
    )


def spelt(word: str) -> Q:
    """The condition for a reading: “zhu yan”, “zhuyan” or the initials “zy” of the stored pinyin."""
    letters = word.replace(" ", "").lower()
    if not letters.isascii() or not letters.isalpha():
        return Q(pk__in=[])
    together = Q(pinyin__icontains=word)
    whole = r"^" + r"[a-z]* ?".join(letters)
    return together | Q(pinyin__iregex=whole) | Q(pinyin__iregex=" ?".join(letters))


def _matter_row(row: Matter) -> dict[str, str]:
    root = row.root.title if row.root is not None and row.root_id != row.id else row.unit.name
    return {
        "text": row.title,
        "note": f"{codes.label('matter_kind', row.kind)} {row.code} · {root}",
        "url": address("matter", row.pk),
    }


def _document_row(row: Document) -> dict[str, str]:
    return {
        "text": f"{row.title} {row.doc_no}".strip(),
        "note": row.matter.title,
        "url": address("document", row.pk),
    }


def _firm_row(row: Enterprise) -> dict[str, str]:
    return {"text": row.name, "note": row.credit_code, "url": address("trace", "enterprise", row.pk)}


def _person_row(row: Person) -> dict[str, str]:
    return {"text": row.name, "note": row.unit.name if row.unit else "", "url": address("org_person", row.pk)}
