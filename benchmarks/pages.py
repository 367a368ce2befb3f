"""Pages at 100,000 projects and 1,000,000 child matters: p50, p95 and query counts, beside an empty signed-in page.

    uv run python benchmarks/pages.py [--projects N] [--rounds N] [--out FILE]

The rows are laid straight into the tables of the benchmark's own database, past the services and the trail; the pages
are asked for through Django's test client as a project lead and as the head of the supervision group. All figures are
of one run on one machine; only the ratio to the empty page means something. LIANJING_DATABASE_URL chooses an empty
database, SQLite in a temporary folder else; --keep DIR keeps the folder and uses it again.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

MORNING = datetime(2025, 9, 1, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
LEAD, SUPERVISOR, PASSWORD = "20702", "30001", "lianjing-demo"
CHILDREN = ("permit", "tender", "contract", "change", *["progress"] * 3, *["payment"] * 3)
STAGES = ("initiation", "planning", "tendering", "contract", "implementation", "payment")
ROADS = ("望汀大道", "澜湾路", "婺江街", "磐石路", "砼固路", "衡矩街", "汀州路", "犇腾大道")
WORKS = ("北延工程", "改造工程", "雨污分流工程", "绿化提升工程", "安置房", "泵站", "标准厂房", "跨河桥")


STEP = len(CHILDREN) + 1
ROOT = f"FIRST + n * {STEP}"
SIX = "substr(CAST(1000000 + n AS TEXT), 2)"
RECORDS: dict[str, tuple[str, dict[str, str]]] = {
    "tender": (
        "works.Tender",
        {"project_id": ROOT, "title": "'施工'", "method": "'open'", "status": "'complete'"},
    ),
    "contract": (
        "contract.Contract",
        {
            "domain": "'works'",
            "project_id": ROOT,
            "code": f"'HT' || {SIX}",
            "title": "'施工合同'",
            "amount": "800000 + n",
            "status": "CASE n % 5 WHEN 0 THEN 'active' ELSE 'terminated' END",
        },
    ),
    "change": (
        "works.ChangeOrder",
        {"contract_id": f"{ROOT} + 3", "code": "'BG1'", "amount": "1000", "status": "'approved'"},
    ),
    "progress": (
        "works.ProgressReport",
        {"contract_id": f"{ROOT} + 3", "verified_ratio": "0.5", "completed_value": "100000"},
    ),
    "payment": (
        "payment.PaymentApplication",
        {
            "domain": "'works'",
            "kind": "'progress'",
            "contract_id": f"{ROOT} + 3",
            "project_id": ROOT,
            "amount": "100000",
            "approved": "90000",
            "status": "CASE n % 50 WHEN 0 THEN 'in_review' ELSE 'paid' END",
        },
    ),
}


class Town:
    """The rows: projects over six years in four units, each with ten matters below it; laid by INSERT … SELECT."""

    def __init__(self, projects: int) -> None:
        self.projects = projects
        self.model = import_module("django.apps").apps.get_model
        self.connection = import_module("django.db").connection
        by_code = {unit.code: unit.pk for unit in self.model("org", "Unit").objects.all()}
        self.units = [by_code[code] for code in ("CON", "FIN", "PLN", "ECO")]
        self.firm = self.model("parties", "Enterprise").objects.order_by("pk").values_list("pk", flat=True)[0]
        last = self.model("matter", "Matter").objects.order_by("-pk").first()
        self.first = (last.pk if last else 0) + 1

    def pk(self, number: int) -> int:
        """Return the key of a project's matter."""
        return self.first + number * STEP

    def lay(self) -> None:
        """Lay all rows down, then let the database know what it holds."""
        common = {
            "domain": "'works'",
            "unit_id": self._unit(),
            "opened_on": self._day(),
            "onboarding": "'new'",
        }
        root = {
            "id": ROOT,
            "root_id": ROOT,
            "kind": "'project'",
            "title": TITLE,
            "status": "CASE n % 5 WHEN 0 THEN 'open' ELSE 'closed' END",
            "stage": _case("n % 6", STAGES),
        }
        self._put("matter.Matter", {**common, **root})
        self._put("works.Project", self._project())
        for place, kind in enumerate(CHILDREN, start=1):
            state = "CASE n % 50 WHEN 0 THEN 'open' ELSE 'closed' END" if place > 7 else "'closed'"
            child = {
                "id": f"{ROOT} + {place}",
                "parent_id": ROOT,
                "root_id": ROOT,
                "kind": f"'{kind}'",
                "title": f"{TITLE} || '{kind}{place}'",
                "status": state,
            }
            self._put("matter.Matter", {**common, **child})
            if kind in RECORDS:
                name, columns = RECORDS[kind]
                own = {"id": f"{ROOT} + {place}", **columns}
                more = {"enterprise_id": str(self.firm)} if kind == "contract" else {}
                self._put(name, {**own, **more})
        self._settle()

    def _project(self) -> dict[str, str]:
        return {
            "id": ROOT,
            "project_code": f"'2401-990101-04-01-' || {SIX}",
            "title": TITLE,
            "owner_unit_id": self._unit(),
            "sector": _case("n % 4", ("road", "water", "building", "housing")),
            "status": "CASE n % 5 WHEN 0 THEN 'implementation' ELSE 'completion' END",
            "fund_kind": "'budget'",
            "site": _case("n % 8", ROADS),
            "total_investment": "1000000 + n",
            "approved_budget": "900000 + n",
            "funding_year": "2020 + n % 6",
            "currency": "'CNY'",
        }

    def _unit(self) -> str:
        """Half of the projects are the construction bureau's own."""
        own, *others = self.units
        return f"CASE n % 2 WHEN 1 THEN {own} ELSE {_case('n / 2 % 3', others)} END"

    def _day(self) -> str:
        if self.connection.vendor == "sqlite":
            return "date('2025-09-01', '-' || (n % 2190) || ' days')"
        return "DATE '2025-09-01' - (n % 2190)"

    def _put(self, name: str, expressions: dict[str, str]) -> None:
        """Insert a row for each number; a column without an expression gets the model's default."""
        model = self.model(*name.split("."))
        empty, parameters, parts = model(), [], []
        for field in model._meta.concrete_fields:
            if field.column == "id" and field.column not in expressions:
                continue
            if field.column in expressions:
                parts.append((field.column, expressions[field.column]))
            else:
                parts.append((field.column, "%s"))
                value = field.get_db_prep_save(getattr(empty, field.attname), self.connection)
                parameters.append(value)
        columns = ", ".join(f'"{column}"' for column, _expression in parts)
        chosen = ", ".join(expression.replace("% ", "%% ") for _column, expression in parts)
        first = self.first
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"WITH RECURSIVE seq(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM seq WHERE n + 1 < {self.projects}) "
                f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {chosen} FROM seq'.replace(
                    "FIRST", str(first)
                ),
                parameters,
            )

    def _settle(self) -> None:
        style = import_module("django.core.management.color").no_style()
        models = [self.model("matter", "Matter")]
        with self.connection.cursor() as cursor:
            for statement in self.connection.ops.sequence_reset_sql(style, models):
                cursor.execute(statement)
            cursor.execute("ANALYZE")


