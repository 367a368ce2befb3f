"""Entering the yearly plan: one item by its form, or a whole list from a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.forms.plan import PlanItemForm
from lianjing.domains.works.models import PlanItem
from lianjing.domains.works.rules.project import is_project_code
from lianjing.kernel.declaration import Text
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.batch.ledger import (
    CellKind,
    Column,
    LedgerKind,
    Result,
    Row,
    Run,
    Taken,
    save_changes,
)
from lianjing.runtime.org import power
from lianjing.runtime.org.models import Unit
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.trail.act import Act, answered, legal_day, recorded, request_digest

POWER = "works_plan"
COLUMNS = (
    "fiscal_year",
    "title",
    "project_code",
    "sector",
    "planned",
    "planned_start_on",
    "source_no",
    "note",
)


def enter_plan_item(
    *, person_id: int, now: datetime, data: Mapping[str, Any], key: str = "", channel: str = "web"
) -> PlanItem | None:
    """Enter one item of the plan; BadInput where the year's plan already holds it.

    InvalidForm names the fields. The same `key` with the same data writes nothing a second time (None).
    """
    day = legal_day(now)
    form = PlanItemForm(data, matter=None, day=day)  # type: ignore[arg-type]
    if not form.is_valid():
        errors = {name: [str(fault) for fault in faults] for name, faults in form.errors.items()}
        raise InvalidForm(next(iter(errors.values()))[0], next(iter(errors)), errors, form)
    values = {name: form.cleaned_data[name] for name in COLUMNS}
    digest = request_digest(["plan", str(person_id), *(f"{name}={values[name]}" for name in COLUMNS)])
    if answered(key, digest) is not None:
        return None
    actor = actor_with(person_id, "project_officer", day, channel=channel)
    with recorded(
        "works_plan.enter",
        chain=f"unit:{actor.unit_id}",
        actor=actor,
        now=now,
        request_key=key,
        request_sha256=digest,
        duty="apply",
    ) as act:
        power.require(POWER, actor.unit_id, act.day)
        if _same(values["fiscal_year"], values["title"], values["project_code"]) is not None:
            raise BadInput(_("该年度计划已有此项目"), "title")
        return act.save(PlanItem(owner_unit_id=actor.unit_id, **values))


def _same(year: int, title: str, code: str) -> PlanItem | None:
    """Return the item of the year with this code or, without one, of exactly this name."""
    rows = PlanItem.objects.filter(fiscal_year=year)
    if code and (found := rows.filter(project_code=code).first()) is not None:
        return found
    return rows.filter(title=title).first()


def plan() -> LedgerKind:
    """Return the ledger of the yearly plan."""
    return LedgerKind(
        key="plan",
        label=Text("年度计划", "yearly plan"),
        verb="works_plan.import",
        posts=("project_officer",),
        columns=(
            Column(
                "fiscal_year",
                Text("年度", "year"),
                CellKind.INTEGER,
                ("计划年度", "fiscal year", "plan year"),
            ),
            Column(
                "project_code",
                Text("项目代码", "national project code"),
                CellKind.CODE,
                ("投资项目代码", "国家代码", "project code"),
                longest=24,
            ),
            Column(
                "title",
                Text("项目名称", "project name"),
                CellKind.TEXT,
                ("工程名称", "名称", "project title", "title"),
                longest=300,
            ),
            Column(
                "sector",
                Text("行业", "sector"),
                CellKind.WORD,
                ("项目行业", "所属行业"),
                codelist="project_sector",
            ),
            Column("owner", Text("建设单位代码", "owner code"), CellKind.CODE, ("单位代码", "owner unit")),
            Column(
                "planned",
                Text("计划投资", "planned investment"),
                CellKind.MONEY,
                ("年度计划投资", "计划总投资", "planned"),
            ),
            Column("planned_start_on", Text("计划开工", "planned start"), CellKind.DAY, ("计划开工日期",)),
            Column("source_no", Text("计划文号", "plan paper"), CellKind.TEXT, ("文号", "source")),
            Column("note", Text("说明", "note"), CellKind.TEXT, ("备注", "remark")),
        ),
        requires=(("fiscal_year",), ("title",)),
        row_key=_key,
        take=take,
        is_owned=True,
    )


def _key(row: Row) -> str:
    return f"{row.integer('fiscal_year')} {row.text('project_code') or row.text('title')}"


def take(act: Act, row: Row, run: Run) -> Taken:
    """Take one item of the plan in, or bring the stored one up to date; BadInput names the column."""
    year, code, title = row.integer("fiscal_year"), row.text("project_code").upper(), row.text("title")
    if year is None or not 2000 <= year <= 2100:
        raise BadInput(_("年度应为四位数字"), "fiscal_year")
    if code and not is_project_code(code):
        raise BadInput(_("项目代码格式应为 YYMM-RRRRRR-DD-TT-NNNNNC"), "project_code")
    planned = row.amount("planned")
    if planned is not None and planned < 0:
        raise BadInput(_("金额不能为负数"), "planned")
    unit = _owner(row, run)
    act.chain = f"unit:{unit}"
    values = {
        "project_code": code,
        "title": title,
        "owner_unit_id": unit,
        "sector": row.text("sector"),
        "planned": planned,
        "planned_start_on": row.day("planned_start_on"),
        "source_no": row.text("source_no"),
        "note": row.text("note"),
    }
    stored = _same(year, title, code)
    if stored is None:
        act.save(PlanItem(fiscal_year=year, **values))
        return Taken(Result.IMPORTED)
    return Taken(Result.UPDATED if save_changes(act, stored, values) else Result.UNCHANGED)


def _owner(row: Row, run: Run) -> int:
    """Return the unit named by its code in the row, else that of the run; BadInput where neither is known."""
    code = row.text("owner")
    if not code:
        if run.unit_id is None:
            raise BadInput(_("没有指明建设单位"), "owner")
        return run.unit_id
    found = Unit.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        raise BadInput(_("没有单位“%(code)s”") % {"code": code}, "owner")
    return int(found)
