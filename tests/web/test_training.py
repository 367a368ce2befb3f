"""A training zone says so on every class of page, paper, export and answer, and nothing leaves it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from lianjing.cli.commands import run
from lianjing.intake.report import write_report
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Person
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail import keys
from lianjing.runtime.zone_mark import HEADER, ON_PAPER, ON_SHEET, lay_mark
from lianjing.web.excel import workbook
from lianjing.web.papers import faces
from lianjing.web.papers.paper import Paper, Paragraph
from lianjing.web.papers.typeset import pdf
from lianjing.web.papers.word import docx
from lianjing.web.preview.mark import text_of
from tests.domains.works.playing import OFFICER
from tests.web.conftest import Browser

BAND = "培训环境：数据均为练习，不作任何依据"
NOW = datetime(2026, 5, 18, 9, tzinfo=UTC)
SAMPLE = Paper(title="通知", number="", blocks=(Paragraph("正文"),))


@pytest.fixture
def training(settings: Any) -> None:
    settings.LIANJING_TRAINING = True


@pytest.mark.usefixtures("training")
class TestEveryPage:
    """One page of each frame: before the log-in, behind it, a refusal, a paper, a wall."""

    def test_the_log_in_page_bears_the_band(self, zone: Any) -> None:
        assert BAND in Client().get("/login/").content.decode()

    def test_pages_behind_the_log_in_and_refusals_bear_it(self, zone: Any, browser: Browser) -> None:
        client = browser(OFFICER)
        for place in ("/", "/items/", "/help/", "/works/", "/system/accounts/", "/matters/99999/"):
            assert BAND in client.get(place).content.decode(), place

    def test_the_english_pages_say_it_in_english(self, zone: Any) -> None:
        client = Client()
        client.cookies["django_language"] = "en"
        text = client.get("/login/").content.decode()
        assert BAND not in text and "Training zone" in text

    def test_the_printed_form_bears_band_and_watermark(self, browser: Browser, drafting: WorkItem) -> None:
        text = browser(OFFICER).get(f"/matters/{drafting.matter_id}/print/").content.decode()
        assert BAND in text and f'aria-hidden="true">{ON_PAPER}' in text

    def test_every_answer_says_so_in_its_header(self, zone: Any, browser: Browser) -> None:
        client = browser(OFFICER)
        for place in ("/", "/api/v1/openapi.json", "/nowhere/"):
            assert client.get(place).headers[HEADER] == "training", place

    def test_a_pdf_differs_by_its_watermark_and_a_word_file_carries_it_on_every_page(self) -> None:
        try:
            assert len(pdf(SAMPLE, now=NOW)) > 0
        except faces.NoChineseFace:
            pytest.skip("no Chinese face on this machine")
        with zipfile.ZipFile(io.BytesIO(docx(SAMPLE, now=NOW))) as book:
            heads = [book.read(name).decode() for name in book.namelist() if "/header" in name]
        assert len(heads) == 2 and all(ON_PAPER in head for head in heads)

    def test_an_export_carries_it_in_the_name_of_the_sheet(self) -> None:
        with zipfile.ZipFile(io.BytesIO(workbook("项目台账", ["名称"], [["望汀大道"]]))) as book:
            assert f"{ON_SHEET} 项目台账" in book.read("xl/workbook.xml").decode()

    def test_a_preview_says_it_in_its_watermark(self, zone: Any) -> None:
        person = Person.objects.get(login__number=OFFICER)
        assert text_of(person, NOW.date()).endswith(ON_PAPER)

    def test_the_report_of_an_import_carries_it_on_every_sheet(self, tmp_path: Path) -> None:
        write_report(tmp_path / "report.xlsx", [])
        with zipfile.ZipFile(tmp_path / "report.xlsx") as book:
            sheets = book.read("xl/workbook.xml").decode()
        assert sheets.count(ON_SHEET) == sheets.count("<sheet ") > 0

    def test_open_data_and_entities_say_it_in_name_and_publisher(
        self, zone: Any, project: Matter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for command in ("export_open", "export_ftm"):
            monkeypatch.setattr(f"lianjing.cli.{command}.refuse_without_tables", lambda: None)
        for what in ("oc4ids", "ftm"):
            assert run(["export", what, str(tmp_path / what), "--json"]) == 0
        files = [file for what in ("oc4ids", "ftm") for file in (tmp_path / what).iterdir()]
        assert files and all(file.name.startswith("training-") for file in files)
        told = [json.loads(file.read_text()) for file in (tmp_path / "oc4ids").iterdir()]
        assert all(ON_PAPER in package["publisher"]["name"] for package in told)

    def test_the_wall_bears_it(self) -> None:
        assert BAND in render_to_string("lianjing/base_wall.html", {"zone_mark": BAND})

    def test_its_log_is_named_so_that_every_verifier_takes_it_for_a_demonstration(self, db: Any) -> None:
        name = keys._origin()
        assert "/demonstration/training/" in name and keys.is_demonstration(name)

    def test_a_real_installation_is_never_marked_afterwards(self, settings: Any, tmp_path: Path) -> None:
        settings.DATA_DIR = tmp_path
        with pytest.raises(BadInput):
            lay_mark(is_installed=True)
        lay_mark(is_installed=False)
        assert (tmp_path / "training").exists()
        lay_mark(is_installed=True)  # the same zone again


def test_a_real_zone_bears_no_mark(zone: Any, browser: Browser) -> None:
    answer = browser(OFFICER).get("/")
    assert "lj-zone-mark" not in answer.content.decode() and HEADER not in answer.headers
    with zipfile.ZipFile(io.BytesIO(docx(SAMPLE, now=NOW))) as book:
        assert ON_PAPER not in "".join(
            book.read(name).decode() for name in book.namelist() if "header" in name
        )


# Starts as the command does, and shows in place of a command what it would find.
SHOW = """
import sys
import lianjing.site.__main__ as main
def show(arguments):
    from django.conf import settings
    from lianjing.runtime.message.channels import installed
    print(settings.LIANJING_TRAINING, list(installed()), settings.LIANJING_WEBHOOK_HOSTS, settings.LIANJING_FEED_PLACES)
    return 0
main.import_module = lambda name: type("Commands", (), {"run": staticmethod(show)})
sys.argv = ["lianjing", "doctor", "--data", sys.argv[1]]
main.main()
"""


def test_every_way_out_is_shut_whatever_the_environment_says(tmp_path: Path) -> None:
    (tmp_path / "training").write_text("training\n")
    ways = {
        "LIANJING_MAIL_HOST": "mail.example",
        "LIANJING_SMS_URL": "https://sms.example/send",
        "LIANJING_SMS_SECRET": "0123456789abcdef",
        "LIANJING_HOOK_URL": "https://hook.example/send",
        "LIANJING_WEBHOOK_HOSTS": "hook.example",
        "LIANJING_FEED_PLACES": '{"national_projects": {"url": "https://feed.example"}}',
    }
    done = subprocess.run(
        [sys.executable, "-c", SHOW, str(tmp_path)],
        env={**os.environ, **ways},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "True [] [] {}", done.stdout + done.stderr
