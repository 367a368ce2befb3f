"""Founds the demonstration zone and lets every domain play its part, on a simulated clock."""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import F

from lianjing.cli.demonstration import asides, feeds, findings, registers, rules
from lianjing.runtime import clock
from lianjing.runtime.domains import domains
from lianjing.runtime.installation import INSTALLATION, found, install, register_powers
from lianjing.runtime.message.models import MessageDelivery
from lianjing.runtime.org.models import Appointment, LoginAccount, Unit
from lianjing.runtime.parties.services import register_enterprise
from lianjing.runtime.regulation.models import Regulation
from lianjing.runtime.scene import Scene
from lianjing.runtime.scene_queue import Queue
from lianjing.runtime.trail import demonstration
from lianjing.runtime.trail.act import LEGAL_ZONE, SYSTEM, Act, recorded

PASSWORD = settings.LIANJING_DEMO_PASSWORD
SEED = 20250106
LONG, SHORT = 730, 400  # days of history
READ_AFTER = timedelta(days=5)  # messages older than that the people have read
GROUND_TRUTH = "ground-truth.json"  # in the data folder
Tell = Callable[[str], None]


def cast() -> dict[str, Any]:
    """Return the fictitious units, persons and firms."""
    return tomllib.loads((files("lianjing.cli.demonstration") / "cast.toml").read_text(encoding="utf-8"))


def found_zone(now: datetime) -> None:
    """Install the zone with its people, firms and power register as of `now`; everyone gets the one pass-phrase."""
    people = cast()
    install(name=people["unit"][0]["name"], code="ZONE", now=now)
    with recorded("installation.organisation", chain=INSTALLATION, actor=SYSTEM, now=now) as act:
        found(act, people, act.day, "澜经管〔2024〕1号（演示）")
        for domain in domains():
            register_powers(act, domain, act.day)
        head_rules(act, people["regulation"])
    with recorded("parties.register", chain=INSTALLATION, actor=SYSTEM, now=now) as act:
        for row in people["enterprise"]:
            register_enterprise(act, **row)
    LoginAccount.objects.update(password=make_password(PASSWORD), must_change_password=False)


def head_rules(act: Act, rows: list[dict[str, str]]) -> None:
    """Give the zone's own rules their number, the unit that answers for them, and their first day; part of an act."""
    units = {unit.code: unit for unit in Unit.objects.all()}
    for place, row in enumerate(rows, start=1):
        rule = Regulation.objects.get(key=row["key"])
        rule.owner_unit = units[row["owner"]]
        rule.doc_no = f"澜经管〔{act.day.year}〕{place + 1}号（演示）"
        rule.issued_on = rule.from_on = act.day
        act.save(rule)


def populate(*, scale: int = 1, tell: Tell = lambda _line: None, until: datetime | None = None) -> None:
    """Found the zone two years before `until` (now) and let each domain's people work; at scale 0 a year, few projects."""
    end = until or clock.now()
    days = LONG if scale else SHORT
    start = (
        (end - timedelta(days=days))
        .astimezone(LEGAL_ZONE)
        .replace(hour=8, minute=30, second=0, microsecond=0)
    )
    found_zone(start)
    demonstration.begin(start)
    scene = Scene(
        now=start + timedelta(hours=1),
        end=end,
        random=random.Random(SEED),
        tell=tell,
        publish=demonstration.close_day,
    )
    scene.scripts += [*findings.scripts(scene), *registers.scripts(scene)]
    for domain in reversed(domains()):  # the later ones leave scripts, the first one's queue plays them all
        if domain.demonstrate is not None:
            domain.demonstrate(scene, scale)
    Queue(scene).run()  # what no domain's queue has played
    scene.is_closing = True  # an evening or a weekend would move the rest beyond the present
    asides.play(scene)
    rules.play(scene)
    feeds.play(scene)
    scene.close_day()
    old = MessageDelivery.objects.filter(due_at__lt=end - READ_AFTER, read_at__isnull=True)
    old.update(read_at=F("due_at") + timedelta(hours=2))
    keep_truth(scene)


def keep_truth(scene: Scene) -> None:
    """Write what the stories planted, with the cards that describe it, into the data folder: nothing reads it back."""
    if scene.planted:
        found = {"schemes": scene.schemes, "cases": scene.planted}
        place = Path(settings.DATA_DIR) / GROUND_TRUTH
        place.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def logins() -> list[dict[str, str]]:
    """Return who can log in as what: number, name, unit, post."""
    rows = Appointment.objects.filter(person__login__is_active=True, to_on=None).select_related(
        "person__login", "post__unit"
    )
    return [
        {
            "number": row.person.login.number,
            "name": row.person.name,
            "unit": row.post.unit.name,
            "post": row.post.name,
        }
        for row in rows.order_by("person__login__number", "id")
    ]
