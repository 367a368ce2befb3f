"""Outside identities: the system administrator enters whom a directory knows a person as; a log-in never does."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.access.actors import refuse_unless, self_actor
from lianjing.runtime.access.models import ExternalIdentity
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.trail.act import recorded

KINDS = ("oidc", "ldap")


def link(
    *,
    person_id: int,
    kind: str,
    issuer: str,
    subject: str,
    by_person_id: int,
    reason: str,
    now: datetime,
) -> ExternalIdentity:
    """Link an outside identity to an account that exists; one event.

    `issuer` is the OIDC issuer's address, for LDAP the directory's. BadInput where the subject or the person is linked
    already, or the person has no account.
    """
    actor = self_actor(by_person_id, now, {"system_admin"})
    with recorded("identity.link", chain=f"person:{person_id}", actor=actor, now=now, reason=reason) as act:
        refuse_unless(by_person_id, now, {"system_admin"})
        if kind not in KINDS:
            raise BadInput(_("没有这种外部身份"), "kind")
        if not subject.strip() or not issuer.strip():
            raise BadInput(_("签发方和对方标识不能为空"), "subject")
        if not LoginAccount.objects.filter(person_id=person_id).exists():
            raise BadInput(_("该人员没有账号"), "person")
        running = ExternalIdentity.objects.filter(kind=kind, ended_at=None)
        if running.filter(issuer=issuer.strip(), subject=subject.strip()).exists():
            raise BadInput(_("该外部身份已登记"), "subject")
        if running.filter(person_id=person_id).exists():
            raise BadInput(_("该人员已有这种外部身份，请先停用"), "person")
        return act.save(
            ExternalIdentity(
                person_id=person_id,
                kind=kind,
                issuer=issuer.strip(),
                subject=subject.strip(),
                entered_at=now,
            )
        )


def unlink(*, identity_id: int, by_person_id: int, reason: str, now: datetime) -> ExternalIdentity:
    """End an outside identity; one event."""
    row = ExternalIdentity.objects.filter(id=identity_id, ended_at=None).first()
    if row is None:
        raise BadInput(_("没有这个外部身份"), "identity")
    actor = self_actor(by_person_id, now, {"system_admin"})
    with recorded(
        "identity.unlink", chain=f"person:{row.person_id}", actor=actor, now=now, reason=reason
    ) as act:
        refuse_unless(by_person_id, now, {"system_admin"})
        row.ended_at = now
        return act.save(row)
