"""Rights over rights, log-ins, rules, tokens, personal data: what the pages ask to be confirmed, a token by a named scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from lianjing.api import doors
from lianjing.api.office_acts import require_code
from lianjing.kernel.declaration import Operation
from lianjing.runtime.access import identities
from lianjing.runtime.access.models import ExternalIdentity
from lianjing.runtime.dictionary import services as dictionary
from lianjing.runtime.dictionary.models import CodeAddition
from lianjing.runtime.erasure import services as erasure
from lianjing.runtime.erasure.models import ErasureRequest
from lianjing.runtime.org.models import Person, Post, ScopeGrant, Unit
from lianjing.runtime.parameter import changes
from lianjing.runtime.personal.services import unmask
from lianjing.runtime.rights import administrators, logins, policies
from lianjing.runtime.rights import posts as rights
from lianjing.runtime.rights.models import AdministratorChange, AppointmentProposal
from lianjing.runtime.scope.door import row_of, tables
from lianjing.runtime.scope.reader import ADMINISTRATORS, OFFICIALS, STAFF, Reader
from lianjing.runtime.token import services as tokens
from lianjing.runtime.webhook import services as webhooks

SYSTEM, SECURITY = frozenset({"system_admin"}), frozenset({"security_admin"})
RIGHTS, PERSONAL = "rights", "personal"


def open_login(*, owner_person_id: int, number: str, person_id: int, now: datetime) -> logins.OneTime:
    """Make a log-in for a person; the one-time pass-phrase is in this answer and nowhere else."""
    owner = Person.objects.get(pk=owner_person_id)
    return logins.open_login(person_id=person_id, now=now, person=owner, number=number)


def grant_scope(
    *,
    scope: str,
    basis: str,
    from_on: date,
    person_id: int,
    now: datetime,
    to_on: date | None = None,
    post_id: int | None = None,
    seeing_person_id: int | None = None,
    unit_id: int | None = None,
) -> ScopeGrant:
    """Let a post see otherwise than its kind does, or a person see more until a day; by a paper, never oneself."""
    require_code("data_scope", scope, "scope")
    return rights.grant_scope(
        person_id=person_id,
        now=now,
        scope=scope,
        basis=basis,
        from_on=from_on,
        to_on=to_on,
        post=Post.objects.filter(pk=post_id or 0).first(),
        person=Person.objects.filter(pk=seeing_person_id or 0).first(),
        unit=Unit.objects.filter(pk=unit_id or 0).first(),
    )


def propose_appointment(
    *,
    appointee_person_id: int,
    post: Post,
    from_on: date,
    basis: str,
    person_id: int,
    now: datetime,
    to_on: date | None = None,
    key: str = "",
) -> AppointmentProposal:
    """Propose a person for a post by a paper; nobody proposes himself."""
    return rights.propose(
        person_id=person_id,
        now=now,
        person=Person.objects.get(pk=appointee_person_id),
        post=post,
        from_on=from_on,
        basis=basis,
        to_on=to_on,
        key=key,
    )


def seats_read(*, now: datetime) -> list[Mapping[str, Any]]:
    """Tell who holds each of the three seats today."""
    return [
        {"role": each.post.kind, "person": each.person.pk if each.person else None}
        for each in administrators.seats(now)
    ]


def propose_seat(
    *, role: str, incoming_person_id: int, number: str, basis: str, person_id: int, now: datetime
) -> AdministratorChange:
    """Propose who takes the seat of another administrator; the third one agrees."""
    incoming = Person.objects.get(pk=incoming_person_id)
    return administrators.propose(
        person_id=person_id, now=now, role=role, incoming=incoming, number=number, basis=basis
    )


def change_rule(*, name: str, value: str, source: str, reason: str, person_id: int, now: datetime) -> Any:
    """Set a rule of log-in, or propose it where it would be weaker."""
    return policies.change(name=name, value=value, source=source, reason=reason, person_id=person_id, now=now)


def link_identity(
    *, owner_person_id: int, kind: str, issuer: str, subject: str, reason: str, person_id: int, now: datetime
) -> ExternalIdentity:
    """Enter whom an outside directory knows a person as."""
    return identities.link(
        person_id=owner_person_id,
        kind=kind,
        issuer=issuer,
        subject=subject,
        by_person_id=person_id,
        reason=reason,
        now=now,
    )


def unlink_identity(*, identity_id: int, reason: str, person_id: int, now: datetime) -> ExternalIdentity:
    """End an outside identity."""
    return identities.unlink(identity_id=identity_id, by_person_id=person_id, reason=reason, now=now)


def add_code(
    *, codelist: str, code: str, zh: str, en: str, basis: str, person_id: int, now: datetime
) -> CodeAddition:
    """Add a local code to an open list, with the paper it rests on."""
    return dictionary.add(
        person_id=person_id, now=now, codelist=codelist, code=code, zh=zh, en=en, basis=basis
    )


def subscribe(*, name: str, url: str, kinds: str, person_id: int, now: datetime) -> Mapping[str, Any]:
    """Ask to be told of acts; the secret that signs is in this answer and nowhere else."""
    row, secret = webhooks.subscribe(name=name, url=url, kinds=kinds, person_id=person_id, now=now)
    return {"subscription": row.pk, "secret": secret}


def ask_erasure(
    *,
    table: str,
    record_key: str,
    columns: Sequence[str],
    basis: str,
    reason: str,
    person_id: int,
    now: datetime,
) -> ErasureRequest:
    """Ask for the erasure of columns of a row in one's scope; another person decides."""
    model = tables().get(table)
    if model is not None:
        row_of(model, record_key, Reader(person_id, now))
    return erasure.ask(
        table=table,
        key=record_key,
        columns=columns,
        basis=basis,
        reason=reason,
        person_id=person_id,
        now=now,
    )


