"""Findings of inspection tours and audits: issue, name who answers, answer, accept, return."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from lianjing.kernel.declaration import Operation
from lianjing.runtime.external_finding import services
from lianjing.runtime.external_finding.models import ExternalFinding


def issue(
    *,
    domain: str,
    unit_id: int,
    source_kind: str,
    issued_on: date,
    fact: str,
    duty: str,
    track: str,
    issuer: str,
    doc_no: str,
    fix_text: str,
    screen_text: str,
    rule_text: str,
    person_id: int,
    now: datetime,
    key: str = "",
) -> ExternalFinding:
    """Enter a finding with its three demands."""
    found = services.Found(
        domain=domain,
        unit_id=unit_id,
        source_kind=source_kind,
        issued_on=issued_on,
        fact=fact,
        duty=duty,
        track=track,
        issuer=issuer,
        doc_no=doc_no,
        fix_text=fix_text,
        screen_text=screen_text,
        rule_text=rule_text,
    )
    return services.issue(found, person_id=person_id, now=now, key=key)


FINDING = {"finding_id": ExternalFinding}
PAGE = ("external_finding",)
OPERATIONS: Mapping[str, tuple[Operation, ...]] = {
    "findings": (
        Operation("findings", issue, pages=("external_finding_new",), kinds=frozenset({"supervisor"})),
        Operation("findings/{finding_id}/assign", services.assign, FINDING, pages=PAGE),
        Operation("findings/{finding_id}/answer", services.answer, FINDING, pages=PAGE),
        Operation(
            "findings/{finding_id}/accept",
            services.accept,
            FINDING,
            pages=PAGE,
            kinds=frozenset({"supervisor"}),
        ),
        Operation(
            "findings/{finding_id}/return",
            services.send_back,
            FINDING,
            pages=PAGE,
            kinds=frozenset({"supervisor"}),
        ),
    )
}
