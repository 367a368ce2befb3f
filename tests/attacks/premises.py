"""A small installation that the supervisors have looked at twice, copied for each attack and exported by the product.

    python -m tests.attacks.premises      reads lines of JSON from standard input, answers each with one

What takes seconds, loading the program, is done once; each export is a fork that has opened no database yet.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
PLAY = ("D1", "D2", "D3", "D4")


@dataclass(frozen=True)
class Copy:
    """An installation of its own: data folder and database."""

    data: Path
    database: str

    @property
    def name(self) -> str:
        """What the product must be told of the database: a file, or the name on the server."""
        return (
            self.database.rpartition("/")[2].partition("?")[0]
            if self.database.startswith("postgres")
            else self.database
        )


class Premises:
    """The installation as the supervisors know it, and the process that exports copies of it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url, self.made = folder, url, 0
        self.prefix = f"lianjing_attack_{os.getpid()}_{random.randrange(10**6)}"
        self.base = self.place("base")
        if url:
            self.sql(f'CREATE DATABASE "{self.base.name}"')
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "LIANJING_DATA": str(self.base.data),
            "LIANJING_DATABASE_URL": self.base.database if url else "",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.attacks.premises"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.ask(
            {
                "do": "tests.attacks.premises:found",
                "data": str(self.base.data),
                "witness": str(folder / "witness"),
            }
        )

    def place(self, name: str) -> Copy:
        """Return where a copy of this name lies."""
        data = self.folder / name
        if not self.url:
            return Copy(data, str(data / "lianjing.sqlite3"))
        head, mark, options = self.url.partition("?")
        return Copy(data, head.rsplit("/", 1)[0] + f"/{self.prefix}_{name}" + mark + options)

    def sql(self, statement: str) -> None:
        """Run a statement on the server."""
        with psycopg.connect(self.url, autocommit=True) as server:
            server.execute(statement)

    def ask(self, told: dict[str, Any]) -> dict[str, Any]:
        """Let the product do one thing; AssertionError says why it would not."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline() or '{"fault": "the product died"}')
        assert "fault" not in answer, answer
        return dict(answer)

    def copy(self) -> Copy:
        """Return a fresh copy."""
        self.made += 1
        made = self.place(f"copy{self.made}")
        shutil.copytree(self.base.data, made.data)
        if self.url:
            self.sql(f'CREATE DATABASE "{made.name}" TEMPLATE "{self.base.name}"')
        return made

    def drop(self, copy: Copy) -> None:
        """Remove a copy."""
        shutil.rmtree(copy.data, ignore_errors=True)
        if self.url:
            self.sql(f'DROP DATABASE IF EXISTS "{copy.name}" WITH (FORCE)')

    def export(self, copy: Copy, target: Path, *, publishes: bool = False) -> Path:
        """Let the product export a copy, after it has published what waits if so said."""
        self.ask(
            {
                "do": "tests.attacks.premises:export",
                "data": str(copy.data),
                "name": copy.name,
                "target": str(target),
                "publishes": publishes,
            }
        )
        return target

    def close(self) -> None:
        """End the process and remove the base."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()
        self.drop(self.base)


@contextmanager
def premises(folder: Path, url: str) -> Iterator[Premises]:
    """Found the installation for a while."""
    made = Premises(folder, url)
    try:
        yield made
    finally:
        made.close()


# ---------------------------------------------------------------- in the process that has the product


def found(told: dict[str, Any]) -> dict[str, Any]:
    """Install, act, publish, let the supervisors cosign twice, act on; four acts wait at the end."""
    settings = import_module("django.conf").settings
    settings.MIGRATION_MODULES = _NoMigrations()
    Path(told["data"]).mkdir(parents=True)
    import_module("django.core.management").call_command("migrate", run_syncdb=True, verbosity=0)
    connection = import_module("django.db").connection
    editor = SimpleNamespace(
        connection=connection, execute=lambda sql, _values=None: connection.cursor().execute(sql)
    )
    import_module("lianjing.runtime.trail.protection").protect(None, editor)
    import_module("lianjing.runtime.installation").install(name="演示开发区", code="ZONE", now=START)
    acts = Acts(START + timedelta(minutes=1))
    for code in PLAY:
        acts.add(code)
        acts.rename(code)
        acts.rename(code)
    acts.join(Path(told["witness"]))
    acts.cosigned()
    for code in PLAY:
        acts.rename(code)
    acts.cosigned()
    for code in ("D1", "D2", "D3", "D1", "D1"):
        acts.rename(code)
    acts.publish()
    for code in ("D2", "D3", "D2"):
        acts.rename(code)
    acts.add("D9")
    connection.close()
    return {}