def erasure_read(*, request_id: int) -> Mapping[str, Any]:
    """Show a request for erasure and how many acts and rows it reaches."""
    row = ErasureRequest.objects.get(pk=request_id)
    reach = erasure.extent(row.subject_table, row.subject_key) if row.state == "asked" else None
    return {
        "id": row.pk,
        "state": row.state,
        "table": row.subject_table,
        "columns": row.columns.split(),
        "basis": row.basis,
        "events": len(reach.events) if reach else 0,
        "told_again": len(reach.others) if reach else 0,
    }


LOGIN = {"account_id": doors.logins}
PROPOSED = {"proposal_id": doors.proposals}
SEAT = {"change_id": doors.administrator_changes}
RULE = {"change_id": doors.policy_changes}
FIGURE = {"change_id": doors.figure_changes}
ERASED = {"request_id": ErasureRequest}
OPERATIONS: Mapping[str, tuple[Operation, ...]] = {
    "log-ins": (
        Operation("logins", open_login, pages=("system_account_new",), kinds=SYSTEM, scope=RIGHTS),
        Operation(
            "logins/{account_id}/reset",
            logins.reset,
            LOGIN,
            pages=("system_account_reset",),
            kinds=SYSTEM,
            scope=RIGHTS,
        ),
        Operation(
            "logins/{account_id}/close",
            logins.close,
            LOGIN,
            pages=("system_account_close",),
            kinds=SYSTEM,
            scope=RIGHTS,
        ),
        Operation(
            "logins/{account_id}/unlock",
            logins.unlock,
            LOGIN,
            pages=("system_account_unlock",),
            kinds=SYSTEM,
            scope=RIGHTS,
        ),
        Operation(
            "logins/{account_id}/grant",
            logins.grant,
            LOGIN,
            pages=("system_account_grant",),
            kinds=SECURITY,
            scope=RIGHTS,
        ),
        Operation(
            "sessions/{session_id}/end",
            logins.kick_out,
            {"session_id": doors.sessions},
            pages=("system_session_end",),
            kinds=ADMINISTRATORS,
            scope=RIGHTS,
        ),
        Operation("identities", link_identity, pages=("system_identity_new",), kinds=SYSTEM, scope=RIGHTS),
        Operation(
            "identities/{identity_id}/end",
            unlink_identity,
            {"identity_id": doors.identities},
            pages=("system_identity_end",),
            kinds=SYSTEM,
            scope=RIGHTS,
        ),
        Operation(
            "login-rules",
            change_rule,
            pages=("system_policy_change",),
            kinds=SECURITY,
            scope=RIGHTS,
        ),
        Operation(
            "login-rule-changes/{change_id}/decide",
            policies.decide,
            RULE,
            pages=("system_policy_decide",),
            kinds=SYSTEM,
            scope=RIGHTS,
        ),
    ),
    "rights": (
        Operation("appointments", propose_appointment, pages=("org_appoint",), kinds=STAFF),
        Operation(
            "appointment-proposals/{proposal_id}/grant",
            rights.grant,
            PROPOSED,
            pages=("system_grant",),
            kinds=SECURITY,
            scope=RIGHTS,
        ),
        Operation(
            "appointment-proposals/{proposal_id}/refuse",
            rights.refuse,
            PROPOSED,
            pages=("system_grant",),
            kinds=SECURITY,
            scope=RIGHTS,
        ),
        Operation("scope-grants", grant_scope, pages=("system_scope_new",), kinds=SECURITY, scope=RIGHTS),
        Operation(
            "scope-grants/{grant_id}/end",
            rights.end_scope,
            {"grant_id": ScopeGrant},
            pages=("system_scope_end",),
            kinds=SECURITY,
            scope=RIGHTS,
        ),
        Operation("seats", seats_read, is_act=False, pages=("system_seats",), kinds=ADMINISTRATORS),
        Operation("seats", propose_seat, pages=("system_seat_new",), kinds=ADMINISTRATORS, scope=RIGHTS),
        Operation(
            "seat-changes/{change_id}/agree",
            administrators.agree,
            SEAT,
            pages=("system_seat",),
            kinds=ADMINISTRATORS,
            scope=RIGHTS,
        ),
        Operation(
            "seat-changes/{change_id}/refuse",
            administrators.refuse,
            SEAT,
            pages=("system_seat",),
            kinds=ADMINISTRATORS,
            scope=RIGHTS,
        ),
        Operation("codes", add_code, pages=("system_code_new",), kinds=ADMINISTRATORS),
        Operation(
            "codes/{addition_id}/end",
            dictionary.end,
            {"addition_id": doors.additions},
            pages=("system_code_end",),
            kinds=ADMINISTRATORS,
        ),
        Operation(
            "parameter-changes/{change_id}/agree",
            changes.agree,
            FIGURE,
            pages=("parameter_decide",),
            kinds=STAFF,
        ),
        Operation(
            "parameter-changes/{change_id}/refuse",
            changes.refuse,
            FIGURE,
            pages=("parameter_decide",),
            kinds=STAFF,
        ),
    ),
    "programs": (
        Operation(
            "tokens/{token_id}/revoke", tokens.revoke, {"token_id": doors.tokens}, pages=("token_revoke",)
        ),
        Operation("webhooks", subscribe, pages=("webhook_new",), scope=RIGHTS),
        Operation(
            "webhooks/{subscription_id}/end",
            webhooks.end,
            {"subscription_id": doors.subscriptions},
            pages=("webhook_end",),
        ),
        Operation(
            "webhook-deliveries/{delivery_id}/resend",
            webhooks.resend,
            {"delivery_id": doors.webhook_deliveries},
            pages=("webhook",),
        ),
    ),
    "personal data": (
        Operation("unmaskings", unmask, pages=("unmask",), kinds=OFFICIALS, scope=PERSONAL),
        Operation("erasures", ask_erasure, pages=("erasure_new",), scope=PERSONAL),
        Operation("erasures/{request_id}", erasure_read, ERASED, is_act=False, pages=("erasure",)),
        Operation(
            "erasures/{request_id}/approve", erasure.approve, ERASED, pages=("erasure",), scope=PERSONAL
        ),
        Operation("erasures/{request_id}/reject", erasure.reject, ERASED, pages=("erasure",), scope=PERSONAL),
    ),
}
