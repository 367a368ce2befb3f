"""The rules' pages: the library, a regulation on a day, a revision from its draft to its approval."""

from __future__ import annotations

from typing import Any

import pytest

from lianjing.runtime.revision.models import Revision

DRAFTER, APPROVER, OFFICER, SUPERVISOR = "20603", "20006", "20703", "30001"


def begun(client: Any) -> Revision:
    answer = client.post(
        "/revisions/new/", {"regulation": "zone_change", "title": "修订变更办法", "reason": "审计建议"}
    )
    assert answer.status_code == 302, answer.content.decode()
    return Revision.objects.get()


def test_a_revision_goes_from_draft_to_approval_through_the_pages(browser: Any, zone: Any) -> None:
    drafter, approver = browser(DRAFTER), browser(APPROVER)
    row = begun(drafter)
    place = f"/revisions/{row.pk}/"
    put = drafter.post(f"{place}clause/", {"article": "1", "text": "新的第一条"})
    assert put.status_code == 302, put.content.decode()
    assert "<ins>" in drafter.get(place).content.decode()
    assert drafter.post(place, {"action": "check"}).status_code == 302
    day = (zone.today().replace(day=1).replace(year=zone.today().year + 1)).isoformat()
    sent = drafter.post(place, {"action": "submit", "from_on": day})
    assert sent.status_code == 302, sent.content.decode()
    assert drafter.post(place, {"action": "approve", "text": "同意"}).status_code == 403
    done = approver.post(place, {"action": "approve", "text": "同意"})
    assert done.status_code == 302, done.content.decode()
    assert "新的第一条" not in drafter.get("/regulations/zone_change/").content.decode()
    page = drafter.get(f"/regulations/zone_change/?on={day}").content.decode()
    assert "新的第一条" in page and "修订变更办法" in page
    assert drafter.get(f"{place}paper/").status_code == 200


@pytest.mark.parametrize(
    "place",
    [
        "/regulations/",
        "/revisions/",
        "/clauses/zone_funds~6/",
        "/clauses/zone_funds~6/refusals/",
        "/regulations/zone_funds/",
    ],
)
def test_the_library_opens(place: str, browser: Any) -> None:
    answer = browser(SUPERVISOR).get(place)
    assert answer.status_code == 200, answer.content.decode()[:2000]
