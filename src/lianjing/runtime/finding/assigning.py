"""To whom a new finding goes by rule, and the steps of the loop as they open and close."""

from __future__ import annotations

from datetime import date

from lianjing.runtime.finding.deadlines import SIGN_IN, working_days
from lianjing.runtime.finding.models import Finding, FindingPerson, FindingStep
from lianjing.runtime.finding.recusal import concerned, handled_by
from lianjing.runtime.finding.visibility import UNIT_KINDS, goes_to_unit
from lianjing.runtime.message.services import one_line, send
from lianjing.runtime.org.models import Post, Unit
from lianjing.runtime.org.queries import heads_of, holders, unit_and_above
from lianjing.runtime.trail.act import Act

LISTED_ONLY = "blue"
CHIEF = "supervisor_head"


def assign_by_rule(act: Act, row: Finding) -> None:
    """Give a new finding its first step: the unit concerned for procedural yellow, else the supervising group.

    Blue is only listed. Where everybody of the unit is concerned or handled the matter, the group takes it.
    """
    unit_id = unit_concerned(row)
    group_id = group_of(unit_id)
    if row.severity == LISTED_ONLY:
        row.unit_id = group_id
        act.save(row)
        return
    roles = set(FindingPerson.objects.filter(finding=row).values_list("role", flat=True))
    is_procedural = goes_to_unit(row.severity, row.subject, roles)
    if is_procedural and unit_id is not None and _has_free_hand(row, unit_id, act.day):
        release(act, row)
        row.unit_id = unit_id
    else:
        row.unit_id = group_id
    assign(act, row)


def assign(act: Act, row: Finding) -> None:
    """Open the sign-in of the unit (and person) that the finding now names, and tell them; part of an act."""
    row.state = "assigned"
    due_on = working_days(SIGN_IN, act.day, row.unit_id)
    open_step(act, row, "sign_in", due_on)
    people = [row.person_id] if row.person_id else _receivers(row.unit_id, act.day)
    if row.is_released and row.reminded_on is None:
        row.reminded_on = act.day
    act.save(row)
    tell(act, row, people)


def release(act: Act, row: Finding) -> None:
    """Let the unit see the finding from today."""
    if not row.is_released:
        row.is_released, row.released_on = True, act.day


def open_step(act: Act, row: Finding, kind: str, due_on: date | None) -> FindingStep:
    """Begin a step of the loop; the finding shows its due day."""
    row.due_on = due_on
    return act.save(FindingStep(finding=row, kind=kind, opened_at=act.now, due_on=due_on))


def close_step(act: Act, row: Finding, kind: str, text: str = "", **result: object) -> FindingStep:
    """End the open step of this kind (one done at once is opened and ended together)."""
    step = FindingStep.objects.filter(finding=row, kind=kind, done_at__isnull=True).order_by("-pk").first()
    if step is None:
        step = FindingStep(finding=row, kind=kind, opened_at=act.now)
    step.done_at, step.text = act.now, text
    step.person_id, step.post_id = act.actor.person_id, act.actor.post_id
    for name, value in result.items():
        setattr(step, name, value)
    return act.save(step)


def tell(act: Act, row: Finding, people: list[int], text: str = "") -> None:
    """Tell persons that a finding waits for them; only that there is a message leaves the site."""
    barred = concerned(row) if not row.is_released else set()
    send(
        to_person_ids=[each for each in people if each != act.actor.person_id and each not in barred],
        kind="finding",
        subject=one_line(row.finding_no, row.indicator.title),
        text=text or row.explanation,
        link=f"/warnings/{row.pk}/",
        is_confidential=True,
        now=act.now,
        sender_person_id=act.actor.person_id,
    )


def group_of(unit_id: int | None) -> int | None:
    """Return the group that supervises a unit: its own or that of the nearest unit above; else the only group there is."""
    above = unit_and_above(unit_id) if unit_id is not None else []
    supervised = dict(
        Unit.objects.filter(pk__in=above, supervisor_unit_id__isnull=False).values_list(
            "pk", "supervisor_unit_id"
        )
    )
    for each in above:
        if each in supervised:
            return supervised[each]
    return (
        Post.objects.filter(key=CHIEF, to_on__isnull=True)
        .order_by("pk")
        .values_list("unit_id", flat=True)
        .first()
    )


def chiefs(unit_id: int | None, day: date) -> list[int]:
    """Return who heads a supervising group today."""
    posts = Post.objects.filter(unit_id=unit_id or 0, key=CHIEF).values_list("pk", flat=True)
    return [each.person_id for post in posts for each in holders(post, day)]


def _receivers(unit_id: int | None, day: date) -> list[int]:
    return heads_of(unit_id, day) or chiefs(unit_id, day)


def unit_concerned(row: Finding) -> int | None:
    """Return the unit in whose matter, at whose post or about which the finding is, whoever handles it; None for no unit."""
    if row.matter is not None:
        return row.matter.unit_id
    kind, _colon, key = row.subject.partition(":")
    if not key.isdigit():
        return None
    if kind == "unit":
        return Unit.objects.filter(pk=key).values_list("pk", flat=True).first()
    if kind == "post":
        return Post.objects.filter(pk=key).values_list("unit_id", flat=True).first()
    return None


def _has_free_hand(row: Finding, unit_id: int, day: date) -> bool:
    barred = concerned(row) | handled_by(row)
    posts = Post.objects.filter(unit_id=unit_id, kind__in=UNIT_KINDS).values_list("pk", flat=True)
    return any(each.person_id not in barred for post in posts for each in holders(post, day))
