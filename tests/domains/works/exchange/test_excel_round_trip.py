"""The register as a sheet, imported as a ledger into an empty installation, and as a sheet again: the same cells."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from python_calamine import CalamineWorkbook

from lianjing.cli import import_ledger
from lianjing.cli.commands import run
from lianjing.domains.works.models import Project
from lianjing.runtime.matter.models import Matter
from tests.domains.works.playing import Play

CELLS = ("项目代码", "项目名称", "建设单位", "行业", "资金年度", "总投资", "批准概算", "币种", "建设地点")


def sheet(number: str = "30001") -> bytes:
    client = Client()
    assert client.post("/login/", {"number": number, "password": "lianjing-demo"}).status_code == 302
    answer = client.get("/works/?export=xlsx")
    assert answer.status_code == 200
    return b"".join(answer) if answer.streaming else answer.content


def cells(content: bytes) -> list[dict[str, Any]]:
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        rows = book.get_sheet_by_index(0).to_python()
    head = [str(each) for each in rows[0]]
    assert set(CELLS) <= set(head), head
    found = [dict(zip(head, row, strict=True)) for row in rows[1:]]
    return sorted(({key: row[key] for key in CELLS} for row in found), key=lambda row: str(row["项目代码"]))


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.setattr(import_ledger, "refuse_without_tables", lambda: None)
    return lambda *arguments: run(["import", "ledger", *map(str, arguments)])


def test_the_register_comes_back_with_the_same_cells(
    play: Play, command: Callable[..., int], tmp_path: Path
) -> None:
    file = tmp_path / "工程项目.xlsx"
    with transaction.atomic():
        for number, title in enumerate(("望汀大道北延工程", "=cmd|' /C calc'!A0", "澜湾路，改造")):
            project = play.project(title=title)
            code, budget = f"2401-990101-04-01-{number:06d}", Decimal("68000000.50") + number
            Project.objects.filter(pk=project.pk).update(project_code=code, approved_budget=budget)
        file.write_bytes(sheet())
        transaction.set_rollback(True)
    assert not Matter.objects.exists()
    before = cells(file.read_bytes())
    assert len(before) == 3 and any(row["项目名称"].startswith("=cmd") for row in before)
    assert command(file, "--kind", "projects", "--unit", "CON", "--currency", "CNY") == 0
    after = cells(sheet())
    for row in before:
        row["币种"] = row["币种"] or "CNY"  # the platform's own money is not spelled out
    assert after == before
