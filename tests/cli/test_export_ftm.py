"""FollowTheMoney: every entity uses only what its schema knows, leads to entities that are there, and names nobody."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from lianjing.cli import export_ftm
from lianjing.cli.commands import run
from lianjing.kernel.identity import masked_name
from lianjing.runtime.clock import now
from lianjing.runtime.parties.models import Enterprise, NaturalPerson, Ownership, Tie
from lianjing.runtime.trail.act import SYSTEM, recorded
from tests.domains.works.playing import Play

# What FollowTheMoney 4.11 allows of the properties used here, and which of them lead to which schema.
NAMED = {"name", "country"}
LEGAL = NAMED | {"uscCode", "incorporationDate"}
DATED = {"startDate", "endDate", "role"}
MODEL = {
    "PublicBody": LEGAL,
    "Company": LEGAL,
    "LegalEntity": LEGAL,
    "Person": NAMED,
    "Project": {"name", "startDate"},
    "Contract": {
        "name",
        "title",
        "amount",
        "currency",
        "contractDate",
        "authority",
        "project",
        "type",
        "status",
    },
    "ContractAward": {"supplier", "contract", "amount", "currency", "date"},
    "Ownership": DATED | {"owner", "asset", "percentage", "ownershipType"},
    "Family": DATED - {"role"} | {"person", "relative", "relationship"},
    "Employment": DATED | {"employee", "employer"},
    "Directorship": DATED | {"director", "organization"},
    "UnknownLink": DATED | {"subject", "object"},
    "Payment": {
        "payer",
        "beneficiary",
        "amount",
        "currency",
        "date",
        "transactionNumber",
        "contract",
        "project",
    },
}
PARTY = {"PublicBody", "Company", "LegalEntity", "Person"}
LEADS = {
    "authority": PARTY, "project": {"Project"}, "contract": {"Contract"}, "supplier": PARTY, "owner": PARTY,
    "asset": {"Company"}, "person": {"Person"}, "relative": {"Person"}, "employee": {"Person"},
    "employer": PARTY, "director": PARTY, "organization": PARTY, "subject": PARTY, "object": PARTY,
    "payer": PARTY, "beneficiary": PARTY,
}  # fmt: skip


@pytest.fixture
def related(zone: Any) -> Play:
    """A project, a firm with two owners, kin between its owner and an official, and what only hints."""
    play = Play(zone)
    play.project()
    firm = Enterprise.objects.order_by("pk").first()
    assert firm is not None
    with recorded("test.act", chain="unit:1", actor=SYSTEM, now=now()) as act:
        owner = act.save(NaturalPerson(name="钱满仓", id_no_masked="3301**********1234", phone="13800000000"))
        one = f"natural_person:{owner.pk}"
        act.save(
            Ownership(
                enterprise=firm,
                owner=one,
                owner_name="钱满仓",
                interest="shareholding",
                share_ratio="0.6",
                is_beneficial=True,
            )
        )
        act.save(Ownership(enterprise=firm, owner="", owner_name="孙得利", interest="nominee"))
        for kind, from_party, to_party in (
            ("sibling", f"person:{play.scene.person('20703')}", one),
            ("employed", one, f"enterprise:{firm.pk}"),
            ("address", f"enterprise:{firm.pk}", one),
            ("phone", f"enterprise:{firm.pk}", "enterprise:999999"),
        ):
            act.save(Tie(from_party=from_party, to_party=to_party, kind=kind, source="declared"))
    return play


@pytest.fixture
def exported(
    related: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> list[dict[str, Any]]:
    monkeypatch.setattr(export_ftm, "refuse_without_tables", lambda: None)
    assert run(["export", "ftm", str(tmp_path / "out"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    lines = Path(said["files"][0]).read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    assert said["entities"] == dict(Counter(each["schema"] for each in found))
    return found


def test_every_entity_keeps_to_its_schema_and_leads_to_what_is_there(exported: list[dict[str, Any]]) -> None:
    schemas = {each["id"]: each["schema"] for each in exported}
    assert len(schemas) == len(exported)
    for each in exported:
        assert set(each["properties"]) <= MODEL[each["schema"]], each
        for name, values in each["properties"].items():
            assert all(isinstance(value, str) and value for value in values)
            if name in LEADS:
                assert all(schemas[value] in LEADS[name] for value in values), (each, name)


def test_owners_kin_and_hints_become_edges(exported: list[dict[str, Any]]) -> None:
    counts = Counter(each["schema"] for each in exported)
    assert (counts["Ownership"], counts["Family"], counts["UnknownLink"], counts["LegalEntity"]) == (
        2,
        1,
        1,
        1,
    )
    share = next(each for each in exported if each["schema"] == "Ownership")
    assert share["properties"]["percentage"] == ["60"]
    assert counts["Project"] == 1 and counts["Directorship"] and counts["Employment"]


def test_no_identifier_of_a_person_leaves_in_clear(exported: list[dict[str, Any]]) -> None:
    whole = json.dumps(exported, ensure_ascii=False)
    for sign in ("钱满仓", "孙得利", "1234", "13800000000"):
        assert sign not in whole
    assert masked_name("钱满仓") in whole


def test_an_entity_has_the_same_id_in_every_export(related: Play, settings: Any) -> None:
    assert list(export_ftm.entities()) == list(export_ftm.entities())
    before = export_ftm.identity("enterprise:1")
    settings.LIANJING_OCID_PREFIX = "ocds-abcdef"
    assert export_ftm.identity("enterprise:1") != before


def test_a_target_that_is_a_file_is_refused(
    zone: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_ftm, "refuse_without_tables", lambda: None)
    (tmp_path / "x").write_text("")
    assert run(["export", "ftm", str(tmp_path / "x")]) == 2
