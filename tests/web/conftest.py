"""The cast before its browsers: `browser(number)` is logged in as the person with that number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.models import WorkItem
from tests.domains.works.playing import OFFICER, Play

PASSWORD = "lianjing-demo"
Browser = Callable[[str], Client]


@pytest.fixture
def play(zone: Any) -> Play:
    """The cast in a founded zone."""
    return Play(zone)


@pytest.fixture
def browser(zone: Any) -> Browser:
    """Return a client logged in through the page."""

    def log_in(number: str) -> Client:
        client = Client()
        answer = client.post("/login/", {"number": number, "password": PASSWORD})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return log_in


@pytest.fixture
def project(play: Play) -> Matter:
    """A project at stage initiation."""
    return play.project()


@pytest.fixture
def drafting(play: Play, project: Matter) -> WorkItem:
    """The first step of a proposal, waiting for the project officer."""
    matter = play.open(OFFICER, "works_proposal", project, "望汀大道北延立项")
    return play.scene.item(matter, "draft")


def paper(name: str = "建议书.pdf", content: bytes = b"%PDF-1.4 proposal") -> SimpleUploadedFile:
    """Return a small file as a browser sends it."""
    return SimpleUploadedFile(name, content, "application/pdf")
