"""The register of indicators: which version of which model stands, on trial, in force or stopped, and on which days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes
from lianjing.runtime.finding import models
from lianjing.runtime.risk.models import RiskPoint
from lianjing.runtime.trail.act import SYSTEM, Actor, legal_day, recorded


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator as its file says it; `sql_sha256` is the digest of the file, `parameters` a text of its `param` lines."""

    code: str
    version: int
    title: str
    title_en: str
    domain: str
    severity: str
    sql_sha256: str
    risk_point: str = ""
    stage: str = ""
    status: str = "in_force"
    evidences: str = ""
    source: str = ""
    excludes: str = ""
    assumes: str = ""
    parameters: str = ""


def register(indicator: Indicator, now: datetime, *, actor: Actor = SYSTEM) -> models.Indicator:
    """Register a version once; a newer version ends the one before it the day before it begins.

    BadInput where the same version comes with another text: a changed text is a new version.
    """
    held = models.Indicator.objects.filter(code=indicator.code, version=indicator.version).first()
    if held is not None:
        if held.sql_sha256 != indicator.sql_sha256:
            raise BadInput(
                _("%(code)s第%(version)s版的文本与登记的不同，改动须另立版本")
                % {"code": indicator.code, "version": indicator.version},
                "version",
            )
        return held
    _check(indicator)
    with recorded("indicator.register", chain="installation:1", actor=actor, now=now) as act:
        for older in in_force(act.day).filter(code=indicator.code):
            older.to_on, older.status = act.day - timedelta(days=1), "stopped"
            act.save(older)
        row = act.save(_row(indicator, act.day))
        act.chain = f"indicator:{row.pk}"
        return row


def _row(indicator: Indicator, day: date) -> models.Indicator:
    return models.Indicator(
        code=indicator.code,
        version=indicator.version,
        title=indicator.title,
        title_en=indicator.title_en,
        domain=indicator.domain,
        severity=indicator.severity,
        status=indicator.status,
        risk_point=RiskPoint.objects.filter(description=indicator.risk_point, is_active=True).first()
        if indicator.risk_point
        else None,
        risk_text=indicator.risk_point,
        sql_sha256=indicator.sql_sha256,
        from_on=day,
        stage=indicator.stage,
        evidences=indicator.evidences,
        source=indicator.source,
        excludes=indicator.excludes,
        assumes=indicator.assumes,
        parameters=indicator.parameters,
    )


def _check(indicator: Indicator) -> None:
    lists = {
        "domain": "domain",
        "severity": "severity",
        "status": "indicator_status",
    }
    for name, listed in lists.items():
        if getattr(indicator, name) not in codes.codes(listed):
            raise BadInput(
                _("%(code)s：%(field)s不在代码表内") % {"code": indicator.code, "field": name}, name
            )


def in_force(day: date) -> QuerySet[models.Indicator]:
    """Return the versions that stand on a day, those on trial and in review included."""
    rows = models.Indicator.objects.filter(from_on__lte=day).filter(Q(to_on__isnull=True) | Q(to_on__gte=day))
    return rows.exclude(status="stopped").order_by("code")


def stop(*, indicator_id: int, reason: str, actor: Actor, now: datetime) -> models.Indicator:
    """Stop a version with a reason."""
    if not reason.strip():
        raise BadInput(_("请写明停用理由"), "reason")
    with recorded("indicator.stop", chain=f"indicator:{indicator_id}", actor=actor, now=now) as act:
        row = models.Indicator.objects.get(pk=indicator_id)
        row.status, row.to_on = "stopped", legal_day(now)
        act.reason = reason.strip()
        return act.save(row)
