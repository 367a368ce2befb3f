"""What a step's act tells: who has the next step, to whom it went back, what came of it for the applicant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lianjing.runtime.message.services import Draft, one_line
from lianjing.runtime.org.queries import holders
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.standing import is_signing


def _waited_for(item: WorkItem, deed: Deed) -> list[int]:
    """The holders of the post; him alone for whom the item opened, while he holds it."""
    persons = [each.person_id for each in holders(item.post_id, deed.day)]
    return [item.person_id] if item.person_id in persons else persons


def _kind(item: WorkItem, note: Mapping[str, str]) -> str:
    if is_signing(item):
        return "signer_added"
    return "step_returned" if note else "step_opened"


def news_of(deed: Deed, opened: Sequence[WorkItem], note: Mapping[str, str], outcome: str) -> list[Draft]:
    """Return the messages of one act: to the holders of each post that has a new step, and at the end to the applicant.

    Who acts is not told of his own act. The subject holds data only; the kind says what happened, in the language
    of the reader.
    """
    matter = deed.matter
    drafts = [
        Draft(
            [person for person in _waited_for(item, deed) if person != deed.person_id],
            _kind(item, note),
            one_line(matter.title, item.name),
            note.get("text", ""),
            f"/items/{item.pk}/",
            matter.pk,
            sender_person_id=deed.person_id,
        )
        for item in opened
    ]
    if outcome and matter.applicant_person_id not in (None, deed.person_id):
        drafts.append(
            Draft(
                [matter.applicant_person_id or 0],
                "matter_result",
                one_line(matter.title, matter.code),
                link=f"/matters/{matter.pk}/",
                matter_id=matter.pk,
                sender_person_id=deed.person_id,
            )
        )
    return drafts
