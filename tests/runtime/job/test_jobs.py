"""The worker's round and the errands: one job's fault stops no other, a lost errand is taken up again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.job import errands, schedule
from lianjing.runtime.job.errands import (
    Kind,
    Result,
    Stopped,
    Work,
    carry_out_next,
    enqueue,
    result_of,
    sweep,
)
from lianjing.runtime.job.models import Errand, JobState
from lianjing.runtime.job.schedule import Job, Round, jobs

NOW = datetime(2025, 9, 1, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def fails(_now: datetime) -> int:
    raise ValueError("no such thing")


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> dict[str, Kind]:
    """The kinds of errands of the test alone."""
    found: dict[str, Kind] = {}
    monkeypatch.setattr(errands, "kinds", lambda: found)
    return found


def send(kinds: dict[str, Kind], run: Any, person_id: int = 1) -> Errand:
    kinds["test"] = Kind("test", "测试", run)
    return enqueue(kind="test", person_id=person_id, arguments={"year": 2025}, now=NOW)


def test_every_job_of_the_installation_has_a_name_of_its_own_and_a_rhythm() -> None:
    assert len(jobs()) > 2 and all(job.every_seconds > 0 for job in jobs())


def test_two_jobs_of_one_name_stop_the_start(settings: Any) -> None:
    schedule.jobs.cache_clear()
    settings.LIANJING_JOBS = ["lianjing.runtime.jobs.JOBS", "lianjing.runtime.jobs.JOBS"]
    with pytest.raises(ValueError, match="share a name"):
        schedule.jobs()


def test_a_job_runs_when_it_is_due_and_not_before() -> None:
    ran: list[datetime] = []
    book = Round([Job("each", 10, lambda now: ran.append(now) or 1)])
    assert [book.turn(ticks, NOW) for ticks in (0, 1, 9.9, 10, 11, 20)] == [1, 0, 0, 1, 0, 1]
    assert len(ran) == 3


def test_the_fault_of_one_job_is_noted_under_its_name_and_stops_no_other(caplog: Any) -> None:
    book = Round([Job("bad", 1, fails), Job("good", 1, lambda _now: 7)])
    assert (book.turn(0, NOW), book.turn(1, NOW)) == (2, 2)
    bad, good = JobState.objects.get(name="bad"), JobState.objects.get(name="good")
    assert (bad.failures, bad.error, bad.succeeded_at) == (2, "ValueError: no such thing", None)
    assert (good.failures, good.done, good.succeeded_at) == (0, 7, NOW)
    assert "job bad failed" in caplog.text


def test_a_job_that_works_again_is_noted_at_once() -> None:
    state = {"busy": True}

    def run(_now: datetime) -> int:
        if state["busy"]:
            raise OperationalError("database is locked")
        return 0

    book = Round([Job("sometimes", 1, run)])
    book.turn(0, NOW)
    state["busy"] = False
    book.turn(1, NOW + timedelta(seconds=1))
    noted = JobState.objects.get(name="sometimes")
    assert (noted.failures, noted.error) == (0, "")


def test_a_job_of_every_second_does_not_write_every_second(django_assert_num_queries: Any) -> None:
    book = Round([Job("often", 1, lambda _now: 0)])
    book.turn(0, NOW)
    with django_assert_num_queries(0):
        book.turn(1, NOW + timedelta(seconds=1))


def test_a_clock_that_jumps_moves_no_job() -> None:
    ran: list[int] = []
    book = Round([Job("each", 10, lambda _now: ran.append(1) or 1)])
    book.turn(0, NOW)
    book.turn(1, NOW + timedelta(days=400))
    book.turn(2, NOW - timedelta(days=400))
    assert len(ran) == 1


def test_an_errand_shows_its_progress_and_brings_its_file(kinds: Any) -> None:
    def run(work: Work) -> Result:
        assert (work.person_id, work.arguments) == (1, {"year": 2025})
        work.report_progress(3, 4)
        return Result("共 4 行", "a.csv", "text/csv", b"1,2")

    errand = send(kinds, run)
    assert (carry_out_next(NOW), carry_out_next(NOW)) == (1, 0)
    errand.refresh_from_db()
    assert (errand.state, errand.done, errand.total, errand.text) == ("done", 3, 4, "共 4 行")
    assert result_of(errand).read_bytes() == b"1,2"
    assert result_of(errand).stat().st_mode & 0o077 == 0


def test_a_failed_errand_says_so_without_the_inner_words_of_the_fault(kinds: Any) -> None:
    def run(_work: Work) -> Result:
        raise ValueError("row of 王某 is bad")

    errand = send(kinds, run)
    carry_out_next(NOW)
    errand.refresh_from_db()
    assert errand.state == "failed" and "王某" not in errand.text and errand.text


def test_an_errand_refused_shows_the_sentence(kinds: Any) -> None:
    def run(_work: Work) -> Result:
        raise BadInput("年度不正确")

    errand = send(kinds, run)
    carry_out_next(NOW)
    errand.refresh_from_db()
    assert (errand.state, errand.text) == ("failed", "年度不正确")


def test_an_errand_stopped_with_the_worker_waits_again(kinds: Any) -> None:
    def run(work: Work) -> Result:
        work.report_progress(1, 2)
        return Result()

    errand = send(kinds, run)
    carry_out_next(NOW, is_stopping=lambda: True)
    errand.refresh_from_db()
    assert (errand.state, errand.attempts) == ("waiting", 0)
    assert issubclass(Stopped, Exception)


def test_an_errand_whose_worker_died_is_taken_up_again_three_times_at_most(kinds: Any) -> None:
    errand = send(kinds, lambda _work: Result("好"))
    for attempts, state in ((1, "done"), (3, "failed")):
        Errand.objects.filter(pk=errand.pk).update(state="running", attempts=attempts, beat_at=NOW)
        carry_out_next(NOW + timedelta(minutes=5))
        errand.refresh_from_db()
        assert errand.state == state


def test_nobody_sends_an_unknown_kind_nor_too_many(kinds: Any) -> None:
    with pytest.raises(BadInput):
        enqueue(kind="unknown", person_id=1, arguments={}, now=NOW)
    for _number in range(errands.AT_ONCE):
        send(kinds, lambda _work: Result())
    with pytest.raises(BadInput):
        send(kinds, lambda _work: Result())
    assert send(kinds, lambda _work: Result(), person_id=2)


def test_results_are_forgotten_after_a_week(kinds: Any) -> None:
    errand = send(kinds, lambda _work: Result("", "a.txt", "text/plain", b"a"))
    carry_out_next(NOW)
    Errand.objects.update(finished_at=NOW)
    assert sweep(NOW + timedelta(days=6)) == 0
    assert sweep(NOW + timedelta(days=8)) == 1
    assert not result_of(errand).exists() and not Errand.objects.exists()
