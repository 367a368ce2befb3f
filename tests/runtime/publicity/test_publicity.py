from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.org.models import Person
from lianjing.runtime.process.clocks import seed_calendar
from lianjing.runtime.publicity import queries, services
from lianjing.runtime.publicity.models import Objection, Publicity
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.sequencer import sequence_all
from lianjing.runtime.trail.verify import verify
from tests.runtime.contract.office import NOW, TODAY, Office

TEXT = "第一中标候选人：婺澜澍建市政工程有限公司。\n公示期三日。"
MEDIA = (("platform", "本平台"), ("board", "管委会公告栏"))


class Board:
    def __init__(self) -> None:
        self.office = Office()
        with self.office.act() as act:
            seed_calendar(act, 2025, 2025, 2025)
        self.project = self.office.project()
        self.rows = self.publish()

    def publish(self, **changes: Any) -> list[Publicity]:
        wanted: dict[str, Any] = {
            "matter": self.project,
            "kind": "candidates",
            "title": "中标候选人公示",
            "text": TEXT,
            "media": MEDIA,
            "from_on": TODAY,
            "to_on": TODAY + timedelta(days=3),
            **changes,
        }
        with self.office.act(self.office.officer, matter=self.project) as act:
            return services.publish(act, **wanted)

    def confirm(self, person: Person | None = None, **changes: Any) -> Publicity:
        who = (person or self.office.lead).pk
        return services.confirm(publicity_id=self.rows[0].pk, person_id=who, now=NOW, **changes)

    def take_down(self, now: datetime = NOW, reason: str = "名称有误") -> Publicity:
        return services.take_down(
            publicity_id=self.rows[0].pk, person_id=self.office.lead.pk, reason=reason, now=now
        )

    def objection(self, kind: str = "objection", now: datetime = NOW, **changes: Any) -> Objection:
        wanted: dict[str, Any] = {
            "matter_id": self.project.pk,
            "kind": kind,
            "content": "第一候选人业绩不实",
            "raised_by_name": "婺澜砼固建设集团有限公司",
            "person_id": self.office.lead.pk,
            "publicity_id": self.rows[0].pk,
            "contact_text": "13800005678",
            "now": now,
            **changes,
        }
        return services.raise_objection(**wanted)

    def answer(self, row: Objection, person: Person | None = None, **changes: Any) -> Objection:
        wanted: dict[str, Any] = {
            "result": "rejected",
            "answer_text": "经核查业绩属实",
            "now": NOW,
            **changes,
        }
        return services.answer(objection_id=row.pk, person_id=(person or self.office.lead).pk, **wanted)

    def decide(self, row: Objection, **changes: Any) -> Objection:
        wanted: dict[str, Any] = {"result": "rejected", "answer_text": "投诉不成立", "now": NOW, **changes}
        return services.decide(objection_id=row.pk, person_id=self.office.lead.pk, **wanted)


@pytest.fixture
def board(db: None) -> Board:
    return Board()


def refused(act: Any) -> str:
    with pytest.raises(Refusal) as caught:
        act()
    assert caught.value.clause
    return caught.value.rule


def days(count: int) -> datetime:
    return NOW + timedelta(days=count)


def test_one_text_stands_in_several_media_with_one_digest(board: Board) -> None:
    assert [row.medium for row in board.rows] == ["platform", "board"]
    assert len({row.text_sha256 for row in board.rows}) == 1
    assert queries.media_of(board.rows[0]) == board.rows
    assert not any(queries.differs(row) for row in board.rows)
    assert queries.norm_digest("第 1 名\n（甲）") == queries.norm_digest("第１名(甲)")


