"""SQL and HTML in every text field of every form that people can reach: no fault of ours, and text stays text.

    python tests/soak/every_field.py [--data ZONE] [--people 20703,30002] [--out FILE]

ZONE is a filled demonstration zone, a small one of its own where none is named; what is accepted stays in it. Each person follows the links of the
pages, and every form found is filled as a browser would fill it, with hostile text in each field that takes text, and
sent. Then everyone walks again: no page may answer 5xx or hold the text as mark-up. Exit 1 where one does.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

PARSER = argparse.ArgumentParser(description=__doc__)
PARSER.add_argument("--data", type=Path, help="a filled zone; else one is filled")
PARSER.add_argument(
    "--people", default="20703,20701,20201,20111,20603,21201,30002,40001,42701,10001,10002,10003"
)
PARSER.add_argument("--samples", type=int, default=1, help="pages of each kind")
PARSER.add_argument("--out", type=Path)
OPTIONS = PARSER.parse_args()
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.soak.filled import filled_zone  # noqa: E402 - a script by its path

os.environ["LIANJING_DATA"] = str(filled_zone(OPTIONS.data))

from tests.soak.rooms import desk, enter  # noqa: E402 - the zone comes first

# isort: split
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import Resolver404, resolve  # noqa: E402

from tests.web.test_attacks import HOSTILE, RAW  # noqa: E402

TEXT = {
    "text",
    "search",
    "textarea",
    "email",
    "tel",
    "url",
    "number",
    "date",
    "datetime-local",
    "month",
    "time",
}
# What would log the person out, or take away the account that walks.
LEFT = {"logout", "set_language", "password", "me_session_end", "me_sessions", "system_sessions", "system_session_end",
        "system_account_close", "system_account_reset", "login"}  # fmt: skip


@dataclass
class Form:
    """A form as a browser sees it: where it goes, what it holds, which fields take text, which a file."""

    action: str
    is_post: bool
    values: dict[str, list[str]] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


class Reader(HTMLParser):
    """Reads links and forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.inside: Form | None = None
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take up what belongs to a link, a form or a field."""
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "form":
            self.inside = Form(given.get("action", ""), given.get("method", "").lower() == "post")
            self.forms.append(self.inside)
        elif self.inside is not None and tag in ("input", "textarea", "select", "option", "button"):
            self._field(self.inside, tag, given)

    def _field(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "text" if tag == "input" else tag)
        if tag == "select":
            self.select = name
        elif tag == "option":
            self._chosen(form, given)
        elif not name:
            return
        elif kind == "file":
            form.files.add(name)
        elif kind in TEXT:
            form.texts.add(name)
        elif kind == "checkbox":
            form.values.setdefault(name, []).append(given.get("value", "on"))
        elif kind == "radio":
            form.values.setdefault(name, [given.get("value", "on")])
        elif kind in ("hidden", "submit"):
            form.values[name] = [given.get("value", "")]

    def _chosen(self, form: Form, given: dict[str, str]) -> None:
        if self.select and given.get("value") and self.select not in form.values:
            form.values[self.select] = [given["value"]]

    def handle_endtag(self, tag: str) -> None:
        """Leave a form."""
        if tag == "form":
            self.inside = None


def kind_of(place: str) -> str:
    """Return the name of the page at a path, "" for none of ours."""
    try:
        found = resolve(urlsplit(place).path)
    except Resolver404:
        return ""
    return "" if found.namespace else found.url_name or ""


def faults(answer: object, place: str) -> Iterator[str]:
    """Yield what an answer must not be."""
    status = answer.status_code  # type: ignore[attr-defined]
    if status >= 500 and status != 503:
        yield f"{place}: {status}"
    if getattr(answer, "streaming", False) or "html" not in answer.headers.get("Content-Type", ""):  # type: ignore[attr-defined]
        return
    page = answer.content.decode()  # type: ignore[attr-defined]
    yield from (f"{place}: {sign}" for sign in RAW if sign in page)


def walked(client: Client, number: str) -> Iterator[tuple[str, object, Reader]]:
    """Yield each page that links lead to: its address, the answer, what was read in it."""
    seen, counts, waiting = set[str](), Counter[str](), deque(["/"])
    while waiting:
        place = waiting.popleft()
        kind = kind_of(place)
        if place in seen or not kind or kind in LEFT or counts[kind] >= OPTIONS.samples:
            continue
        seen.add(place)
        enter(client, number)
        answer = client.get(place)
        if "html" not in answer.headers.get("Content-Type", "") or answer.streaming:
            continue
        counts[kind] += 1
        found = Reader()
        found.feed(answer.content.decode())
        yield place, answer, found
        waiting.extend(
            urlsplit(urljoin(place, link))._replace(query="", fragment="").geturl()
            for link in found.links
            if link.startswith("/")
        )


def sent(client: Client, number: str, place: str, form: Form) -> Iterator[str]:
    """Send one form with each hostile text in each field that takes text; yield what came of it."""
    for text in HOSTILE:
        enter(client, number)
        data: dict[str, object] = {**form.values, **dict.fromkeys(form.texts, text)}
        for name in form.files:
            data[name] = SimpleUploadedFile(text.replace("\x00", ""), b"%PDF-1.4 x", "application/pdf")
        data.pop("request_key", None)
        answer = client.post(place, data) if form.is_post else client.get(place, data)
        yield from faults(answer, f"{number} {place}")
        if answer.status_code in (302, 303):
            yield from faults(client.get(answer.headers["Location"]), f"{number} after {place}")


def filled(number: str, done: set[tuple[str, str]], counts: Counter[str]) -> Iterator[str]:
    """Let one person fill every form that nobody filled before him on a page of that kind."""
    client = desk(number)
    for place, answer, found in walked(client, number):
        counts["pages"] += 1
        yield from faults(answer, f"{number} {place}")
        for form in found.forms:
            action = urlsplit(urljoin(place, form.action)).path
            mark = (kind_of(action), " ".join(sorted({*form.texts, *form.values, *form.files})))
            if mark in done or not form.texts | form.files or mark[0] in LEFT | {""}:
                continue
            done.add(mark)
            counts["forms"] += 1
            counts["fields"] += len(form.texts)
            yield from sent(client, number, action, form)


def main() -> int:
    """Fill everything, then walk again; exit code 1 where text was more than text."""
    counts, done, found = Counter[str](), set[tuple[str, str]](), list[str]()
    people = OPTIONS.people.split(",")
    for number in people:
        found += filled(number, done, counts)
    for number in people:
        for place, answer, _read in walked(desk(number), number):
            counts["pages read again"] += 1
            found += faults(answer, f"{number} again {place}")
    told = {"people": people, **counts, "faults": list(dict.fromkeys(found))}
    sys.stdout.write(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    if OPTIONS.out:
        OPTIONS.out.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if found or not counts["fields"] else 0


if __name__ == "__main__":
    sys.exit(main())
