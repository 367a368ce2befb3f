"""The hand-over through its pages: drawn up, read, confirmed, printed; and by whom not."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.test import Client

from lianjing.runtime.handover.models import HandoverLine, PostHandover
from lianjing.runtime.org.models import Appointment, Person
from lianjing.runtime.process.models import WorkItem
from tests.appointing import appoint
from tests.domains.works.playing import HEAD, LEAD, OFFICER
from tests.web.conftest import Browser

TAKER, PERSONNEL, SUPERVISOR = "20709", "20111", "30002"


def shown(answer: Any) -> str:
    return answer.content.decode()


def form_for(zone: Any, giver: str = OFFICER) -> dict[str, Any]:
    person = Person.objects.get(login__number=giver)
    return {
        "giver": person.id,
        "posts": [Appointment.objects.get(person=person).post_id],
        "successor": Person.objects.get(login__number=TAKER).id,
        "reason": "transfer",
        "basis": "澜经组〔2025〕18号",
        "last_on": zone.today(),
        "leaves_service": "on",
    }


def follow(browser: Browser, zone: Any) -> None:
    form = form_for(zone)
    appoint(
        browser,
        {
            "person": form["successor"],
            "post": form["posts"][0],
            "from_on": zone.today() + timedelta(days=1),
            "basis": form["basis"],
        },
    )


def confirm(client: Client, row: PostHandover) -> Any:
    page = shown(client.get(f"/org/handovers/{row.pk}/"))
    read = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert read is not None
    return client.post(f"/org/handovers/{row.pk}/confirm/", {"digest": read.group(1)})


def test_the_giver_draws_up_the_successor_confirms_and_the_log_in_ends(
    browser: Browser, zone: Any, drafting: WorkItem
) -> None:
    follow(browser, zone)
    giver = browser(OFFICER)
    assert giver.get("/org/handovers/new/").status_code == 200
    assert giver.post("/org/handovers/new/", form_for(zone)).status_code == 302
    row = PostHandover.objects.get()
    place = f"/org/handovers/{row.pk}/"
    assert "望汀大道北延立项" in shown(giver.get(place))
    assert giver.post(f"{place}confirm/", {"digest": ""}).status_code == 403
    assert confirm(browser(TAKER), row).status_code == 302  # he holds no post of his own before tomorrow
    assert giver.get("/").status_code == 302
    row.refresh_from_db()
    assert row.status == "done"


def test_a_successor_at_another_post_confirms_what_he_has_read_and_the_paper_shows_it(
    browser: Browser, zone: Any, drafting: WorkItem
) -> None:
    follow(browser, zone)
    form = form_for(zone)
    appoint(
        browser,
        {
            "person": form["successor"],
            "post": Appointment.objects.get(person__login__number="20711").post_id,
            "from_on": zone.today(),
            "basis": form["basis"],
        },
    )
    giver = browser(OFFICER)
    assert giver.post("/org/handovers/new/", form).status_code == 302
    row = PostHandover.objects.get()
    taker = browser(TAKER)
    stale = taker.post(f"/org/handovers/{row.pk}/confirm/", {"digest": "0" * 64})
    assert stale.status_code == 409 and "清单" in shown(stale)
    assert confirm(taker, row).status_code == 302
    assert giver.get("/").status_code == 302
    assert HandoverLine.objects.filter(handover=row, kind="item").exists()
    paper = shown(browser(SUPERVISOR).get(f"/org/handovers/{row.pk}/paper/"))
    assert "离岗交接清单" in paper and "吴㛃" in paper and "望汀大道北延立项" in paper
    assert "已交接" in shown(browser(SUPERVISOR).get("/org/handovers/"))
    assert browser(LEAD).get(f"/org/handovers/{row.pk}/").status_code == 404


def test_personnel_draws_up_for_who_cannot_and_the_head_agrees(browser: Browser, zone: Any) -> None:
    form = form_for(zone) | {"reason": "sick"}
    giver = form["giver"]
    personnel = browser(PERSONNEL)
    assert personnel.get(f"/org/handovers/new/?giver={giver}").status_code == 200
    assert personnel.post("/org/handovers/new/", form).status_code == 302
    row = PostHandover.objects.get()
    assert row.is_without_giver
    assert personnel.post(f"/org/handovers/{row.pk}/agree/").status_code == 403
    assert browser(HEAD).post(f"/org/handovers/{row.pk}/agree/").status_code == 302
    assert personnel.post(f"/org/handovers/{row.pk}/withdraw/").status_code == 302
    assert personnel.post(f"/org/handovers/{row.pk}/withdraw/").status_code == 409


def test_a_colleague_draws_up_no_hand_over_of_another(browser: Browser, zone: Any) -> None:
    assert browser(LEAD).post("/org/handovers/new/", form_for(zone)).status_code == 422
    assert not PostHandover.objects.exists()
