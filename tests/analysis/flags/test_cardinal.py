"""Cardinal's own cases give Cardinal's own answers, flag by flag and subject by subject."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from lianjing.analysis.flags.scan import scan
from lianjing.analysis.flags.settings import read_settings

KINDS = {"OCID": "ocid", "Buyer": "buyer", "ProcuringEntity": "procuring_entity", "Tenderer": "tenderer"}
COMMON = "no_price_comparison_procurement_methods = NPC\nflags = {code}\n[exclusions]\nprocurement_method_details = EXC\n"
OWN = {
    "R003-threshold-10": "[R003]\nthreshold = 10\n",
    "R003-procurement_methods-open+selective": "[R003]\nprocurement_methods = open|selective\n",
    "R003-procurement_method_details-x-5-y-10": "[R003.procurement_method_details]\nx = 5\ny = 10\n",
    "R048-minimum_contracting_processes-1": "[R048]\nminimum_contracting_processes = 1\n",
}
NAMES = (
    "R003", "R003-threshold-10", "R003-procurement_methods-open+selective", "R003-procurement_method_details-x-5-y-10",
    "R018", "R024", "R025", "R028", "R030", "R035", "R036", "R038", "R038-tenderer", "R048-minimum_contracting_processes-1", "R058",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_cardinals(name: str, shared: Path, tmp_path: Path) -> None:
    folder = shared / "data/ocds/cardinal-fixtures"
    ini = tmp_path / "settings.ini"
    ini.write_text(COMMON.format(code=name[:4]) + OWN.get(name, ""))
    out = io.StringIO()
    scan([folder / f"{name}.jsonl"], read_settings(ini), out, processes=1)
    got: dict[str, dict[str, dict[str, float]]] = {}
    for each in map(json.loads, out.getvalue().splitlines()):
        got.setdefault(each["subject_type"], {})[each["subject"]] = {each["flag"]: each["value"]}
    said = json.loads((folder / f"{name}.expected").read_text())
    assert got == {KINDS[kind]: subjects for kind, subjects in said.items()}


def test_every_case_of_cardinal_is_asked(shared: Path) -> None:
    folder = shared / "data/ocds/cardinal-fixtures"
    assert {each.stem for each in folder.glob("*.expected")} == set(NAMES)
