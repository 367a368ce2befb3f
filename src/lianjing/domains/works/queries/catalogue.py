"""资料目录 (F9): what each stage asks for, what is there, what is agreed not to be needed, and how complete it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lianjing.domains.works.models import Onboarding
from lianjing.domains.works.queries.papers import Wanted, owed_kinds, wanted_papers
from lianjing.domains.works.queries.tabs import TABS
from lianjing.domains.works.rules.completion import Count, archive_class
from lianjing.domains.works.rules.gates import ORDER
from lianjing.runtime import codes
from lianjing.runtime.documents.models import Document, NotNeeded
from lianjing.runtime.matter.models import Matter, MatterParty
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.regulation.queries import requirements
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.stamp import holding

STAGE_OF: Mapping[str, str] = {kind: stage for stage, kinds in TABS.items() for kind in kinds}
COUNTED = ("filed", "not_needed", "missing", "proposed")


@dataclass
class Line:
    """One paper of the catalogue: asked for by the stage (`matter` is None) or by a step done in a matter."""

    stage: str
    kind: str
    clause: str
    is_mandatory: bool
    state: str = "due"  # code list paper_state
    matter: Matter | None = None
    documents: list[Document] = field(default_factory=list)
    not_needed: NotNeeded | None = None

    @property
    def is_counted(self) -> bool:
        """True where the paper counts towards completeness."""
        return self.is_mandatory and self.state in COUNTED

    @property
    def is_settled(self) -> bool:
        """True where it is there, or two persons agreed that it is not needed."""
        return self.state in ("filed", "not_needed")


@dataclass
class Shelf:
    """One stage of a catalogue: the papers asked for, then those that nobody asked for."""

    stage: str
    is_reached: bool
    lines: list[Line] = field(default_factory=list)
    others: list[Document] = field(default_factory=list)

    @property
    def count(self) -> Count:
        """How complete the stage is."""
        counted = [line for line in self.lines if line.is_counted]
        return Count(len(counted), sum(line.is_settled for line in counted))


@dataclass
class Catalogue:
    """All papers of a project by stage."""

    matter: Matter
    shelves: list[Shelf]

    @property
    def count(self) -> Count:
        """How complete the stages are that the project has reached."""
        return sum((shelf.count for shelf in self.shelves if shelf.is_reached), Count(0, 0))

    def missing(self) -> list[Line]:
        """Return the mandatory papers that lack, stage by stage."""
        lines = (line for shelf in self.shelves if shelf.is_reached for line in shelf.lines)
        return [line for line in lines if line.is_counted and not line.is_settled]

    def missing_words(self) -> list[str]:
        """Return them as people name them: stage and paper."""
        return [
            f"{codes.label('stage', line.stage)}·{codes.label('document_kind', line.kind)}"
            for line in self.missing()
        ]


def catalogue_of(matter: Matter, *, besides: int | None = None) -> Catalogue:
    """Return the catalogue of one project; what the matter `besides` asks of itself is left out."""
    return catalogues([matter], besides=besides)[matter.pk]


def catalogues(matters: Sequence[Matter], *, besides: int | None = None) -> dict[int, Catalogue]:
    """Return the catalogues of projects, in the same number of queries however many they are."""
    numbers = [matter.pk for matter in matters]
    with holding():
        shared = _Shared(numbers, besides)
        return {matter.pk: _assembled(matter, shared) for matter in matters}


class _Shared:
    """What the catalogues of several projects read at once."""

    def __init__(self, numbers: list[int], besides: int | None) -> None:
        self.wanted = wanted_papers()
        self.owed = owed_kinds(numbers)
        self.papers = _grouped(current_papers(numbers), lambda row: row.matter.root_id)
        self.children = Matter.objects.filter(root_id__in=numbers).exclude(outcome="withdrawn").in_bulk()
        self.not_needed = {
            (row.matter_id, row.stage, row.document_kind): row
            for row in NotNeeded.objects.filter(matter_id__in=numbers)
            .select_related("person", "checked_by_person")
            .order_by("id")
        }
        self.taken_over = {
            row.project_id: row.stage
            for row in Onboarding.objects.filter(project_id__in=numbers, status="approved").order_by("-pk")
        }
        done = WorkItem.objects.filter(matter__root_id__in=numbers, outcome="done")
        steps = (done.exclude(matter_id=besides) if besides else done).values_list(
            "matter__root_id", "matter_id", "instance__definition_id", "step_key"
        )
        self.steps: dict[int, list[tuple[int, int, str]]] = {}
        for root_id, matter_id, definition_id, step in steps.order_by("matter_id", "id"):
            self.steps.setdefault(root_id or 0, []).append((matter_id, definition_id, step))


def current_papers(numbers: Iterable[int]) -> list[Document]:
    """Return the current versions of the papers below root matters, oldest first."""
    below = Document.objects.filter(matter__root_id__in=list(numbers))
    replaced = below.filter(supersedes__isnull=False).values("supersedes_id")
    people = ("matter", "uploaded_by_person__unit", "checked_by_person")
    return list(below.exclude(id__in=replaced).select_related(*people).order_by("id"))


def stage_of(paper: Document) -> str:
    """Return the stage under which a paper stands: that of its matter's kind, the project's own by its day."""
    return STAGE_OF.get(paper.matter.kind) or paper.stage or ORDER[0]


def _assembled(matter: Matter, shared: _Shared) -> Catalogue:
    papers = shared.papers.get(matter.pk, [])
    kinds = _grouped(papers, lambda row: row.kind)
    reached = ORDER.index(matter.stage) if matter.stage in ORDER else -1
    if matter.onboarding == "archive":
        reached = -1
    shelves = {stage: Shelf(stage, place <= reached) for place, stage in enumerate(ORDER)}
    for wanted in shared.wanted:
        if wanted.stage in shelves:
            shelf = shelves[wanted.stage]
            shelf.lines.append(_stage_line(matter, wanted, kinds.get(wanted.kind, []), shelf, shared))
    for line in _step_lines(matter, papers, shared):
        shelves[line.stage].lines.append(line)
    asked = {paper.pk for shelf in shelves.values() for line in shelf.lines for paper in line.documents}
    for paper in papers:
        if paper.pk not in asked:
            shelves[stage_of(paper)].others.append(paper)
    return Catalogue(matter, list(shelves.values()))


def _stage_line(
    matter: Matter, wanted: Wanted, papers: list[Document], shelf: Shelf, shared: _Shared
) -> Line:
    line = Line(wanted.stage, wanted.kind, wanted.clause, wanted.is_mandatory, documents=list(papers))
    line.not_needed = shared.not_needed.get((matter.pk, wanted.stage, wanted.kind))
    if papers:
        line.state = "filed"
    elif line.not_needed is not None:
        line.state = "not_needed" if line.not_needed.checked_by_person_id else "proposed"
    elif _is_before(matter, wanted, shared):
        line.state = "before"
    elif shelf.is_reached:
        line.state = "missing"
    return line


def _is_before(matter: Matter, wanted: Wanted, shared: _Shared) -> bool:
    """A stage that a project passed before it was taken over asks only for what the take-over owes."""
    begun = shared.taken_over.get(matter.pk)
    if begun not in ORDER or ORDER.index(wanted.stage) >= ORDER.index(begun):
        return False
    return wanted.kind not in shared.owed.get(matter.pk, set())


def _step_lines(matter: Matter, papers: list[Document], shared: _Shared) -> list[Line]:
    """The mandatory papers of steps that are done, each kind once a matter."""
    found: dict[tuple[int, str], Line] = {}
    for matter_id, definition_id, step in shared.steps.get(matter.pk, []):
        child = shared.children.get(matter_id)
        if child is None or child.kind not in STAGE_OF:
            continue
        for row in requirements(definition_id, step):
            key = (matter_id, row.document_kind)
            if not row.is_mandatory or key in found:
                continue
            own = [paper for paper in papers if (paper.matter_id, paper.kind) == key]
            found[key] = Line(
                STAGE_OF[child.kind],
                row.document_kind,
                row.clause,
                is_mandatory=True,
                state="filed" if own else "missing",
                matter=child,
                documents=own,
            )
    return list(found.values())


def _grouped(rows: Iterable[Any], key: Any) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


# ---- the manifest of the package


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the manifest of a package."""

    no: int
    archive_class: str
    stage: str
    kind: str
    title: str
    doc_no: str
    origin: str
    formed_on: date
    pages: int | None
    medium: str
    is_original: bool
    secrecy: str
    retention: str
    sha256: str
    version: int
    checked_by: str


