"""Lays an installation into the data folder of LIANJING_DATA: a founded zone with one project, played in the past.

python -m tests.soak.prepared planning|contract|joint[:rounds]
"""

from __future__ import annotations

import os
import random
import sys
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import django

AGO = timedelta(days=150)
ROUNDS = 6  # payments in joint review at stage "joint", unless told otherwise
EACH = "10000"  # yuan: two hundred of them stay below the limit of advances


def prepare(stage: str) -> int:
    """Found the zone and bring one project to a stage; returns the project's number."""
    clock = import_module("lianjing.runtime.clock")
    zone = import_module("lianjing.cli.demonstration.zone")
    playing = import_module("tests.domains.works.playing")
    scene_type = import_module("lianjing.runtime.scene").Scene
    import_module("lianjing.cli.init").prepare()
    stage, _mark, told = stage.partition(":")
    rounds = int(told or ROUNDS) if stage == "joint" else 0
    end = clock.now()
    start = (end - AGO - timedelta(days=rounds // 2)).replace(hour=1, minute=30)
    zone.found_zone(start)
    scene = scene_type(now=start + timedelta(hours=1), end=end, random=random.Random(7))
    play = playing.Play(scene)
    if stage in ("contract", "joint"):
        project, contract = play.under_contract()
        for _round in range(rounds):
            payment = play.applied(project, contract, "advance", EACH)
            play.audited(payment, EACH)
            play.checked(payment, EACH)
    else:
        project = play.project()
        play.approved(project)
        play.gate(project)
    import_module("lianjing.runtime.trail.sequencer").sequence_all()
    assert scene.now < end, "the play has run into the present"
    return int(project.pk)


def main() -> None:
    """Prepare and print the project's number."""
    Path(os.environ["LIANJING_DATA"]).mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianjing.site.settings")
    django.setup()
    sys.stdout.write(f"{prepare(sys.argv[1])}\n")


if __name__ == "__main__":
    main()