def _case(number: str, values: Sequence[object]) -> str:
    """Return the SQL that chooses a value by a number."""
    quoted = [str(value) if isinstance(value, int) else f"'{value}'" for value in values]
    return f"CASE {number} {' '.join(f'WHEN {n} THEN {value}' for n, value in enumerate(quoted))} END"


TITLE = f"{_case('n % 8', ROADS)} || {_case('n / 8 % 8', WORKS)} || {SIX} || '号'"


class Asking:
    """A signed-in client that times pages and counts their queries."""

    def __init__(self, number: str) -> None:
        self.client = import_module("django.test").Client()
        answer = self.client.post("/login/", {"number": number, "password": PASSWORD})
        assert answer.status_code == 302, answer.content[:300]

    def ask(self, address: str, rounds: int) -> dict[str, Any]:
        """Return p50 and p95 in milliseconds and the number of queries of the last round."""
        times: list[float] = []
        queries = 0
        for _round in range(rounds + 1):
            capture = import_module("django.test.utils").CaptureQueriesContext(
                import_module("django.db").connection
            )
            start = time.perf_counter()
            with capture:
                answer = self.client.get(address)
                body = answer.content
            times.append((time.perf_counter() - start) * 1000)
            queries = len(capture)
            assert answer.status_code == 200, (address, answer.status_code, body[:300])
        slow = sorted(
            ((float(each["time"]), each["sql"]) for each in capture.captured_queries), reverse=True
        )[:3]
        warm = sorted(times[1:])
        return {
            "p50_ms": round(statistics.median(warm), 1),
            "p95_ms": round(warm[min(len(warm) - 1, round(len(warm) * 0.95))], 1),
            "queries": queries,
            "slowest": [f"{seconds:.3f} {sql[:3000]}" for seconds, sql in slow],
        }


