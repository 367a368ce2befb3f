"""`lianjing new domain`: the same files each time, clean, installable by one line, its least procedure at work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lianjing.cli.commands import run
from lianjing.cli.new_domain import FILES, write
from lianjing.kernel.refusal import BadInput

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = """
import lianjing.domains
lianjing.domains.__path__.append({folder!r})
from lianjing.site.settings import *
from lianjing.site import settings as shipped
LIANJING_DOMAINS = [*shipped.LIANJING_DOMAINS, "lianjing.domains.{name}.domain.DOMAIN"]
INSTALLED_APPS = [*shipped.INSTALLED_APPS, "lianjing.domains.{name}"]
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "src/lianjing/domains").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    "name",
    [
        "",
        "To",
        "town hall",
        "9lives",
        "town-hall",
        "town_",
        "a__b",
        "class",
        "web",
        "../up",
        "镇街",
        "x" * 40,
    ],
)
def test_a_name_that_is_no_name_is_refused_and_nothing_is_written(checkout, name):
    with pytest.raises(BadInput):
        write(name, into=checkout)
    assert not list((checkout / "src/lianjing/domains").iterdir())


@pytest.mark.parametrize("label", ["a'b", 'a"b', "<b>", "a\nb", "{{ x }}", "长" * 41])
def test_a_word_that_would_break_out_of_the_files_is_refused(checkout, label):
    with pytest.raises(BadInput):
        write("sample", into=checkout, label=label)


def test_what_is_there_is_never_overwritten(checkout, capsys):
    write("sample", into=checkout)
    place = checkout / "src/lianjing/domains/sample/rules.py"
    place.write_text("mine", encoding="utf-8")
    assert run(["new", "domain", "sample", "--into", str(checkout)]) == 2
    assert "已存在" in capsys.readouterr().err
    assert place.read_text(encoding="utf-8") == "mine"


def test_outside_a_checkout_it_says_so(tmp_path, capsys):
    assert run(["new", "domain", "sample", "--into", str(tmp_path)]) == 2
    assert "src/lianjing/domains" in capsys.readouterr().err


def test_the_files_are_the_same_each_time_and_clean(checkout):
    written = write("town_hall", into=checkout, label="镇街议事", label_en="Town hall")
    assert len(written) == len(FILES) + 1
    text = "".join(place.read_text(encoding="utf-8") for place in written)
    assert "@" not in text.replace("@require", "").replace("@signed_in", "").replace("@pytest", "")
    checked = [sys.executable, "-m", "ruff", "check", "--config", str(ROOT / "pyproject.toml"), "."]
    formatted = [*checked[:3], "format", "--check", *checked[4:]]
    for command in (checked, formatted):
        done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


INSTALLED = """
import django

django.setup()
from django.core.management import call_command
from django.urls import reverse
from lianjing.kernel.process.graph import parse
from lianjing.kernel.process.soundness import check
from lianjing.runtime import codes
from lianjing.runtime.domains import procedure
from lianjing.runtime.scope.door import undeclared

domain, declared = procedure("sample_request")
graph = parse(({folder} / "processes" / "sample_request.bpmn").read_bytes())
assert {{step.id for step in declared.steps}} == {{task.id for task in graph.tasks}}
assert not check(graph) and not [each for each in undeclared() if each.startswith("sample")]
assert codes.has("matter_kind", "sample_request")
call_command("check")
call_command("makemigrations", "sample", "--check", "--dry-run")
assert reverse("sample_cases") == "/sample/"
"""


def test_one_line_installs_tables_process_pages_codes_and_scopes(checkout):
    """One process of its own, because a domain is read once at the start."""
    write("sample", into=checkout, label="样例", label_en="Sample")
    folder = checkout / "src/lianjing/domains"
    settings = SETTINGS.format(folder=str(folder), name="sample")
    (checkout / "sample_settings.py").write_text(settings, encoding="utf-8")
    script = "from pathlib import Path\n" + INSTALLED.format(folder=f"Path({str(folder / 'sample')!r})")
    environment = {**os.environ, "PYTHONPATH": str(checkout), "DJANGO_SETTINGS_MODULE": "sample_settings"}
    environment |= {"LIANJING_DATABASE_URL": "sqlite:///:memory:"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore::RuntimeWarning", "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
