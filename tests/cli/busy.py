"""Writes as fast as it can until it is told to stop: papers of a project, each a file and an act, then published.

python -m tests.cli.busy PROJECT        one line "written N" when its input is closed
"""

from __future__ import annotations

import os
import sys
import threading
from importlib import import_module
from typing import Any

import django


def write(project_id: int, number: int) -> None:
    """Hand in one paper nobody has seen before."""
    services = import_module("lianjing.runtime.documents.services")
    queries = import_module("lianjing.runtime.org.queries")
    person = import_module("lianjing.runtime.org.models").Person.objects.get(login__number="20703")
    now = import_module("lianjing.runtime.clock").now()
    day = import_module("lianjing.runtime.trail.act").legal_day(now)
    content = b"%PDF-1.4 " + os.urandom(50_000)
    actor: Any = queries.actor_with(person.id, "project_officer", day)
    services.upload(
        matter_id=project_id,
        kind="other",
        title=f"往来函件{number}",
        content=content,
        file_name="letter.pdf",
        actor=actor,
        now=now,
    )


def main() -> None:
    """Write until the input ends; the log grows and is signed meanwhile."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianjing.site.settings")
    django.setup()
    publish = import_module("lianjing.runtime.trail.publication").publish
    clock = import_module("lianjing.runtime.clock")
    is_over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), is_over.set()), daemon=True).start()
    number = 0
    while not is_over.is_set():
        write(int(sys.argv[1]), number)
        number += 1
        if number % 7 == 0:
            publish(clock.now())
        if number == 10:
            sys.stdout.write("busy\n")
            sys.stdout.flush()
    sys.stdout.write(f"written {number}\n")


if __name__ == "__main__":
    main()
