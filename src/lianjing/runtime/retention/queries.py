"""How long a paper is kept, whether a hold stands against its disposal, which papers are due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.retention.models import Disposal, LegalHold, RetentionRule
from lianjing.runtime.trail.models import Event

PERMANENT = "permanent"
# The years of a class are figures of the zone, read on the day; permanent has none.
FIGURES = {"years_30": "archive.retention_long_years", "years_10": "archive.retention_short_years"}
PROCUREMENT, PROCUREMENT_STAGE = "archive.procurement_years", "tendering"


@dataclass(frozen=True, slots=True)
class Due:
    """A paper with the class that holds for it, the day from which it may be disposed of, and what stands against it."""

    document: Document
    retention: str
    due_on: date
    hold: LegalHold | None


def retention_of(document: Document) -> str:
    """Return the class of a paper: its own, else that of its kind, else of every kind; permanent where nothing is set."""
    if document.retention:
        return str(document.retention)
    rules = dict(
        RetentionRule.objects.filter(document_kind__in=(document.kind, "")).values_list(
            "document_kind", "retention"
        )
    )
    return str(rules.get(document.kind) or rules.get("") or PERMANENT)


def due_on(document: Document, day: date) -> date | None:
    """Return the first day on which a paper may be disposed of; None for permanent ones and while its root is open.

    Counted from the end of the year in which the root matter was closed, as 会计档案管理办法 Art. 14 counts; a paper of
    the tendering stage is kept at least as long as 政府采购法 Art. 42 says.
    """
    retention = retention_of(document)
    root = document.matter.root
    closed_on = root.closed_on if root is not None else None
    if retention not in FIGURES or closed_on is None:
        return None
    years = int(figure(FIGURES[retention], day))
    if document.stage == PROCUREMENT_STAGE:
        years = max(years, int(figure(PROCUREMENT, day)))
    return date(closed_on.year + 1 + years, 1, 1)


def hold_on(
    *, document: Document | None = None, matter_id: int | None = None, person_id: int | None = None
) -> LegalHold | None:
    """Return a hold that stands against disposing of or erasing anything of this paper, matter or person.

    A hold on a person reaches every matter in which he acted and every paper that he handed in.
    """
    subjects = [f"matter:{matter_id}", f"person:{person_id}"]
    if document is not None:
        root = document.matter.root_id
        subjects += [f"document:{document.pk}", f"matter:{document.matter_id}", f"matter:{root}"]
        subjects.append(f"person:{document.uploaded_by_person_id}")
        held = Q(subject__startswith="person:") & Q(subject__in=_acted_in(root))
    else:
        held = Q(subject__startswith="person:") & Q(subject__in=_acted_in(matter_id))
    return LegalHold.objects.filter(Q(subject__in=subjects) | held, released_at=None).order_by("id").first()


def _acted_in(root_id: int | None) -> list[str]:
    """Persons under a hold who acted in a matter: few are held, so they are asked for one by one."""
    if root_id is None:
        return []
    held = LegalHold.objects.filter(subject__startswith="person:", released_at=None).values_list("subject")
    numbers = [int(subject.partition(":")[2]) for (subject,) in held]
    acted = Event.objects.filter(root_matter_id=root_id, person_id__in=numbers)
    return [f"person:{number}" for number in acted.values_list("person_id", flat=True).distinct()]


def refuse_held(
    *, document: Document | None = None, matter_id: int | None = None, person_id: int | None = None
) -> None:
    """Raise Refusal where a hold stands: asked by disposal and by the erasure of personal data alike."""
    hold = hold_on(document=document, matter_id=matter_id, person_id=person_id)
    if hold is not None:
        raise Refusal(
            Ground.RULE,
            "retention.held",
            _("已冻结，解除前不得销毁或删除"),  # by which paper is for the supervisors to know
        )


def is_disposed(document_id: int) -> bool:
    """True where the bytes of a paper were disposed of; its row and its events stay."""
    return Disposal.objects.filter(document_id=document_id, status="granted").exists()


def due_papers(day: date, matters: QuerySet[Matter] | None = None, limit: int = 1000) -> Iterator[Due]:
    """Yield the papers that may be disposed of on a day, oldest first, within these matters; holds beside them."""
    disposed = Disposal.objects.filter(status__in=("granted", "pending")).values("document_id")
    short = RetentionRule.objects.filter(retention__in=FIGURES)
    kinds = list(short.values_list("document_kind", flat=True))
    by_rule = Q(retention="") if "" in kinds else Q(retention="", kind__in=kinds)
    papers = (
        Document.objects.select_related("matter__root", "uploaded_by_person")
        .filter(Q(retention__in=FIGURES) | by_rule, matter__root__closed_on__isnull=False)
        .exclude(id__in=disposed)
        .filter(Q() if matters is None else Q(matter__in=matters))
        .order_by("matter__root__closed_on", "id")
    )
    found = 0
    for paper in papers.iterator(chunk_size=500):
        due = due_on(paper, day)
        if due is not None and due <= day:
            yield Due(paper, retention_of(paper), due, hold_on(document=paper))
            found += 1
            if found >= limit:
                return
