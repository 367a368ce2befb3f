"""The scope of the tables that all domains share: which rows of each a reader may be shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from lianjing.runtime.batch import models as batch
from lianjing.runtime.complaint import models as complaint
from lianjing.runtime.complaint.queries import complaints_for, offices_of
from lianjing.runtime.contract import models as contract
from lianjing.runtime.documents import models as documents
from lianjing.runtime.draw import models as draw
from lianjing.runtime.draw import queries as draws
from lianjing.runtime.erasure.models import ErasureRequest
from lianjing.runtime.erasure.services import requests_for
from lianjing.runtime.external_finding import models as external_finding
from lianjing.runtime.fact.models import Fact
from lianjing.runtime.finding import models as finding
from lianjing.runtime.finding.changing import may_see
from lianjing.runtime.finding.visibility import visible_to as findings_visible_to
from lianjing.runtime.key_minority import models as key_minority
from lianjing.runtime.matter import models as matter
from lianjing.runtime.meeting import models as meeting
from lianjing.runtime.meeting.queries import VOTING, meetings_for
from lianjing.runtime.org import models as org
from lianjing.runtime.org.queries import supervised_units
from lianjing.runtime.parameter.models import Parameter
from lianjing.runtime.parties import models as parties
from lianjing.runtime.payment import models as payment
from lianjing.runtime.payment.reconciliation import accounts_visible
from lianjing.runtime.permit.models import Permit
from lianjing.runtime.process import models as process
from lianjing.runtime.process.opinions import sealed_items
from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.publicity import models as publicity
from lianjing.runtime.publicity import queries as notices
from lianjing.runtime.regulation import models as regulation
from lianjing.runtime.report.models import NamedReport
from lianjing.runtime.report.services import reports_for
from lianjing.runtime.revision import models as revision
from lianjing.runtime.revision.queries import revisions_for
from lianjing.runtime.risk import models as risk
from lianjing.runtime.scope.events import events_for
from lianjing.runtime.scope.reader import Reader
from lianjing.runtime.trail.models import Event
from lianjing.runtime.undertaking import models as undertaking
from lianjing.runtime.undertaking import queries as undertakings

Rows = QuerySet[Any]
Scope = Callable[[Reader], Rows]


def every(model: type[models.Model]) -> Rows:
    """Return all rows of a table in the order of their keys."""
    return model._default_manager.order_by("pk")


def for_staff(model: type[models.Model]) -> Scope:
    """The organisation and its figures: all of it for people of the service, nothing for firms."""

    def rows(reader: Reader) -> Rows:
        return every(model) if reader.is_staff else every(model).none()

    return rows


def for_all(model: type[models.Model]) -> Scope:
    """The rules in force: whoever holds a post may read them."""

    def rows(reader: Reader) -> Rows:
        return every(model) if reader.kinds else every(model).none()

    return rows


def for_officials(model: type[models.Model]) -> Scope:
    """The parties outside: all of them for officials, none for administrators and firms."""

    def rows(reader: Reader) -> Rows:
        return every(model) if reader.is_official else every(model).none()

    return rows


def of_matter(model: type[models.Model], place: str = "matter") -> Scope:
    """What belongs to a matter is seen by who sees the matter."""

    def rows(reader: Reader) -> Rows:
        return every(model).filter(**{f"{place}__in": visible_to(reader.person_id, reader.day)})

    return rows


def through(model: type[models.Model], place: str, scope: Scope) -> Scope:
    """What hangs on a row is seen by who sees that row."""

    def rows(reader: Reader) -> Rows:
        return every(model).filter(**{f"{place}__in": scope(reader).order_by().values("pk")})

    return rows


def _complaints(reader: Reader) -> Rows:
    return complaints_for(reader.person_id, reader.day).order_by("pk")


def _complaint_keys(reader: Reader) -> Rows:
    return every(complaint.ComplaintKey).filter(unit_id__in=offices_of(reader.person_id, reader.day))


def _erasures(reader: Reader) -> Rows:
    return requests_for(reader.kinds).order_by("pk")


def _reports(reader: Reader) -> Rows:
    return reports_for(reader.person_id, reader.day)


def _matters(reader: Reader) -> Rows:
    return visible_to(reader.person_id, reader.day).order_by("pk")


def _documents(reader: Reader) -> Rows:
    """Papers of the matters in scope, and of those a member is called to decide, once they were sent out."""
    seats = meeting.MeetingMember.objects.filter(person_id=reader.person_id, role__in=VOTING)
    items = meeting.AgendaItem.objects.filter(
        meeting_id__in=seats.values("meeting_id"), materials_sent_at__isnull=False
    )
    called = _without_recused(items, reader.person_id)
    seen = Q(matter__in=visible_to(reader.person_id, reader.day)) | Q(
        matter_id__in=called.values("matter_id")
    )
    return every(documents.Document).filter(seen)


def _without_recused(items: QuerySet[meeting.AgendaItem], person_id: int) -> QuerySet[meeting.AgendaItem]:
    """Agenda items without those from which the person is recused (zone_collective#5)."""
    declared = matter.Recusal.objects.filter(person_id=person_id, result="recused").values("matter_id")
    own = meeting.Vote.objects.filter(person_id=person_id, choice="recused").values("agenda_item_id")
    return items.exclude(Q(matter_id__in=declared) | Q(matter__root_id__in=declared) | Q(pk__in=own))


def _revisions(reader: Reader) -> Rows:
    return revisions_for(reader.person_id, reader.day).order_by("pk")


def _meetings(reader: Reader) -> Rows:
    if not reader.is_official:
        return every(meeting.Meeting).none()
    return meetings_for(reader.person_id, reader.day).order_by("pk")


def _agenda(reader: Reader) -> Rows:
    held = meeting.AgendaItem.objects.filter(meeting__in=_meetings(reader).values("pk"))
    return _without_recused(held, reader.person_id).order_by("pk")


def _unsealed(model: type[models.Model]) -> Scope:
    """Opinions and conclusions of a joint review: sealed until all are in or due, never from their author."""

    def rows(reader: Reader) -> Rows:
        waiting = process.WorkItem.objects.filter(closed_at__isnull=True).exclude(element="")
        sealed = sealed_items(set(waiting.values_list("matter_id", flat=True)), reader.now)
        seen = every(model).filter(matter__in=visible_to(reader.person_id, reader.day))
        return seen.filter(
            ~Q(work_item_id__in=sealed) | Q(work_item_id__isnull=True) | Q(person_id=reader.person_id)
        )

    return rows


def _signers(reader: Reader) -> Rows:
    """Who was asked to sign; within a sealed joint review only to those whom it concerns."""
    waiting = process.WorkItem.objects.filter(closed_at__isnull=True).exclude(element="")
    sealed = sealed_items(set(waiting.values_list("matter_id", flat=True)), reader.now)
    seen = every(process.AddedSigner).filter(matter__in=visible_to(reader.person_id, reader.day))
    own = Q(signer_person_id=reader.person_id) | Q(added_by_person_id=reader.person_id)
    return seen.filter(~Q(work_item_id__in=sealed) | own)


def _draws(reader: Reader) -> Rows:
    return draws.visible(reader.person_id, reader.day).order_by("pk")


def _candidates(reader: Reader) -> Rows:
    """Who stands in a pool: see draw.queries.hidden_among."""
    seen = list(_draws(reader))
    hidden = draws.hidden_among(seen, reader.person_id, reader.day)
    return every(draw.DrawCandidate).filter(draw__in=[row.pk for row in seen if row.pk not in hidden])


def _publicities(reader: Reader) -> Rows:
    return notices.visible(reader.person_id, reader.day).order_by("pk")


def _objections(reader: Reader) -> Rows:
    return notices.objections_visible(reader.person_id, reader.day).order_by("pk")


def _undertakings(reader: Reader) -> Rows:
    if not reader.is_official:
        return every(undertaking.Undertaking).none()
    return undertakings.visible(reader.person_id, reader.day).order_by("pk")


def _enterprises(reader: Reader) -> Rows:
    """Every firm for officials; a firm finds those of its own matters."""
    rows = every(parties.Enterprise)
    if reader.is_official:
        return rows
    seen = matter.MatterParty.objects.filter(matter__in=visible_to(reader.person_id, reader.day))
    return rows.filter(Q(pk__in=seen.values("enterprise_id")) | Q(credit_code__in=reader.credit_codes))


def _own_accounts(reader: Reader) -> Rows:
    return accounts_visible(reader.person_id, reader.day)


def _accounts(reader: Reader) -> Rows:
    """Our own accounts by the rule of reconciliation, payees' by the contracts and payments in scope."""
    seen = visible_to(reader.person_id, reader.day)
    contracts = contract.Contract.objects.filter(matter__in=seen).values("payee_account_id")
    paid = payment.PaymentApplication.objects.filter(matter__in=seen).values("payee_account_id")
    return every(parties.Account).filter(
        Q(pk__in=_own_accounts(reader).order_by().values("pk")) | Q(pk__in=contracts) | Q(pk__in=paid)
    )


def _ties(reader: Reader) -> Rows:
    """Ties of staff and firms are the supervisors' own ground."""
    rows = every(parties.Tie)
    return rows if "supervisor" in reader.kinds else rows.none()


def _ownerships(reader: Reader) -> Rows:
    """What a register or a contract says of a firm's owners for officials; what was declared or matched only for who supervises."""
    rows = for_officials(parties.Ownership)(reader)
    return rows if "supervisor" in reader.kinds else rows.filter(source__in=("", "registry", "contract"))


def _key_persons(reader: Reader) -> Rows:
    """The register for who supervises the person's unit; one's own entry."""
    own = Q(person_id=reader.person_id)
    if "supervisor" in reader.kinds:
        own |= Q(person__unit_id__in=supervised_units(reader.person_id, reader.day))
    return every(key_minority.KeyPerson).filter(own)


def _of_file(model: type[models.Model]) -> Scope:
    """What stands in a person's file: his own, and that of a file which the reader has opened for a purpose now."""

    def rows(reader: Reader) -> Rows:
        opened = key_minority.FileOpening.objects.filter(person_id=reader.person_id, to_at__gt=reader.now)
        return every(model).filter(
            Q(person_id=reader.person_id) | Q(person_id__in=opened.values("about_person_id"))
        )

    return rows


def _openings(reader: Reader) -> Rows:
    """Who opened whose file: for supervisors and the audit, never of one's own file."""
    rows = every(key_minority.FileOpening)
    if not reader.kinds & {"supervisor", "audit_admin"}:
        return rows.none()
    return rows.exclude(about_person_id=reader.person_id)


def _campaign_reports(reader: Reader) -> Rows:
    """The report of a campaign for supervisors and for its team."""
    rows = every(risk.CampaignReport)
    if "supervisor" in reader.kinds:
        return rows
    return rows.filter(campaign__members__person_id=reader.person_id).distinct()


def _findings(reader: Reader) -> Rows:
    return findings_visible_to(reader.person_id, reader.day).order_by("pk")


def _supervisors(model: type[models.Model]) -> Scope:
    """Dossiers are the supervisors' alone."""

    def rows(reader: Reader) -> Rows:
        return every(model) if "supervisor" in reader.kinds else every(model).none()

    return rows


def _change_requests(reader: Reader) -> Rows:
    found = finding.ChangeRequest.objects.all() if reader.is_official else ()
    seen = [row.pk for row in found if may_see(row, reader.person_id, reader.day)]
    return every(finding.ChangeRequest).filter(pk__in=seen)


def _urgings(reader: Reader) -> Rows:
    """Urging sheets of what one sees, and those addressed to oneself."""
    seen = _undertakings(reader).order_by().values("pk")
    return every(undertaking.Urging).filter(Q(undertaking__in=seen) | Q(to_person_id=reader.person_id))


def _events(reader: Reader) -> Rows:
    return events_for(org.Person.objects.get(pk=reader.person_id), reader.day).order_by("pk")


def _grants(reader: Reader) -> Rows:
    """Who grants scopes, who watches them, and the person himself see what was granted."""
    rows = every(org.ScopeGrant)
    if reader.kinds & {"security_admin", "audit_admin", "supervisor"}:
        return rows
    return rows.filter(person_id=reader.person_id)


SHARED: Mapping[type[models.Model], Scope] = {
    **{
        model: for_staff(model)
        for model in (
            org.Unit,
            org.Post,
            org.PostDuty,
            org.Person,
            org.Appointment,
            org.Delegation,
            org.DutyConflict,
            org.PowerItem,
            Parameter,
            process.CalendarDay,
            process.LocalClosure,
        )
    },
    org.ScopeGrant: _grants,
    NamedReport: _reports,
    ErasureRequest: _erasures,
    complaint.Complaint: _complaints,
    complaint.ComplaintStep: through(complaint.ComplaintStep, "complaint", _complaints),
    complaint.ComplaintFile: through(complaint.ComplaintFile, "complaint", _complaints),
    complaint.ComplaintKey: _complaint_keys,
    **{
        model: for_all(model)
        for model in (
            regulation.Regulation,
            regulation.Clause,
            regulation.Definition,
            regulation.ProcessStep,
            regulation.DocumentRequirement,
        )
    },
    revision.Revision: _revisions,
    revision.RevisionPart: through(revision.RevisionPart, "revision", _revisions),
    revision.RevisionCheck: through(revision.RevisionCheck, "revision", _revisions),
    revision.RevisionReplay: through(revision.RevisionReplay, "revision", _revisions),
    **{model: for_officials(model) for model in (parties.NaturalPerson, parties.Expert)},
    parties.Ownership: _ownerships,
    parties.Enterprise: _enterprises,
    parties.Account: _accounts,
    parties.Tie: _ties,
    matter.Matter: _matters,
    **{
        model: of_matter(model)
        for model in (
            matter.MatterParty,
            matter.Recusal,
            matter.StageGate,
            documents.NotNeeded,
            process.ProcessInstance,
            process.WorkItem,
            process.DecisionLog,
            Fact,
            Permit,
            contract.Contract,
            contract.Amendment,
            contract.AccountChange,
            contract.Term,
            payment.PaymentApplication,
        )
    },
    process.ClockPause: of_matter(process.ClockPause, "work_item__matter"),
    process.Timer: of_matter(process.Timer, "instance__matter"),
    process.AddedSigner: _signers,
    process.CalledProcess: of_matter(process.CalledProcess, "called__matter"),
    process.MatterRestart: of_matter(process.MatterRestart, "old_matter"),
    process.Review: _unsealed(process.Review),
    process.Opinion: _unsealed(process.Opinion),
    documents.Document: _documents,
    documents.DocumentLink: through(documents.DocumentLink, "document", _documents),
    documents.Photo: through(documents.Photo, "document", _documents),
    contract.ContractBond: of_matter(contract.ContractBond, "contract__matter"),
    contract.ContractItem: of_matter(contract.ContractItem, "contract__matter"),
    payment.BudgetLine: of_matter(payment.BudgetLine, "project"),
    payment.BudgetCarry: of_matter(payment.BudgetCarry, "origin__project"),
    payment.PaymentOrder: of_matter(payment.PaymentOrder, "payment_application__matter"),
    payment.Invoice: of_matter(payment.Invoice, "payment_application__matter"),
    payment.PaymentHold: of_matter(payment.PaymentHold, "payment_application__matter"),
    payment.BankStatement: through(payment.BankStatement, "account", _own_accounts),
    payment.BankLine: through(payment.BankLine, "account", _own_accounts),
    meeting.Meeting: _meetings,
    meeting.MeetingMember: through(meeting.MeetingMember, "meeting", _meetings),
    meeting.AgendaItem: _agenda,
    undertaking.Undertaking: _undertakings,
    undertaking.UndertakingProgress: through(undertaking.UndertakingProgress, "undertaking", _undertakings),
    undertaking.Urging: _urgings,
    draw.Draw: _draws,
    draw.DrawCandidate: _candidates,
    publicity.Publicity: _publicities,
    publicity.Objection: _objections,
    Event: _events,
    external_finding.ExternalFinding: of_matter(external_finding.ExternalFinding),
    external_finding.ExternalFindingPart: of_matter(external_finding.ExternalFindingPart, "finding__matter"),
    finding.Finding: _findings,
    **{
        model: through(model, "finding", _findings)
        for model in (
            finding.FindingFact,
            finding.FindingEvidence,
            finding.FindingPerson,
            finding.FindingStep,
            finding.FindingSeen,
            finding.FindingRecusal,
            finding.Paper,
        )
    },
    finding.Case: _supervisors(finding.Case),
    batch.EventLog: _supervisors(batch.EventLog),
    finding.ChangeRequest: _change_requests,
    **{
        model: for_officials(model)
        for model in (
            finding.Indicator,
            finding.IndicatorRun,
            risk.RiskPoint,
            risk.Control,
            risk.Campaign,
            risk.RegisterAdoption,
            risk.ControlTest,
            risk.CampaignScope,
            risk.CampaignMember,
        )
    },
    risk.CampaignReport: _campaign_reports,
    key_minority.KeyPerson: _key_persons,
    key_minority.Declaration: _of_file(key_minority.Declaration),
    key_minority.DeclaredInterest: through(
        key_minority.DeclaredInterest, "declaration", _of_file(key_minority.Declaration)
    ),
    key_minority.PersonEducation: _of_file(key_minority.PersonEducation),
    key_minority.FileOpening: _openings,
}

# Tables of which no row is shown as such, and why.
UNSHOWN: Mapping[str, str] = {
    "complaint_key_proposal": "the supervision group's own page",
    "complaint_proposal_secret": "a private key behind a pass-phrase",
    "complaint_secret": "a private key behind a pass-phrase",
    "rule_revision_replay_row": "computed again from the trail at any time; read through its replay",
    "trail_erased": "read through its event",
    "search_entry": "index of search, read through the rows it leads to",
    "search_term": "index of search",
    "search_amount": "index of search",
    "search_mark": "index of search",
    "trail_body": "read through its event, which keeps what is sealed",
    "trail_pending": "machinery of the trail",
    "trail_leaf": "read through its event",
    "trail_receipt": "answers to repeated requests",
    "reference_stamp": "tells caches that reference data changed",
    "act_row": "read through its event",
    "login_account": "log-in state",
    "login_session": "one's own sessions, and the administrators' list, have pages of their own",
    "login_record": "one's own log-ins, and the audit's list, have pages of their own",
    "login_lock": "log-in state",
    "factor": "one's own factors have a page of their own",
    "factor_secret": "secrets",
    "used_code": "log-in state",
    "recovery_code": "secrets",
    "old_password": "secrets",
    "external_identity": "the administrators' list has a page of its own",
    "access_policy": "the administrators' list has a page of its own",
    "series": "counters of document numbers",
    "form_draft": "a draft is its writer's alone and stands on the form",
    "item_opened": "who opened a step first only bars a take-back",
    "submission": "the raw form of a step: its values stand in the record and, unsealed, in the event",
    "vote": "shown with its agenda item, which keeps votes secret until the result",
    "import_batch": "the data catalogue has a page of its own",
    "feed": "the data catalogue has a page of its own",
    "external_record": "what others state is compared on the supervisors' page",
    "import_note": "written by commands, read with the record that it speaks of",
    "import_mapping": "settings of a tool",
    "unmasking": "the supervisors' log of unmasked personal data has a page of its own",
    "api_token": "one's own tokens, and the administrators' list, have pages of their own",
    "api_token_use": "shown with its token",
    "api_rate_share": "counters of requests",
    "webhook_subscription": "one's own subscriptions, and the administrators' list, have pages of their own",
    "webhook_state": "secrets",
    "administrator_change": "rights over rights: the administrators' own pages",
    "appointment_proposal": "rights over rights: the administrators' own pages",
    "circulation": "between persons: its own pages",
    "circulation_copy": "between persons: its own pages",
    "calendar_notice": "the page of the calendar",
    "code_addition": "the dictionary's own page",
    "disposal": "the archive's own pages",
    "draw_seed": "read with its draw",
    "figure_change": "the page of figures",
    "handover_line": "its two sides and their administrators: its own pages",
    "handover_post": "its two sides and their administrators: its own pages",
    "inquiry": "between persons: its own pages",
    "inquiry_answer": "between persons: its own pages",
    "job_errand": "long work begun on a page",
    "job_state": "machinery of the worker",
    "legal_hold": "the archive's own pages",
    "login_grant": "rights over rights: the administrators' own pages",
    "message": "told to persons: its own pages",
    "message_address": "a person's own",
    "message_delivery": "outbox of messages",
    "message_preference": "a person's own",
    "notice": "told to persons: its own pages",
    "notice_read": "told to persons: its own pages",
    "notice_unit": "told to persons: its own pages",
    "opinion_phrase": "help with typing",
    "policy_change": "rights over rights: the administrators' own pages",
    "post_handover": "its two sides and their administrators: its own pages",
    "retention_rule": "the archive's own pages",
    "trail_checkpoint": "the trail itself, exported as a folder",
    "trail_cosignature": "the trail itself, exported as a folder",
    "webhook_delivery": "shown with its subscription",
    "dead_letter": "exchange with outside systems: its own pages",
    "feed_message": "exchange with outside systems: its own pages",
    "feed_run": "exchange with outside systems: its own pages",
    "feed_state": "exchange with outside systems: its own pages",
}
