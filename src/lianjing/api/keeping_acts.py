"""Keeping, exchange and reports of conduct: retention, holds, disposal, feeds, complaints without their words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lianjing.api import doors
from lianjing.api.office_acts import require_code
from lianjing.kernel.declaration import Operation
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.complaint import services as complaints
from lianjing.runtime.complaint.models import Complaint, ComplaintStep
from lianjing.runtime.exchange import services as exchange
from lianjing.runtime.exchange.declaration import declared
from lianjing.runtime.exchange.models import Feed
from lianjing.runtime.exchange.queries import differences, gaps, standing
from lianjing.runtime.exchange.running import run_once
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.retention import services as retention
from lianjing.runtime.retention.models import Disposal, RetentionRule
from lianjing.runtime.scope.reader import ADMINISTRATORS, OFFICIALS
from lianjing.runtime.trail.act import legal_day

SUPERVISOR, SYSTEM = frozenset({"supervisor"}), frozenset({"system_admin"})
CONFIDENCE = "confidence"
ENTERED_BY = frozenset({"phone", "visit", "letter", "hotline"})
LONGEST_LINE = 200


def set_rule(
    *, document_kind: str, retention_class: str, basis: str, person_id: int, now: datetime
) -> RetentionRule:
    """Say how long papers of a kind are kept; "" for every kind without a rule of its own."""
    if document_kind:
        require_code("document_kind", document_kind, "document_kind")
    require_code("retention", retention_class, "retention_class")
    return retention.set_rule(
        document_kind=document_kind, retention=retention_class, basis=basis, person_id=person_id, now=now
    )


def propose_disposal(*, document_id: int, reason: str, person_id: int, now: datetime) -> Disposal:
    """Propose to dispose of a paper whose time is over; another person decides."""
    return retention.propose(document_id=document_id, reason=reason, person_id=person_id, now=now)


def feed_read(*, feed_id: int, now: datetime) -> Mapping[str, Any]:
    """Show how a feed stands: last good run, silences, what waits and what died."""
    row = Feed.objects.get(pk=feed_id)
    found = standing(declared()[row.code], row, now)
    return {
        "id": row.pk,
        "code": row.code,
        "status": found.status,
        "is_connected": found.is_connected,
        "last_good": found.state.ok_at if found.state else None,
        "waiting": found.waiting,
        "dead": found.dead,
        "gaps": [{"since": each.since, "until": each.until} for each in gaps(found, now)],
    }


def differences_read(*, feed_id: int) -> list[Any]:
    """List where what the other system states and what the platform holds do not agree."""
    row = Feed.objects.get(pk=feed_id)
    return list(differences(declared()[row.code], row))


def run_feed(*, feed_id: int, person_id: int, now: datetime) -> Mapping[str, Any]:
    """Run a feed now and say what came of it."""
    actor_with(person_id, exchange.MANAGER, legal_day(now))
    run = run_once(Feed.objects.get(pk=feed_id).code, now)
    if run is None:
        raise BadInput(_("该数据源尚未接通或已停用"), "feed_id")
    return {"run": run.pk, "result": run.result}


def enter_complaint(
    *,
    channel: str,
    text: str,
    harm: str,
    person_id: int,
    now: datetime,
    about: str = "",
    contact: str = "",
    about_unit_id: int | None = None,
) -> Mapping[str, str]:
    """Enter what came by telephone, visit or letter; it is sealed at once, the receipt number is told once."""
    require_code("harm", harm, "harm")
    if channel not in ENTERED_BY:
        raise BadInput(_("请从列表中选择"), "channel")
    report = complaints.Report(
        text=text,
        about=about,
        contact=contact,
        harm=harm,
        about_unit_id=about_unit_id,
        channel=channel,
    )
    return {"receipt": complaints.receive(report, now=now, person_id=person_id)}


def handle_complaint(
    *, complaint_id: int, state: str, note: str, person_id: int, now: datetime, answer: str = ""
) -> ComplaintStep:
    """Move a report on, with a note that is sealed and a sentence for its author."""
    require_code("complaint_state", state, "state")
    if len(answer) > complaints.LONGEST:
        raise BadInput(_("内容过长"), "answer")
    return complaints.handle(
        complaint_id=complaint_id, person_id=person_id, state=state, note=note, answer=answer, now=now
    )


def name_subject(
    *,
    complaint_id: int,
    person_id: int,
    now: datetime,
    about_person_id: int | None = None,
    about_unit_id: int | None = None,
) -> None:
    """Write down whom a report is about; the person named no longer sees it."""
    complaints.name_subject(
        complaint_id=complaint_id,
        person_id=person_id,
        about_person_id=about_person_id,
        about_unit_id=about_unit_id,
        now=now,
    )


def complaint_read(*, complaint_id: int) -> Mapping[str, Any]:
    """Show how far a report is and when it is due; its words stay sealed."""
    row = Complaint.objects.get(pk=complaint_id)
    return {
        "id": row.pk,
        "state": row.state,
        "harm": row.harm,
        "channel": row.channel,
        "received_on": row.received_on,
        "due_on": row.due_on,
        "steps": [
            {"state": each.state, "done_at": each.done_at}
            for each in ComplaintStep.objects.filter(complaint=row).order_by("id")
        ],
    }


FEED = {"feed_id": doors.feeds}
REPORT = {"complaint_id": doors.complaints}
OPERATIONS: Mapping[str, tuple[Operation, ...]] = {
    "keeping": (
        Operation("retention-rules", set_rule, pages=("retention_rule",), kinds=OFFICIALS),
        Operation("legal-holds", retention.place_hold, pages=("legal_hold_new",)),
        Operation(
            "legal-holds/{hold_id}/release",
            retention.release_hold,
            {"hold_id": doors.holds},
            pages=("legal_hold_release",),
        ),
        Operation(
            "documents/{document_id}/disposals",
            propose_disposal,
            pages=("disposal_propose",),
            kinds=OFFICIALS,
        ),
        Operation(
            "disposals/{disposal_id}/decide",
            retention.decide,
            {"disposal_id": doors.disposals},
            pages=("disposal_decide",),
            kinds=OFFICIALS,
        ),
    ),
    "exchange": (
        Operation(
            "feeds/{feed_id}",
            feed_read,
            FEED,
            is_act=False,
            pages=("feed",),
            kinds=ADMINISTRATORS | SUPERVISOR,
        ),
        Operation(
            "feeds/{feed_id}/differences",
            differences_read,
            FEED,
            is_act=False,
            pages=("feed_differences",),
            kinds=SUPERVISOR,
        ),
        Operation("feeds/{feed_id}/run", run_feed, FEED, pages=("feed_act",), kinds=SYSTEM),
        Operation("feeds/{feed_id}/stop", exchange.stop, FEED, pages=("feed_act",), kinds=SYSTEM),
        Operation("feeds/{feed_id}/start", exchange.start, FEED, pages=("feed_act",), kinds=SYSTEM),
        Operation(
            "feed-letters/{letter_id}/resend",
            exchange.resend,
            {"letter_id": doors.letters},
            pages=("feed_resend",),
            kinds=SYSTEM,
        ),
        Operation(
            "external-records/{record_id}/explain",
            exchange.explain,
            {"record_id": doors.records},
            pages=("external_record_explain",),
            kinds=SUPERVISOR,
        ),
    ),
    "reports of conduct": (
        Operation(
            "complaints", enter_complaint, pages=("complaint_new",), kinds=SUPERVISOR, scope=CONFIDENCE
        ),
        Operation(
            "complaints/{complaint_id}",
            complaint_read,
            REPORT,
            is_act=False,
            pages=("complaint",),
            kinds=SUPERVISOR,
            scope=CONFIDENCE,
        ),
        Operation(
            "complaints/{complaint_id}/handle",
            handle_complaint,
            REPORT,
            pages=("complaint",),
            kinds=SUPERVISOR,
            scope=CONFIDENCE,
        ),
        Operation(
            "complaints/{complaint_id}/subject",
            name_subject,
            REPORT,
            pages=("complaint_subject",),
            kinds=SUPERVISOR,
            scope=CONFIDENCE,
        ),
    ),
}
