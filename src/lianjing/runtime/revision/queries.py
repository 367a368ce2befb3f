"""Reads of revisions: their parts beside what is in force, the checks they went through, who may do what."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.regulation.models import Clause, Regulation
from lianjing.runtime.regulation.queries import latest_clause, latest_definition
from lianjing.runtime.revision.models import Revision, RevisionCheck, RevisionPart, RevisionReplay
from lianjing.runtime.revision.texts import DEFINITIONS, Heading, digest

DRAFTER = "rule_drafter"  # the post that drafts rules
APPROVER = "rule_approver"  # the post that lets them come into force
READERS = frozenset(
    {"supervisor", "head", "approver"}
)  # kinds of posts that read what is still being drafted


@dataclass(frozen=True, slots=True)
class CheckFault:
    """One thing that a check found: which part, where in it, and whether it stops the revision or only warns."""

    kind: str
    key: str
    element: str
    text: str
    is_warning: bool = False


def parts(revision_id: int) -> list[RevisionPart]:
    """Return the parts of a revision in the order in which they were begun."""
    return list(RevisionPart.objects.filter(revision=revision_id).order_by("id"))


def part_text(revision_id: int, kind: str, key: str) -> str:
    """Return the text of a part; where the revision has none of this key, the text in force."""
    part = RevisionPart.objects.filter(revision=revision_id, kind=kind, key=key).first()
    return base_text(kind, key) if part is None else part.text


def base_text(kind: str, key: str) -> str:
    """Return the latest text that was decided for a key, "" where there is none yet."""
    if kind in DEFINITIONS:
        version = latest_definition(key)
        return version.xml if version and version.status == "in_force" else ""
    if kind == "clause":
        wording = latest_clause(key)
        return wording.text if wording and wording.to_on is None else ""
    if kind == "heading":
        decided = _decided_headings(key).first()
        regulation = Regulation.objects.select_related("owner_unit").filter(key=key).first()
        if decided is not None or regulation is None:
            return decided.text if decided else ""
        return heading_text(regulation)
    return ""


def _decided_headings(key: str) -> QuerySet[RevisionPart]:
    """The approved headings of a regulation, the latest day first, whether it has come or not."""
    rows = RevisionPart.objects.filter(kind="heading", key=key, revision__state="approved")
    return rows.order_by("-revision__from_on", "-id")


def due_heading(key: str, today: date) -> RevisionPart | None:
    """Return the approved heading that holds on a day, None where no revision has touched it."""
    return _decided_headings(key).filter(revision__from_on__lte=today).first()


def heading_text(regulation: Regulation) -> str:
    """Return the heading of a regulation as it stands, in the form in which a revision keeps it."""
    return Heading(
        doc_no=regulation.doc_no,
        title=regulation.title,
        title_en=regulation.title_en,
        issuer=regulation.issuer,
        owner_unit=regulation.owner_unit.code if regulation.owner_unit else "",
        is_trial=regulation.is_trial,
        review_on=regulation.review_on.isoformat() if regulation.review_on else "",
        issued_on=regulation.issued_on.isoformat() if regulation.issued_on else "",
    ).to_text()


def set_base(part: RevisionPart) -> None:
    """Tie a part to what it replaces now: a version, a wording, a heading; nothing for a new key."""
    text = base_text(part.kind, part.key)
    is_version = part.kind in DEFINITIONS
    part.base_definition = latest_definition(part.key) if is_version and text else None
    part.base_text = "" if is_version else text
    part.base_sha256 = digest(text) if text else ""


def is_stale(part: RevisionPart) -> bool:
    """True where another revision came first: what the part was written against is no longer the latest."""
    text = base_text(part.kind, part.key)
    return part.base_sha256 != (digest(text) if text else "")


def parts_digest(rows: Sequence[RevisionPart]) -> str:
    """Return one digest of exactly these parts and of what they replace."""
    lines = sorted(f"{row.kind}\t{row.key}\t{row.sha256}\t{row.base_sha256}" for row in rows)
    return digest("\n".join(lines))


def latest_check(revision_id: int) -> RevisionCheck | None:
    """Return the last run of the checks."""
    return RevisionCheck.objects.filter(revision=revision_id).order_by("-checked_at", "-id").first()


def faults_of(check: RevisionCheck) -> list[CheckFault]:
    """Return what a run of the checks found."""
    return [CheckFault(**row) for row in json.loads(check.faults)]


def holds(person_id: int, post_key: str, day: date) -> bool:
    """True for who holds a post of this key on the day."""
    return any(held.post.key == post_key for held in posts_held(person_id, day))


def may_edit(person_id: int, revision_id: int, day: date) -> bool:
    """True for the author of a draft while he holds the drafter's post."""
    row = Revision.objects.filter(id=revision_id).values_list("author_person_id", "state").first()
    return row == (person_id, "draft") and holds(person_id, DRAFTER, day)


def may_approve(person_id: int, revision: Revision, day: date) -> bool:
    """True for the approver of what another person submitted."""
    wrote = {revision.author_person_id, revision.submitted_by_person_id, *writers(revision.pk)}
    return revision.state == "submitted" and person_id not in wrote and holds(person_id, APPROVER, day)


def writers(revision_id: int) -> set[int]:
    """Return who wrote a part of a revision."""
    return set(RevisionPart.objects.filter(revision=revision_id).values_list("saved_by_person_id", flat=True))


def revisions_for(person_id: int, day: date) -> QuerySet[Revision]:
    """Return the revisions that a person may read.

    Who drafts or approves rules, heads and supervisors: all; other officials: what was approved; anyone: his own.
    """
    held = [each.post for each in posts_held(person_id, day)]
    rows = Revision.objects.select_related("regulation", "author_person", "decided_by_person")
    if any(post.key in (DRAFTER, APPROVER) or post.kind in READERS for post in held):
        return rows
    own = rows.filter(author_person=person_id)
    if any(post.kind in ("operator", "reviewer") for post in held):
        return rows.filter(state="approved") | own
    return own


def clause_rows(regulation_key: str, day: date) -> list[Clause]:
    """Return the clauses of a regulation as they stand on a day."""
    rows = Clause.objects.filter(regulation__key=regulation_key).select_related("regulation").order_by("id")
    return [
        row
        for row in rows
        if (row.from_on is None or row.from_on <= day) and (row.to_on is None or row.to_on >= day)
    ]


def replay_of(revision_id: int, parts_sha256: str) -> RevisionReplay | None:
    """Return the finished replay of past matters under exactly these parts, None where there is none."""
    rows = RevisionReplay.objects.filter(revision=revision_id, parts_sha256=parts_sha256, state="finished")
    return rows.order_by("-finished_at", "-id").first()


def latest_replay(revision_id: int) -> RevisionReplay | None:
    """Return the replay that was asked for last, whatever came of it."""
    return RevisionReplay.objects.filter(revision=revision_id).order_by("-asked_at", "-id").first()
