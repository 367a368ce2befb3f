"""Every class of answer carries the whole set of security headers; the proxy is believed as far as it is ours."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from lianjing.runtime.clock import now
from lianjing.runtime.job.errands import result_of
from lianjing.runtime.job.models import Errand
from lianjing.site.log_lines import logging_settings
from lianjing.web import proxy
from tests.web.conftest import Browser

HEADERS = {
    "Content-Security-Policy": "default-src 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "Permissions-Policy": "camera=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
    "X-Request-ID": "",
}


def lacks(answer: Any) -> list[str]:
    return [name for name, part in HEADERS.items() if part not in answer.headers.get(name, "-absent-")]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/login/", 200),
        ("/", 302),
        ("/no/such/page/", 404),
        ("/healthz", 200),
        ("/metrics", 200),
        ("/api/v1/items", 401),
        ("/api/v1/openapi.json", 200),
        ("/static/lianjing/lianjing.css", 200),
    ],
)
def test_what_a_visitor_gets_carries_the_headers(path: str, status: int, db: None) -> None:
    answer = Client().get(path)
    assert answer.status_code in (status, 403) if path.startswith("/api") else answer.status_code == status
    assert lacks(answer) == []
    answer.close()


def test_what_an_official_gets_carries_the_headers(browser: Browser) -> None:
    client = browser("20703")
    for path in ("/", "/items/", "/items/999999/", "/cockpit/", "/items/?export=excel", "/errands/"):
        assert lacks(client.get(path)) == [], path


def test_a_fault_of_ours_carries_the_headers_and_its_number(browser: Browser, monkeypatch: Any) -> None:
    client = browser("20703")
    client.raise_request_exception = False

    def breaks(*_arguments: Any, **_more: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("lianjing.web.views.errands.errands_of", breaks)
    answer = client.get("/errands/", headers={"X-Request-ID": "request-0042"})
    assert answer.status_code == 500 and "request-0042" in answer.content.decode()
    assert lacks(answer) == []
    answer.close()


@pytest.mark.parametrize(
    "asked", ["short", "a" * 65, "line\nbreak-line", "<script>alert", "名字名字名字名字"]
)
def test_a_request_number_that_is_none_is_replaced(asked: str, db: None) -> None:
    answer = Client().get("/healthz", headers={"X-Request-ID": asked})
    assert answer.headers["X-Request-ID"] != asked and len(answer.headers["X-Request-ID"]) == 16


def test_the_access_log_names_a_pseudonym_and_no_word_that_was_searched(
    browser: Browser, caplog: Any
) -> None:
    client = browser("20703")
    with caplog.at_level(logging.INFO, "lianjing.access"):
        client.get("/search/?q=王某某", headers={"X-Request-ID": "request-0007"})
    line = caplog.records[-1]
    assert (line.view, line.status, line.route) == ("search", 200, "/search/")
    assert line.person and "王某某" not in json.dumps(line.__dict__, default=str, ensure_ascii=False)


def test_log_lines_are_json_without_the_address(monkeypatch: Any) -> None:
    monkeypatch.setenv("LIANJING_LOG_FORMAT", "json")
    made = logging_settings()["formatters"]["json"]
    formatter = made["()"](processors=made["processors"], foreign_pre_chain=made["foreign_pre_chain"])
    record = logging.LogRecord(
        "django.request", logging.ERROR, "x", 1, "Internal Server Error: %s", ("/a/",), None
    )
    record.request = "<WSGIRequest: GET '/a/?q=王某某'>"
    line = json.loads(formatter.format(record))
    assert line["event"] == "Internal Server Error: /a/" and line["level"] == "error"
    assert "王某某" not in formatter.format(record)


def address_seen(settings: Any, hops: int, peer: str, forwarded: str, scheme: str = "") -> tuple[str, str]:
    settings.LIANJING_PROXY, settings.LIANJING_PROXY_FROM = hops, ["10.0.0.0/8"]
    seen: list[tuple[str, str]] = []

    def end(request: Any) -> Any:
        seen.append((request.META["REMOTE_ADDR"], request.scheme))

    request = Client().get("/healthz").wsgi_request
    request.META |= {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded, "HTTP_X_FORWARDED_PROTO": scheme}
    proxy.TrustedProxy(end)(request)
    assert "HTTP_X_FORWARDED_FOR" not in request.META
    return seen[0]


def test_a_proxy_is_believed_only_where_it_is_ours_and_only_its_own_entry(settings: Any, db: None) -> None:
    assert address_seen(settings, 0, "10.0.0.1", "1.2.3.4", "https") == ("10.0.0.1", "http")
    assert address_seen(settings, 1, "10.0.0.1", "6.6.6.6, 1.2.3.4", "https") == ("1.2.3.4", "https")
    assert address_seen(settings, 2, "10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2") == ("1.2.3.4", "http")
    assert address_seen(settings, 1, "8.8.8.8", "1.2.3.4", "https") == ("8.8.8.8", "http")
    assert address_seen(settings, 1, "10.0.0.1", "not-an-address") == ("10.0.0.1", "http")
    assert address_seen(settings, 3, "10.0.0.1", "1.2.3.4") == ("10.0.0.1", "http")


def test_metrics_are_for_those_who_may_ask(settings: Any, db: None) -> None:
    settings.LIANJING_METRICS_FROM, settings.LIANJING_METRICS_TOKEN = ["192.0.2.0/24"], "a-long-token"
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    answer = Client().get("/metrics", headers={"Authorization": "Bearer a-long-token"})
    assert answer.status_code == 200 and b"lianjing_disk_free_bytes" in answer.content


def test_readiness_names_what_failed_and_never_why(db: None) -> None:
    answer = Client().get("/readyz")
    assert answer.status_code == 503 and "worker" in answer.json()["failed"]
    assert set(answer.json()) == {"ready", "failed"}


def test_without_a_local_authority_there_is_no_page_of_it(db: None) -> None:
    assert Client().get("/ca/").status_code == Client().get("/ca/lianjing-ca.crt").status_code == 404


def test_an_errand_and_its_result_are_its_senders_alone(zone: Any, browser: Browser) -> None:
    errand = Errand.objects.create(
        kind="x", person_id=zone.person("20703"), sent_at=now(), state="done", file_name="名单.csv",
        media_type="text/csv", size_bytes=3,
    )  # fmt: skip
    place = result_of(errand)
    place.parent.mkdir(parents=True)
    place.write_bytes(b"1,2")
    own, other = browser("20703"), browser("20702")
    assert "名单.csv" in own.get("/errands/").content.decode()
    assert "名单.csv" not in other.get("/errands/").content.decode()
    address = reverse("errand_result", args=[errand.pk])
    answer = own.get(address)
    assert b"".join(answer.streaming_content) == b"1,2"
    answer.close()
    assert other.get(address).status_code == 404


def test_cookies_are_marked_for_this_site_and_out_of_reach_of_scripts() -> None:
    assert django_settings.SESSION_COOKIE_HTTPONLY and django_settings.CSRF_COOKIE_HTTPONLY
    assert django_settings.SESSION_COOKIE_SAMESITE == "Lax"