class _NoMigrations:
    """Lay the tables from the models: the migrations take half a minute and are tested elsewhere."""

    def __contains__(self, _app: str) -> bool:
        return True

    def __getitem__(self, _app: str) -> None:
        return None


class Acts:
    """Acts through the services, a minute apart."""

    def __init__(self, now: datetime) -> None:
        self.now, self.count = now, 0
        self.trail = import_module("lianjing.runtime.trail.act")
        self.units = import_module("lianjing.runtime.org.models").Unit
        self.witnesses = import_module("lianjing.runtime.trail.witnesses")
        self.desk = import_module("lianjing.runtime.trail.witness_desk")
        self.keys = import_module("lianjing.runtime.trail.keys")

    def recorded(self, verb: str, code: str) -> Any:
        self.now += timedelta(minutes=1)
        return self.trail.recorded(verb, chain=f"unit:{code}", actor=self.trail.SYSTEM, now=self.now)

    def add(self, code: str) -> None:
        with self.recorded("unit.add", code) as act:
            import_module("lianjing.runtime.org.services").add_unit(
                act, code=code, name=f"单位{code}", kind="department"
            )

    def rename(self, code: str) -> None:
        self.count += 1
        unit = self.units.objects.get(code=code)
        unit.name = f"单位{code}之{self.count}"
        with self.recorded("unit.rename", code) as act:
            act.save(unit)

    def publish(self) -> None:
        import_module("lianjing.runtime.trail.publication").publish(self.now, is_durable=False)

    def join(self, folder: Path) -> None:
        self.folder = folder
        key = self.desk.init(folder, "supervisors")
        self.keys.ensure()
        self.desk.watch(folder, self.keys.policy().text)
        self.witnesses.trust(key.text, self.now)

    def cosigned(self) -> None:
        self.now += timedelta(minutes=1)
        self.publish()
        done = self.desk.cosign_request(self.folder, self.witnesses.request(""), int(self.now.timestamp()))
        self.witnesses.accept(done.signature.line.encode(), self.now)


def enter(told: dict[str, Any]) -> None:
    """Let the program, which has opened nothing yet, work on a copy."""
    import_module("django.conf").settings.DATA_DIR = Path(told["data"])
    import_module("django.db").connection.settings_dict["NAME"] = told["name"]


def export(told: dict[str, Any]) -> dict[str, Any]:
    """Export a copy, publishing what waits first if so said."""
    enter(told)
    if told["publishes"]:
        import_module("lianjing.runtime.trail.publication").publish(
            START + timedelta(hours=2), is_durable=False
        )
    done = import_module("lianjing.runtime.trail.folder").export(Path(told["target"]), tables=True)
    return {"size": done.size, "pending": done.pending}


def serve() -> None:
    """Answer each line in a fork of its own."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianjing.site.settings")
    import_module("django").setup()
    for name in ("trail.folder", "trail.publication", "trail.witnesses", "installation"):
        import_module(f"lianjing.runtime.{name}")
    for line in iter(sys.stdin.readline, ""):
        child = os.fork()
        if child == 0:
            answer(json.loads(line))
            os._exit(0)
        if os.waitpid(child, 0)[1]:
            sys.stdout.write('{"fault": "the product fell over, see above"}\n')
            sys.stdout.flush()


def answer(told: dict[str, Any]) -> None:
    """Do what was asked and say how it went, in one line."""
    refusal = import_module("lianjing.kernel.refusal")
    started = time.monotonic()
    try:
        module, _, name = told["do"].partition(":")
        result = getattr(import_module(module), name)(told)
        result["seconds"] = round(time.monotonic() - started, 2)
    except (refusal.Refusal, refusal.BadInput) as fault:
        result = {"fault": str(fault)}
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()
