"""Each role tries what is not his: another unit's matter, another firm's, a closed one; the table is written by hand."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lianjing.domains.works.services.project import open_project
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.services import begin, join_party
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.services import set_power_item
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.process import services
from lianjing.runtime.publicity.models import Objection
from lianjing.runtime.revision import services as revisions
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.models import Event
from tests.domains.injury.playing import InjuryPlay
from tests.domains.works.playing import OFFICER, Play
from tests.web.conftest import Browser, paper
from tests.web.test_access import ROLES, ask, rows

PROBES = Path(__file__).parent / "probes.txt"
OTHER_OFFICER, OTHER_FIRM, DRAFTER = "20302", "40002", "20603"
REASON = {"reason": "计划调整，不再实施"}
# What a withdrawal or a recusal is asked with where only a closed matter shall stop it.
SENT = {"matter_withdraw": REASON}


def probes() -> list[tuple[str, str, dict[str, int]]]:
    """Read the table: whose object, which address, each role's status."""
    lines = [line.split() for line in PROBES.read_text().splitlines() if line and line[0] != "#"]
    head = lines[0][2:]
    assert set(head) <= set(ROLES)
    return [(whose, name, dict(zip(head, map(int, given), strict=True))) for whose, name, *given in lines[1:]]


@pytest.fixture
def play(zone: Any) -> Play:
    return Play(zone)


def other_unit(play: Play, browser: Browser) -> dict[str, list[Any]]:
    """A project of the economy bureau with a step, a paper and an act; and a rule that another unit drafts."""
    person = play.scene.person(OTHER_OFFICER)
    _grant_power(play, person)
    data = play.project_data(title="信息中心机房改造", project_code="2401-990101-04-01-318499")
    project = open_project(person_id=person, now=play.scene.now, data=data)
    matter = play.open(OTHER_OFFICER, "works_proposal", project, "机房改造立项")
    step = play.scene.item(matter, "draft")
    browser(OTHER_OFFICER).post(f"/matters/{matter.pk}/documents/", {"kind": "proposal", "file": paper()})
    event = Event.objects.filter(matter_id=matter.pk).latest("recorded_at")
    document = [Document.objects.get(matter=matter).pk]
    roots = ("matter_open", "matter_gate", "api:matters_gate_read", "api:matter_gate")
    whole = {name: [project.pk] for name in roots} | {"matter_open": [project.pk, "works_proposal"]}
    draft = _draft(play)
    return whole | {
        "matter": [matter.pk],
        "item": [step.pk],
        "works_project": [project.pk],
        **dict.fromkeys(
            ("revision", "revision_paper", "revision_clause", "revision_heading", "revision_replay"), draft
        ),
        **{name: [*draft, "works_account_change"] for name in ("revision_process", "revision_compare")},
        "revision_form": [*draft, "works_account_change/check"],
        "document": document,
        "document_preview": document,
        "document_preview_page": [*document, 1],
        "api:document_file": document,
        "trace": ["matter", matter.pk],
        "event": [event.pk],
        "api:event": [event.pk],
        "api:table_row": ["matter", matter.pk],
        "unmask": ["relocation_household", matter.pk],
        **{name: [project.pk] for _whose, name, _given in probes() if name.startswith("works_")},
    }


def _draft(play: Play) -> list[Any]:
    """A rule in the making."""
    row = revisions.begin(
        regulation_key="zone_funds",
        bundle_key="",
        title="修订",
        reason="审计建议",
        person_id=play.scene.person(DRAFTER),
        now=play.scene.now,
    )
    return [row.pk]


def _grant_power(play: Play, person_id: int) -> None:
    """Enter in the power register that the person's unit opens projects and proposals too."""
    unit = Person.objects.get(pk=person_id).unit
    assert unit is not None
    with recorded("test.setup", chain="unit:1", actor=SYSTEM, now=play.scene.now) as act:
        for key in ("works_project", "works_proposal"):
            set_power_item(act, code=f"ECO-{key}", name=key, unit=unit, definition_key=key, from_on=act.day)


def other_firm(play: Play, browser: Browser) -> dict[str, list[Any]]:
    """A matter that names another firm a party, with that firm's objection."""
    project = play.project()
    with recorded("test.setup", chain="unit:1", actor=SYSTEM, now=play.scene.now) as act:
        matter = begin(
            act, domain="works", kind="contract", title="分包", unit_id=project.unit_id, parent=project
        )
        firm = Enterprise.objects.get(credit_code="91990101MAUP5XLG6B")
        join_party(act, matter, enterprise_id=firm.pk, role="contractor")
        raised = act.save(
            Objection(
                matter=matter,
                kind="question",
                raised_by_name="某某建设有限公司",
                content="对评分有疑问",
                raised_on=act.day,
                due_on=act.day + timedelta(days=3),
                person_id=play.scene.person(OTHER_FIRM),
                pauses=False,
            )
        )
    return {
        "matter": [matter.pk],
        "item": [99],
        "works_project": [project.pk],
        "objection": [raised.pk],
        "api:table_row": ["objection", raised.pk],
    }


def closed(play: Play, browser: Browser) -> dict[str, list[Any]]:
    """A proposal of the construction centre, withdrawn."""
    project = play.project()
    matter = play.open(OFFICER, "works_proposal", project, "撤回的立项")
    step = play.scene.item(matter, "draft")
    services.withdraw(matter_id=matter.pk, person_id=play.scene.person(OFFICER), now=play.scene.now, **REASON)
    return {"matter": [matter.pk], "item": [step.pk], "works_project": [project.pk]}


def injury(play: Play, browser: Browser) -> dict[str, list[Any]]:
    """An injury with a claim of another employer's worker, waiting for its payment."""
    agency = InjuryPlay(play.scene)
    case = agency.case()
    agency.recognised(case)
    agency.facts(case)
    claim = agency.approved(case, vouchers=[agency.voucher("12000")])
    [line] = agency.items(claim)
    return {
        "matter": [claim.pk],
        "item": [99],
        "works_project": [case.pk],
        "injury_case": [case.pk],
        "injury_link": [claim.pk],
        "injury_transfer": [line.pk],
        "injury_own_claim": [case.pk],
        "injury_home_checks": [case.pk],
        "injury_urge": [line.pk, "untransferred"],
        "trace": ["injury", case.pk],
        "api:table_row": ["benefit_item", line.pk],
    }


OBJECTS = {"injury": injury, "other_unit": other_unit, "other_firm": other_firm, "closed": closed}


@pytest.mark.parametrize("whose", OBJECTS)
def test_each_role_gets_of_what_is_not_his_what_the_table_says(
    whose: str, play: Play, browser: Browser
) -> None:
    arguments = OBJECTS[whose](play, browser)
    methods = {name: method for name, (method, _expected) in rows().items()}
    methods["api:matters_gate_read"] = "GET"
    wrong: dict[tuple[str, str], tuple[int, int]] = {}
    clients = {role: browser(number) for role, number in ROLES.items() if number}
    for of_whom, name, expected in probes():
        if of_whom != whose:
            continue
        for role, status in expected.items():
            got = ask(
                clients[role], methods[name], name, arguments, SENT.get(name) if whose == "closed" else None
            )
            if got != status:
                wrong[name, role] = (got, status)
    assert not wrong, f"{whose}: (got, expected) {wrong}"