def addresses(town: Town, asking: Asking) -> dict[str, str]:
    """The pages measured, by name; the deep page is found by its key as a reader's next link would."""
    middle = town.pk(town.projects // 2 | 1)
    found = {
        "empty page": "/regulations/",
        "project list": "/works/",
        "project list, deep": f"/works/?after={middle}",
        "project list, filtered": "/works/?stage=implementation&year=2024",
        "project list, searched": "/works/?q=泵站",
        "project list, by budget": "/works/?sort=-approved_budget",
        "payment register": "/works/payments/",
        "project file": f"/works/{town.pk(town.projects // 2 | 1)}/",
        "workbench": "/",
        "cockpit": "/cockpit/",
        "search, common word": "/search/?q=泵站",
        "search, one project": f"/search/?q=砼固路 {town.projects // 2:06d}",
        "search, initials": "/search/?q=tglbz",
        "search, sum": "/search/?q=1000777.00",
        "search, nothing": "/search/?q=鼋鼍",
    }
    return {name: place for name, place in found.items() if asking.client.get(place).status_code == 200}


def measure(projects: int, rounds: int) -> dict[str, Any]:
    """Lay the rows down and ask for the pages."""
    import_module("django.core.management").call_command("migrate", verbosity=0)
    units = import_module("django.apps").apps.get_model("org", "Unit")
    if not units.objects.exists():
        import_module("lianjing.cli.demonstration.zone").found_zone(MORNING)
    import_module("lianjing.runtime.clock").set_source(lambda: MORNING)
    town = Town(projects)
    matter = town.model("matter", "Matter")
    start = time.perf_counter()
    before = matter.objects.filter(kind="project").order_by("pk").first()
    if before is None:
        town.lay()
    else:
        town.first = before.pk
    laid = time.perf_counter() - start
    start = time.perf_counter()
    indexed = 0
    if not import_module("lianjing.runtime.search.models").SearchEntry.objects.exists():
        indexed = import_module("lianjing.runtime.search.indexing").rebuild()
    figures: dict[str, Any] = {
        "database": import_module("django.db").connection.vendor,
        "projects": projects,
        "child_matters": projects * len(CHILDREN),
        "laid_seconds": round(laid, 1),
        "indexed": {"rows": indexed, "seconds": round(time.perf_counter() - start, 1)},
        "rounds": rounds,
        "pages": {},
    }
    for role, number in (("project lead", LEAD), ("supervisor", SUPERVISOR)):
        asking = Asking(number)
        places = addresses(town, asking)
        own = {name: asking.ask(place, rounds) for name, place in places.items()}
        floor = own["empty page"]["p50_ms"]
        for each in own.values():
            each["times_empty_page"] = round(each["p50_ms"] / floor, 1)
        figures["pages"][role] = own
    return figures


def main() -> None:
    """Print the figures as JSON; --explain adds the slowest queries."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--projects", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--explain", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = options.keep or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        os.environ["LIANJING_DATA"] = str(place)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianjing.site.settings")
        import_module("django").setup()
        figures = measure(options.projects, options.rounds)
    if not options.explain:
        for pages in figures["pages"].values():
            for each in pages.values():
                del each["slowest"]
    text = json.dumps(figures, ensure_ascii=False, indent=1)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
