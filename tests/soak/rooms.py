"""A filled zone opened in this process: desks of its people, without a server and without limits of rate.

Importing this module sets Django up on the folder that LIANJING_DATA names.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "lianjing.site.settings"
os.environ["LIANJING_DEMONSTRATION"] = "1"

import django  # noqa: E402 - the settings come first

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

settings.ALLOWED_HOSTS = ["*"]
settings.LIANJING_RATE_ADDRESS = settings.LIANJING_RATE_PERSON = 10**9
logging.disable(logging.ERROR)


def desk(number: str) -> Client:
    """Return the desk of a person of the demonstration, logged in."""
    client = Client(raise_request_exception=False)
    enter(client, number)
    return client


def enter(client: Client, number: str) -> None:
    """Log in where nobody is."""
    if client.get("/me/").status_code == 200:
        return
    answer = client.post("/login/", {"number": number, "password": settings.LIANJING_DEMO_PASSWORD})
    if answer.status_code != 302:
        raise SystemExit(f"{number} cannot log in")
