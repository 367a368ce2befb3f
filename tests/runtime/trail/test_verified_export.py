"""What the product exports and hands out is what the stand-alone verifier passes, and nothing less."""

from __future__ import annotations

import contextlib
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lianjing.runtime.org.models import Unit
from lianjing.runtime.trail import folder, keys
from lianjing.runtime.trail.models import Event, Leaf
from lianjing.runtime.trail.publication import publish
from lianjing.runtime.trail.receipt import receipt_of
from tests.attacks.rows import verifier
from tests.runtime.trail.logs import NOW, act, cosigned, join_witness, unit

program = verifier()


def run(export: Path, *options: object) -> tuple[int, dict[str, Any]]:
    """Export is verified with its tables."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = program.main([str(export), "--tables", "--json", *map(str, options)])
    return code, json.loads(out.getvalue())


@pytest.mark.django_db
def test_an_export_of_the_product_passes_every_check(tmp_path):
    join_witness(tmp_path / "witness")
    for place in range(300):
        unit(f"U{place % 9}", f"单位{place}")
    cosigned(tmp_path / "witness")
    act(3)
    publish(NOW)
    unit("U1", "末尾的名字")
    folder.export(tmp_path / "export", tables=True)
    memory = tmp_path / "memory"
    code, told = run(tmp_path / "export", "--memory", memory, "--new-memory")
    assert code == 0, told
    assert told["pending"] == 1 and told["cosigned"]["size"] == told["size"] - 3
    assert {check for check, state in told["checks"].items() if state != "ok"} == {"receipts"}


@pytest.mark.django_db
def test_without_a_witness_it_says_that_nobody_cosigned(tmp_path):
    keys.ensure()
    act(2)
    publish(NOW)
    folder.export(tmp_path / "export", tables=True)
    code, told = run(tmp_path / "export")
    assert code == 0 and "cosigned" not in told
    assert any("未经监督组共签" in each["zh"] for each in told["notices"])


@pytest.mark.django_db
@pytest.mark.parametrize("is_published", [True, False])
def test_a_receipt_that_was_handed_out_is_honoured_and_its_loss_is_shown(tmp_path, is_published):
    keys.ensure()
    act(5)
    publish(NOW)
    kept = unit("U1")
    if is_published:
        publish(NOW + timedelta(minutes=1))
    receipt = tmp_path / "receipt"
    receipt.write_text(receipt_of(Event.objects.get(pk=kept)).text, "utf-8")
    folder.export(tmp_path / "export", tables=True)
    assert run(tmp_path / "export", "--receipt", receipt)[0] == 0
    text = receipt.read_text("utf-8")
    digest = Leaf.objects.get(event_id=kept).leaf_hash if is_published else text.split()[-1]
    other = tmp_path / "other"
    other.write_text(f"event {kept} leaf {digest[:-1]}{'0' if digest[-1] != '0' else '1'}\n", "utf-8")
    assert run(tmp_path / "export", "--receipt", other)[0] == 1


@pytest.mark.django_db
def test_a_row_changed_past_the_services_is_named(tmp_path):
    unit("U1", "原名")
    publish(NOW)
    Unit.objects.filter(code="U1").update(name="改名")
    folder.export(tmp_path / "export", tables=True)
    code, told = run(tmp_path / "export")
    assert code == 1 and [each["check"] for each in told["problems"]] == ["tables"]
    assert "改名" in told["problems"][0]["zh"] and "原名" in told["problems"][0]["zh"]
