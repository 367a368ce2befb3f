"""C3c, C16 and C17: a tender replayed on one page, formal bidders with their reasons, an award that the ballots give."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lianjing.domains.works.demo import tender_room as room
from lianjing.domains.works.demo.bidfiles import same_machine
from lianjing.domains.works.models import Award, Bid, Score, Shortlist, Tender
from lianjing.domains.works.services import award_votes as awards
from lianjing.domains.works.services import tender_evaluation
from lianjing.runtime.parties.services import tie
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.models import Event
from tests.covers.conftest import SUPERVISOR, attempts, fields_of
from tests.domains.works.playing import BUILDER, LEADER, TENDERS
from tests.domains.works.tendering import AGENT, AUDITOR, HEAD, LAWYER, PRICES, SECRETARY

OTHER_BUILDER, THIRD = "40002", "40003"
GROUP = ("20703", "20704", "20706")


def place_of(matter: Any) -> str:
    return f"/works/tenders/{matter.pk}/"


def act(browser: Any, matter: Any, action: str, **fields: Any) -> Any:
    return browser.post(f"{place_of(matter)}act/", {"action": action, **fields})


def page_of(browser: Any, matter: Any) -> str:
    answer = browser.get(place_of(matter))
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def files(contents: list[bytes]) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(f"{place}.json", content) for place, content in enumerate(contents)]


@pytest.mark.covers("C3c")
def test_a_supervisor_replays_a_tender_from_opening_to_award_on_one_page(play, enter):
    scene, project = play.scene, play.ready_to_tender()
    matter = play.tender_to_deadline(project)
    offers = same_machine(play.offers(*PRICES))
    contents = room.files_of(matter.pk, offers)

    # three bidders hand in at their own desks; until the opening nobody else finds a trace of who they are
    for number, content in zip((BUILDER, OTHER_BUILDER, THIRD), contents, strict=True):
        assert act(enter(number), matter, "seal", file=files([content])[0]).status_code == 302
        scene.pass_time(hours=0.1)
    names = [offer.name for offer in offers]
    supervisor = enter(SUPERVISOR)
    key = Bid.objects.filter(tender_id=matter.pk).first().pk
    event = Event.objects.filter(act="tender.bid").first()
    places = (
        place_of(matter),
        f"/matters/{matter.pk}/",
        f"/works/{project.pk}/",
        f"/trace/bid/{key}/",
        f"/events/{event.pk}/",
        "/trail/",
        f"/search/?q={names[0]}",
    )
    for reader in (supervisor, enter(TENDERS), enter(HEAD)):
        for place in places:
            answer = reader.get(place, follow=True)
            assert answer.status_code in (200, 403), place
            text = answer.content.decode()
            assert not [name for name in names if name in text and "search" not in place], place
            assert "钮犇" not in text and "岑砺" not in text, place
    assert "密封" in page_of(enter(BUILDER), matter)

    # after the deadline a bid is refused with the clause, and the try is on the trail
    room.until(scene, room.opened_time(scene, matter.pk))
    late = act(enter(BUILDER), matter, "seal", file=files([contents[0]])[0])
    assert late.status_code == 403 and "/clauses/tendering_regulation~36/" in late.content.decode()
    assert [row.person_id for row in attempts("tender.late_bid")] == [scene.person(BUILDER)]

    assert act(enter(AGENT), matter, "unseal", file=files(contents)).status_code == 302
    play.do(AGENT, matter, "open_bids", {"is_over": "on"})
    play.seated(matter)
    room.judged(scene, matter.pk)
    play.do(AGENT, matter, "evaluate", {"is_signed": "on"})
    play.unopposed(matter)
    row = play.award_out(play.award_begun(project, matter))

    text = page_of(supervisor, matter)
    for name in names:
        assert name in text
    for words in (
        "机器码相同",
        "48,000,000.00",
        "92",
        row.notice_no,
        "名次与重算一致",
        "全过程回放",
        "评标报告",
    ):
        assert words in text, words
    for seat in tender_evaluation.seats(matter.pk):
        assert seat.person.name in text
    order = [
        text.index(words, text.index('id="replay"')) for words in ("投标文件解密", "评分锁定", "签署评标报告")
    ]
    assert order == sorted(order)
    assert "机器码相同" not in page_of(enter(TENDERS), matter)


@pytest.mark.covers("C3c")
def test_experts_see_their_own_sheet_only_until_all_are_locked(play, enter):
    project = play.ready_to_tender()
    matter = play.tender_to_opening(project)
    play.opened(matter, play.offers(*PRICES))
    play.seated(matter)
    seats = tender_evaluation.seats(matter.pk)
    first, second = (enter(seat.person.login.number) for seat in seats[:2])
    for seat in seats:
        who = enter(seat.person.login.number)
        assert act(who, matter, "declare").status_code == 302
    assert act(first, matter, "preliminary").status_code == 302
    over = {}
    bids = Bid.objects.filter(tender_id=matter.pk, status="valid")
    good = {
        f"points-{bid.pk}-{row.pk}": "7.77" if row.weight == 10 else "23.33"
        for bid in bids
        for row in tender_evaluation.criteria_of(matter.pk)
    }
    over = dict.fromkeys(good, "100")
    assert act(first, matter, "score", **over).status_code == 422
    assert act(first, matter, "score", **good).status_code == 302
    assert "23.33" in page_of(first, matter)
    for reader in (second, enter(TENDERS), enter(SUPERVISOR)):
        assert "23.33" not in page_of(reader, matter)
    event = Event.objects.get(act="tender.score")
    score = Score.objects.first()
    supervisor = enter(SUPERVISOR)
    assert "23.33" not in supervisor.get(f"/events/{event.pk}/").content.decode()
    assert "23.33" not in supervisor.get(f"/trace/score/{score.pk}/?column=points").content.decode()
    for seat in seats[1:]:
        assert act(enter(seat.person.login.number), matter, "score", **good).status_code == 302
    assert "23.33" in page_of(supervisor, matter)
    assert "23.33" in supervisor.get(f"/events/{event.pk}/").content.decode()


@pytest.mark.covers("C16")
def test_every_applicant_reads_his_reason_and_a_tied_member_cannot_vote(play, enter):
    scene, project = play.scene, play.ready_to_tender()
    sums = dict.fromkeys(("estimated", "budget_money", "control_price"), "390000") | {"bond": ""}
    matter = play.planned_tender(
        project,
        method="invited",
        method_reason="限额以下，自愿邀请招标",
        shortlist_count="2",
        shortlist_drawn="1",
        **sums,
    )
    play.announced(matter)
    browsers = {number: enter(number) for number in ("40001", "40002", "40003", "40004")}
    for browser in browsers.values():
        assert act(browser, matter, "apply").status_code == 302
    members = [scene.person(number) for number in GROUP]
    assert act(enter(HEAD), matter, "seat_group", members=members).status_code == 302
    rows = list(Shortlist.objects.filter(tender_id=matter.pk).order_by("pk"))
    with recorded("test.lay", chain=f"person:{members[2]}", actor=SYSTEM, now=scene.now) as deed:
        tie(
            deed,
            from_party=f"person:{members[2]}",
            to_party=f"enterprise:{rows[0].enterprise_id}",
            kind="spouse",
            source="declared",
        )
    marks = {f"points-{row.pk}": str(90 - 10 * place) for place, row in enumerate(rows)} | {
        f"reason-{row.pk}": "业绩和信用情况" for row in rows
    }
    refused = act(enter(GROUP[2]), matter, "vote", **marks)
    assert refused.status_code == 403 and "/clauses/zone_shortlist~4/" in refused.content.decode()
    assert [row.person_id for row in attempts("tender.member_tied")] == [members[2]]
    for number in GROUP[:2]:
        assert act(enter(number), matter, "vote", **marks).status_code == 302

    reasons = {
        "reasons": [{"applicant": str(row.pk), "reason": f"理由{row.pk}：按公布条件评分"} for row in rows]
    }
    head, item = enter(HEAD), scene.item(matter, "shortlist")
    undrawn = head.post(f"/items/{item.pk}/", fields_of(reasons))
    assert undrawn.status_code == 403 and "/clauses/zone_shortlist~5/" in undrawn.content.decode()
    room.draw(
        scene,
        matter.pk,
        "formal_bidder",
        1,
        lambda asked: act(enter(HEAD), matter, "lock_draw", draw=asked.pk),
    )
    assert head.post(f"/items/{item.pk}/", fields_of(reasons)).status_code == 302
    rows = list(Shortlist.objects.filter(tender_id=matter.pk).order_by("pk"))
    assert [row.is_selected for row in rows[:2]] == [True, True]
    assert sum(row.is_selected for row in rows) == 3 and sum(row.is_random_pick for row in rows) == 1
    out = next(row for row in rows if not row.is_selected)
    number = {row.enterprise.credit_code: number for row, number in zip(rows, browsers, strict=True)}
    own = page_of(browsers[number[out.enterprise.credit_code]], matter)
    assert out.reason in own and rows[0].reason not in own
    told = act(browsers[number[out.enterprise.credit_code]], matter, "seal", digest="a" * 64)
    assert told.status_code == 409
    everything = page_of(enter(SUPERVISOR), matter)
    assert all(row.reason in everything for row in rows)


@pytest.mark.covers("C16")
def test_an_open_mandatory_tender_is_never_thinned(play, enter):
    project = play.ready_to_tender()
    matter = play.open(TENDERS, "works_tender", project)
    play.do(TENDERS, matter, "plan", play.tender_plan(shortlist_count="2", shortlist_drawn="1"))
    play.do(LAWYER, matter, "legality", {"is_fair": "on", "is_whole": "on", "opinion": "已核"})
    item = play.scene.item(matter, "approve")
    page = enter(LEADER).post(f"/items/{item.pk}/", {"opinion": "同意"})
    assert page.status_code == 403 and "/clauses/zone_shortlist~1/" in page.content.decode()
    assert len(attempts("tender.shortlist_open")) == 1


@pytest.mark.covers("C17")
def test_ballots_add_up_to_the_result_and_outsiders_have_none(play, enter):
    scene, project = play.scene, play.ready_to_tender()
    matter = play.tender_to_opening(project, award_method="vote")
    play.evaluated(matter)
    play.unopposed(matter)
    award = play.open(TENDERS, "works_award", project)
    item = scene.item(award, "prepare")
    page = enter(TENDERS).post(f"/items/{item.pk}/", fields_of(play.award_data(matter)))
    assert page.status_code == 403 and "/clauses/tendering_regulation~55/" in page.content.decode()
    play.paper(TENDERS, award, "approval", item)
    based = play.award_data(matter, legal_basis="评定分离试点〔2025〕3号", legal_basis_clause="第三条")
    assert enter(TENDERS).post(f"/items/{item.pk}/", fields_of(based)).status_code == 302
    room.draw_committee(scene, award.pk, AUDITOR)
    play.do(AUDITOR, award, "committee", {"members": 5})
    bids = list(Bid.objects.filter(tender_id=matter.pk).order_by("rank"))
    stranger = enter(AUDITOR)
    told = act(stranger, matter, "ballot", award=award.pk, bid=bids[0].pk, reason="好")
    assert told.status_code in (403, 404)
    seats = awards.members(award.pk)
    for place, seat in enumerate(seats):
        member = enter(seat.person.login.number)
        assert act(member, matter, "award_declare", award=award.pk).status_code == 302
        assert act(member, matter, "ballot", award=award.pk, bid=bids[0].pk, reason="").status_code == 422
        chosen = bids[0] if place < 3 else bids[1]
        done = act(member, matter, "ballot", award=award.pk, bid=chosen.pk, reason=f"理由{place}")
        assert done.status_code == 302
    play.do(SECRETARY, award, "decide", {"reason": "三票过半", "video_sha256": "c" * 64})
    row = play.award_out(award)
    assert (row.rank, row.status) == (1, "active")
    text = page_of(enter(SUPERVISOR), matter)
    for place, seat in enumerate(seats):
        assert seat.person.name in text and f"理由{place}" in text
    assert "结果与重新计票一致" in text and "c" * 64 in text and "评定分离试点" in text
    assert Award.objects.get(tender_id=matter.pk).video_sha256 == "c" * 64


@pytest.mark.covers("C3c")
def test_the_register_of_tenders_is_found_filtered_and_taken_as_excel(play, enter):
    project = play.ready_to_tender()
    matter = play.tender_to_deadline(project)
    head = enter(HEAD)
    text = head.get("/works/tenders/?status=active").content.decode()
    assert (
        place_of(matter) in text
        and place_of(matter) not in head.get("/works/tenders/?status=complete").content.decode()
    )
    sheet = head.get("/works/tenders/?export=xlsx")
    assert sheet.status_code == 200
    assert place_of(matter) in enter(BUILDER).get("/works/tenders/").content.decode()
    assert enter("41001").get(place_of(matter)).status_code == 404
    assert Tender.objects.get(pk=matter.pk).deadline_on > play.scene.today() + timedelta(days=15)
