"""Findings (预警) over the interface: opened by hand, each act of the loop, papers, requests to change a rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from lianjing.kernel.declaration import Operation
from lianjing.runtime.finding import by_hand, changing, closing, loop, papers, precision
from lianjing.runtime.finding.models import ChangeRequest, Finding, Indicator, Paper
from lianjing.runtime.org.models import Person
from lianjing.runtime.revision.models import Revision


def open_finding(
    *,
    subject: str,
    severity: str,
    explanation: str,
    person_id: int,
    now: datetime,
    part: str = "",
    key: str = "",
) -> Finding:
    """Open a finding by hand about a subject (kind:id), by a supervisor."""
    return by_hand.open_by_hand(
        subject=subject,
        part=part,
        severity=severity,
        explanation=explanation,
        person_id=person_id,
        now=now,
        key=key,
    )


def verify(
    *,
    finding_id: int,
    verdict: str,
    facts: str,
    person_id: int,
    now: datetime,
    reason: str = "",
    harm: str = "",
    violation: str = "",
    key: str = "",
) -> Finding:
    """Say what holds of a finding, with the facts."""
    found = loop.Verified(verdict, facts, reason, harm, violation)
    return loop.verify(finding_id=finding_id, found=found, person_id=person_id, now=now, key=key)


def handle(
    *,
    finding_id: int,
    outcome: str,
    text: str,
    person_id: int,
    now: datetime,
    demand: str = "fix",
    to_person_id: int | None = None,
    second_person_id: int | None = None,
    reply_due_on: date | None = None,
    key: str = "",
) -> Finding:
    """Handle a finding that holds; a reminder, talk or suggestion is issued as a paper."""
    kind = loop.WITH_PAPER.get(outcome)
    draft = None
    if kind is not None:
        draft = papers.Draft(
            kind=kind,
            demand_text=text,
            demand=demand,
            to_person_id=to_person_id,
            second_person_id=second_person_id,
            reply_due_on=reply_due_on,
        )
    return loop.handle(
        finding_id=finding_id,
        outcome=outcome,
        text=text,
        paper=draft,
        person_id=person_id,
        now=now,
        key=key,
    )


def close(
    *,
    finding_id: int,
    person_id: int,
    now: datetime,
    root_cause: str = "",
    root_cause_text: str = "",
    result_form: str = "",
    harm: str = "",
    violation: str = "",
    key: str = "",
) -> Finding:
    """Close a reviewed finding, with root cause and form of handling where it holds."""
    ending = closing.Ending(root_cause, root_cause_text, result_form, harm, violation)
    return closing.close(finding_id=finding_id, ending=ending, person_id=person_id, now=now, key=key)


def send_paper(
    *,
    finding_id: int,
    kind: str,
    text: str,
    person_id: int,
    now: datetime,
    demand: str = "fix",
    to_person_id: int | None = None,
    reply_due_on: date | None = None,
    key: str = "",
) -> Paper:
    """Issue a paper beside the handling: work tip, reminder, urging sheet."""
    draft = papers.Draft(
        kind=kind,
        demand_text=text,
        demand=demand,
        to_person_id=to_person_id,
        reply_due_on=reply_due_on,
    )
    return papers.send_paper(finding_id=finding_id, draft=draft, person_id=person_id, now=now, key=key)


ONE = {"finding_id": Finding}
PAGE = ("finding",)
REQUEST = {"request_id": ChangeRequest}
WATCHING = frozenset({"supervisor"})
AT = "warnings/{finding_id}"
PEOPLE = {**ONE, "to_person_id": Person, "second_person_id": Person}
OPERATIONS: Mapping[str, tuple[Operation, ...]] = {
    "warnings": (
        Operation("warnings", open_finding, pages=("finding_new",), kinds=WATCHING),
        Operation(
            f"{AT}/dispatch",
            loop.dispatch,
            {**ONE, "named_person_id": Person},
            pages=PAGE,
            kinds=WATCHING,
        ),
        Operation(f"{AT}/release", loop.tell_unit, ONE, pages=PAGE, kinds=WATCHING),
        Operation(f"{AT}/sign-in", loop.sign_in, ONE, pages=PAGE),
        Operation(f"{AT}/extend", loop.extend, ONE, pages=PAGE),
        Operation(f"{AT}/verify", verify, ONE, pages=PAGE),
        Operation(f"{AT}/handle", handle, PEOPLE, pages=PAGE),
        Operation(f"{AT}/feed-back", loop.feed_back, ONE, pages=PAGE),
        Operation(f"{AT}/review", loop.review, ONE, pages=PAGE, kinds=WATCHING),
        Operation(f"{AT}/close", close, ONE, pages=PAGE, kinds=WATCHING),
        Operation(f"{AT}/lower", closing.lower_colour, ONE, pages=PAGE, kinds=WATCHING),
        Operation(f"{AT}/look-back", closing.look_back, ONE, pages=PAGE, kinds=WATCHING),
        Operation(f"{AT}/escalate", closing.escalate, ONE, pages=PAGE, kinds=WATCHING),
        Operation(f"{AT}/papers", send_paper, PEOPLE, pages=PAGE, kinds=WATCHING),
        Operation("warning-papers/{paper_id}/reply", papers.reply, {"paper_id": Paper}, pages=PAGE),
        Operation(f"{AT}/changes", changing.ask, ONE, pages=PAGE, kinds=WATCHING),
        Operation("change-requests/{request_id}/answer", changing.answer, REQUEST, pages=("change_request",)),
        Operation(
            "change-requests/{request_id}/take-up",
            changing.take_up,
            {**REQUEST, "revision_id": Revision},
            pages=("change_request",),
        ),
        Operation(
            "change-requests/{request_id}/verify",
            changing.verify,
            REQUEST,
            pages=("change_request",),
            kinds=WATCHING,
        ),
        Operation(
            "indicators/{indicator_id}/review",
            precision.put_in_review,
            {"indicator_id": Indicator},
            pages=("indicator",),
            kinds=WATCHING,
        ),
    )
}
