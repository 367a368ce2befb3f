"""Risk points and controls, special campaigns, dossiers, the key minority and declarations over the interface."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from lianjing.kernel.declaration import Operation
from lianjing.runtime.finding import campaigning, merging, standing_back
from lianjing.runtime.finding.models import Case, Finding
from lianjing.runtime.key_minority import opening, register
from lianjing.runtime.key_minority.models import Declaration
from lianjing.runtime.meeting.models import AgendaItem
from lianjing.runtime.org.models import Person, Post, Unit
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.risk import controls
from lianjing.runtime.risk import register as risks
from lianjing.runtime.risk.models import Campaign, Control, RiskPoint


def put_point(
    *,
    year: int,
    description: str,
    kind: str,
    domain: str,
    unit_id: int,
    person_id: int,
    now: datetime,
    level: str = "",
    post_id: int | None = None,
    owner_person_id: int | None = None,
    probability: int | None = None,
    impact: int | None = None,
    key: str = "",
) -> RiskPoint:
    """Enter a risk point into the draft register of a year."""
    point = risks.Point(
        description, kind, domain, level, unit_id, post_id, owner_person_id, probability, impact
    )
    return risks.put_point(year=year, point=point, person_id=person_id, now=now, key=key)


def add_control(
    *,
    point_id: int,
    description: str,
    kind: str,
    person_id: int,
    now: datetime,
    step: str = "",
    indicator: str = "",
    clause: str = "",
    key: str = "",
) -> Control:
    """Enter a control of a risk point, bound to a step, an indicator or a clause."""
    draft = controls.Draft(description, kind, step, indicator, clause)
    return controls.add(point_id=point_id, draft=draft, person_id=person_id, now=now, key=key)


def open_campaign(
    *,
    title: str,
    harm: str,
    from_on: date,
    to_on: date,
    indicators: list[str],
    person_id: int,
    now: datetime,
    key: str = "",
) -> Campaign:
    """Open a special campaign over indicators, for all units."""
    plan = campaigning.Plan(title, harm, from_on, to_on, indicators)
    return campaigning.create(plan=plan, person_id=person_id, now=now, key=key)


def merge(
    *, finding_ids: list[int], title: str, kind: str, person_id: int, now: datetime, key: str = ""
) -> Case:
    """Merge findings into one dossier."""
    return merging.merge(
        finding_ids=finding_ids, title=title, kind=kind, person_id=person_id, now=now, key=key
    )


def declare(
    *,
    kind: str,
    year: int,
    person_id: int,
    now: datetime,
    nothing_to_declare: bool = False,
    interest_kind: str = "",
    enterprise_id: int | None = None,
    relation: str = "",
    kin_name: str = "",
    counterpart: str = "",
    amount: Decimal | None = None,
    from_on: date | None = None,
    note: str = "",
    key: str = "",
) -> Declaration:
    """Declare one interest of oneself or of kin, or that there is none."""
    one = register.Interest(
        interest_kind, enterprise_id, relation, kin_name, counterpart, amount, from_on, note
    )
    return register.declare(
        kind=kind,
        year=year,
        interests=[one] if interest_kind else [],
        nothing_to_declare=nothing_to_declare,
        person_id=person_id,
        now=now,
        key=key,
    )


WATCHING = frozenset({"supervisor"})
BOARD, POINT, FILE = ("risk_points",), ("risk_point",), ("person_file",)
PERSON = {"about_person_id": Person}
CAMPAIGN = {"campaign_id": Campaign}
TEAM = {**CAMPAIGN, "member_person_id": Person}
AT = "campaigns/{campaign_id}"
RISK: tuple[Operation, ...] = (
    Operation("risk-registers/propose", risks.propose, pages=BOARD),
    Operation("risk-registers/carry", risks.carry, pages=BOARD),
    Operation("risk-registers/adopt", risks.adopt, {"agenda_item_id": AgendaItem}, pages=BOARD),
    Operation(
        "risk-points",
        put_point,
        {"unit_id": Unit, "post_id": Post, "owner_person_id": Person},
        pages=("risk_point_new", *POINT),
    ),
    Operation("risk-points/{point_id}/drop", risks.drop_point, {"point_id": RiskPoint}, pages=POINT),
    Operation("risk-points/{point_id}/controls", add_control, {"point_id": RiskPoint}, pages=POINT),
    Operation("controls/{control_id}/end", controls.end, {"control_id": Control}, pages=POINT),
    Operation("controls/{control_id}/tests", controls.record_test, {"control_id": Control}, pages=POINT),
)
CAMPAIGNS: tuple[Operation, ...] = (
    Operation("campaigns", open_campaign, pages=("campaign_new",), kinds=WATCHING),
    Operation(f"{AT}/gather", campaigning.gather, CAMPAIGN, pages=("campaign",), kinds=WATCHING),
    Operation(
        f"{AT}/findings",
        campaigning.put_in,
        {**CAMPAIGN, "finding_id": Finding},
        pages=("campaign",),
        kinds=WATCHING,
    ),
    Operation(f"{AT}/members", campaigning.add_member, TEAM, pages=("campaign",), kinds=WATCHING),
    Operation(f"{AT}/members/end", campaigning.end_member, TEAM, pages=("campaign",), kinds=WATCHING),
    Operation(f"{AT}/close", campaigning.close, CAMPAIGN, pages=("campaign",), kinds=WATCHING),
)
PERSONS: tuple[Operation, ...] = (
    Operation("cases", merge, {"finding_ids": Finding}, pages=("case_new",), kinds=WATCHING),
    Operation(
        "warnings/{finding_id}/recuse", standing_back.recuse, {"finding_id": Finding}, pages=("finding",)
    ),
    Operation("key-persons", register.enter, PERSON, pages=("key_persons",), kinds=WATCHING),
    Operation("key-persons/{about_person_id}/leave", register.leave, PERSON, pages=FILE, kinds=WATCHING),
    Operation("key-persons/{about_person_id}/educations", register.note_education, PERSON, pages=FILE),
    Operation("person-files/{about_person_id}/open", opening.open_file, PERSON, pages=FILE, kinds=WATCHING),
    Operation(
        "declarations/{declaration_id}/check",
        register.check,
        {"declaration_id": Declaration},
        pages=FILE,
        kinds=WATCHING,
    ),
    Operation("declarations", declare, {"enterprise_id": Enterprise}, pages=("own_declarations",)),
)
OPERATIONS: Mapping[str, tuple[Operation, ...]] = {"supervision": (*RISK, *CAMPAIGNS, *PERSONS)}