def manifest(matter: Matter, *, besides: int | None = None) -> list[Entry]:
    """Return every current paper of a project in the order of the archive; those of the matter `besides` are left out."""
    papers = [paper for paper in current_papers([matter.pk]) if paper.matter_id != besides]
    codes_of = set(
        MatterParty.objects.filter(matter__root_id=matter.pk, role="supervisor").values_list(
            "enterprise__credit_code", flat=True
        )
    )
    classed = sorted(
        ((class_of(paper, codes_of), ORDER.index(stage_of(paper)), paper.pk, paper) for paper in papers),
        key=lambda each: each[:3],
    )
    return [_entry(no, kind, paper) for no, (kind, _place, _pk, paper) in enumerate(classed, start=1)]


def class_of(paper: Document, supervisors: set[str]) -> str:
    """Return the archive class of a paper."""
    unit = paper.uploaded_by_person.unit
    by_supervision = unit is not None and bool(unit.enterprise_no) and unit.enterprise_no in supervisors
    return archive_class(stage_of(paper), paper.matter.kind, paper.kind, is_supervision=by_supervision)


def _entry(no: int, kind: str, paper: Document) -> Entry:
    unit = paper.uploaded_by_person.unit
    return Entry(
        no=no,
        archive_class=kind,
        stage=stage_of(paper),
        kind=paper.kind,
        title=paper.title,
        doc_no=paper.doc_no,
        origin=paper.origin or (unit.name if unit is not None else ""),
        formed_on=paper.issued_on or legal_day(paper.uploaded_at),
        pages=paper.page_count,
        medium=paper.medium_kind or "electronic",
        is_original=paper.is_original,
        secrecy=paper.secrecy or "internal",
        retention=paper.retention,
        sha256=paper.sha256,
        version=paper.version,
        checked_by=paper.checked_by_person.name if paper.checked_by_person else "",
    )


def manifest_digest(entries: Sequence[Entry]) -> str:
    """Return the SHA-256 of a manifest: of the digests of its papers in their order."""
    lines = "".join(f"{entry.no} {entry.sha256} {entry.version}\n" for entry in entries)
    return hashlib.sha256(lines.encode()).hexdigest()


def manifest_json(matter: Matter, entries: Sequence[Entry]) -> str:
    """Return a manifest for machines: the package's digest and every paper with its own."""
    rows = [{name: _plain(getattr(entry, name)) for name in Entry.__dataclass_fields__} for entry in entries]
    content = {
        "project": matter.title,
        "code": matter.code,
        "count": len(rows),
        "sha256": manifest_digest(entries),
        "papers": rows,
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