def test_a_medium_that_shows_other_words_is_told_for_good(board: Board) -> None:
    spaced = board.confirm(found_text=TEXT.replace("\n", "  "))
    assert not queries.differs(spaced) and spaced.text_sha256 != queries.digest(TEXT)
    other = services.confirm(
        publicity_id=board.rows[1].pk,
        person_id=board.office.lead.pk,
        now=NOW,
        found_text=TEXT.replace("三日", "一日"),
    )
    assert queries.differs(other)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"text": ""}, "text"),
        ({"media": ()}, "media"),
        ({"media": (("radio", ""),)}, "media"),
        ({"media": (MEDIA[0], MEDIA[0])}, "media"),
        ({"kind": "poem"}, "kind"),
        ({"from_on": TODAY - timedelta(days=1)}, "from_on"),
        ({"to_on": TODAY - timedelta(days=1)}, "to_on"),
    ],
)
def test_an_incomplete_or_back_dated_notice_is_not_published(
    board: Board, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        board.publish(**changes)
    assert caught.value.field == field


def test_another_person_confirms_and_only_once(board: Board) -> None:
    assert refused(lambda: board.confirm(board.office.officer)) == "publicity.own_notice"
    assert board.confirm().confirmed_by_person == board.office.lead
    assert refused(board.confirm) == "publicity.confirmed"


def test_a_notice_runs_to_the_end_of_its_last_legal_day(board: Board) -> None:
    last = TODAY + timedelta(days=3)
    asked = (board.project.pk, "candidates")
    assert queries.running(*asked, last) == board.rows
    assert queries.has_run(*asked, last) is None
    assert queries.has_run(*asked, last + timedelta(days=1)) == board.rows[1]
    assert queries.running(*asked, last + timedelta(days=1)) == []
    assert queries.running(*asked, TODAY - timedelta(days=1)) == []


def test_a_notice_taken_down_early_has_not_run_and_one_cleared_away_later_has(board: Board) -> None:
    with pytest.raises(BadInput):
        board.take_down(reason=" ")
    asked = (board.project.pk, "candidates", TODAY + timedelta(days=9))
    Publicity.objects.filter(pk=board.rows[1].pk).delete()
    board.take_down()
    assert queries.has_run(*asked) is None
    assert refused(board.take_down) == "publicity.taken_down"
    assert Publicity.objects.get().taken_down_reason == "名称有误"
    board.rows = board.publish(media=MEDIA[:1])
    board.take_down(now=days(5), reason="公示期满")
    assert queries.has_run(*asked) == board.rows[0]


def test_the_clocks_of_objection_and_complaint_are_those_of_the_regulation(board: Board) -> None:
    assert board.objection().due_on == date(2025, 3, 6)
    complaint = board.objection("complaint", content="评标不公")
    assert complaint.due_on == date(2025, 3, 6)
    accepted = services.accept(objection_id=complaint.pk, person_id=board.office.lead.pk, now=NOW)
    assert accepted.due_on == date(2025, 4, 15)


def test_an_open_objection_holds_the_matter_up_until_it_is_answered(board: Board) -> None:
    row = board.objection()
    assert queries.pausing(board.project.pk) == row
    assert refused(lambda: board.answer(row, board.office.officer)) == "objection.own_paper"
    answered = board.answer(row)
    assert (answered.result, answered.answered_on) == ("rejected", TODAY)
    assert queries.pausing(board.project.pk) is None
    assert queries.open_objections(board.project.pk) == []
    assert refused(lambda: board.answer(row)) == "objection.settled"
    sequence_all()
    assert verify().is_good


def test_an_objection_after_the_last_day_is_registered_and_holds_nothing_up(board: Board) -> None:
    late = board.objection(now=days(4))
    assert queries.open_objections(board.project.pk) == [late]
    assert queries.pausing(board.project.pk) is None


def test_a_complaint_is_accepted_before_it_is_decided(board: Board) -> None:
    row = board.objection("complaint")
    with pytest.raises(BadInput):
        board.answer(row)
    assert refused(lambda: board.decide(row)) == "objection.not_accepted"
    services.accept(objection_id=row.pk, person_id=board.office.lead.pk, now=NOW)
    assert (
        refused(lambda: services.accept(objection_id=row.pk, person_id=board.office.lead.pk, now=NOW))
        == "objection.accepted"
    )
    assert queries.pausing(board.project.pk) is not None
    assert board.decide(row).decided_on == TODAY
    assert queries.pausing(board.project.pk) is None


def test_a_complaint_may_be_turned_down_with_a_reason_and_an_objection_withdrawn(board: Board) -> None:
    row = board.objection("complaint")
    wanted = {"objection_id": row.pk, "person_id": board.office.lead.pk, "now": NOW, "is_accepted": False}
    with pytest.raises(BadInput):
        services.accept(**wanted)
    settled = services.accept(**wanted, text="超过投诉时效")
    assert queries.is_settled(settled) and settled.result == "not_accepted"
    objection = board.answer(board.objection(), result="withdrawn", answer_text="异议人撤回")
    assert queries.is_settled(objection)


def test_an_anonymous_objector_leaves_no_name_and_a_named_one_must(board: Board) -> None:
    row = board.objection(is_anonymous=True, raised_by="enterprise:3", raised_by_name="某公司")
    assert (row.raised_by, row.raised_by_name) == ("", "匿名")
    with pytest.raises(BadInput):
        board.objection(raised_by_name="")
    with pytest.raises(BadInput):
        board.objection(content="")
    with pytest.raises(BadInput):
        board.objection(publicity_id=99_999)


def test_the_contact_is_hidden_from_those_outside_the_answering_unit(board: Board) -> None:
    row = board.objection()
    event = Event.objects.get(act="objection.raise", is_refused=False)
    assert queries.hidden_contacts([row], board.office.officer.pk, TODAY) == set()
    assert queries.hidden_contacts([row], board.office.head.pk, TODAY) == {row.pk}
    assert queries.hidden_events([event.pk], board.office.head.pk, TODAY) == {event.pk}
    assert queries.masked("13800005678") == "13*******78"
    assert queries.masked("ab") == "**" and queries.masked("") == ""


def test_who_does_not_see_the_matter_does_nothing_with_its_notices(board: Board) -> None:
    stranger = board.office.lawyer
    for act in (
        lambda: board.confirm(stranger),
        lambda: board.objection(person_id=stranger.pk),
        lambda: services.announce(
            matter_id=board.project.pk,
            kind="award",
            title="中标公告",
            text="x",
            media=MEDIA,
            from_on=TODAY,
            to_on=TODAY,
            person_id=stranger.pk,
            now=NOW,
        ),
    ):
        with pytest.raises(Refusal) as caught:
            act()
        assert caught.value.rule == "scope.matter"
