"""The gates of an injury's two stages, each condition with its clause."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.injury.models import Injury, InjuryRecognition
from lianjing.domains.injury.queries.ledger import claims_of, unsettled
from lianjing.domains.injury.queries.withheld import items_of_injury, rows_of
from lianjing.kernel.declaration import Condition
from lianjing.runtime.matter.models import Matter

DECIDED = ("injury", "deemed", "refused")


def leaving_recognition(matter: Any, day: date) -> Sequence[Condition]:
    """The decision was made and served."""
    served = InjuryRecognition.objects.filter(injury_id=matter.pk, served_on__isnull=False)
    is_decided = Injury.objects.filter(pk=matter.pk, decision__in=DECIDED).exists()
    return (
        Condition(_("已作出认定决定"), is_decided, "injury_regulation#20"),
        Condition(_("决定已送达"), served.exists(), "injury_regulation#20"),
    )


def leaving_benefit(matter: Any, day: date) -> Sequence[Condition]:
    """No procedure is open, no employer keeps back what is the worker's, and he has confirmed what is due to him (W12)."""
    waiting = Matter.objects.filter(root_id=matter.pk, status__in=("open", "suspended")).exclude(pk=matter.pk)
    is_settled = not any(unsettled(claim) for claim in claims_of(matter.pk))
    items = items_of_injury(matter.pk)
    is_kept_back = any(row.is_employers for row in rows_of(items, day))
    return (
        Condition(_("没有未办结的认定、鉴定、申领和支付"), not waiting.exists(), "zone_injury#1"),
        Condition(_("用人单位代领、应付的待遇已足额交给职工"), not is_kept_back, "zone_injury#8"),
        Condition(_("职工已确认足额到手"), is_settled, "zone_injury#9"),
    )
