"""Claims that an employer enters on line as the proxy of its own worker (zone_injury#6)."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from lianjing.domains.injury.models import BenefitClaim, Injury
from lianjing.domains.injury.queries.cases import own_injuries
from lianjing.domains.injury.services.assessment import require_recognised
from lianjing.domains.injury.services.transfer import AGENT
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.services import join_party
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.process.services import open_matter
from lianjing.runtime.scope.reader import Reader
from lianjing.runtime.trail.act import Act, legal_day

PROCEDURE = "injury_claim_online"


def open_online(
    *, injury_id: int, person_id: int, now: datetime, key: str = "", channel: str = "web"
) -> Matter:
    """Open a claim for a worker of the agent's own firm; what is claimed is entered at its first step.

    Refusal(SCOPE) for another firm's worker, recognised or not; Refusal(POST) for who is no employer's agent.
    """
    actor_with(person_id, AGENT, legal_day(now), channel=channel)
    injury = own_injuries(Reader(person_id, now)).filter(pk=injury_id).first()
    if injury is None:
        raise Refusal(Ground.SCOPE, "scope.injury", _("没有该工伤案件，或不在您的数据范围内"))
    return open_matter(
        procedure_key=PROCEDURE,
        parent_id=injury.pk,
        title=_("%(day)s工伤待遇网上代办") % {"day": injury.injured_on.isoformat()},
        person_id=person_id,
        now=now,
        key=key,
        channel=channel,
    )


def begun(act: Act, matter: Matter) -> None:
    """Name the employer a party of its worker's claim, so that the first step is its own agent's and nobody else's."""
    injury = Injury.objects.get(pk=matter.parent_id)
    join_party(act, matter, enterprise_id=injury.employer_enterprise_id, role="employer")


def may_open(parent: Matter, day: date) -> None:
    """Refuse a claim before the injury is recognised, and a second one while the first is still being filled in."""
    require_recognised(parent.pk)
    waiting = Matter.objects.filter(parent=parent, kind="injury_claim", status="open")
    if waiting.exclude(pk__in=BenefitClaim.objects.filter(injury_id=parent.pk).values("pk")).exists():
        raise Refusal(
            Ground.GATE, "injury.claim_waiting", _("该职工已有一件待填报的申领，请先填完"), "zone_injury#6"
        )
