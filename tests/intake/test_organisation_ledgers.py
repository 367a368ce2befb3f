"""Ledgers of the organisation: units, posts, persons and appointments through the verbs of the personnel post."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from lianjing.intake.importing import load_ledger
from lianjing.intake.run import Import
from lianjing.runtime import clock
from lianjing.runtime.batch.ledger import Result
from lianjing.runtime.org.imports import LEDGERS, arrange_units
from lianjing.runtime.org.models import Appointment, LoginAccount, Person, Post, PostDuty, Unit
from lianjing.runtime.org.queries import actor_with, posts_held
from lianjing.runtime.scene import Scene
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify

PERSONNEL = "20111"
UNITS = """单位代码,单位名称,单位类型,上级单位代码,监督单位代码
T1-A,澜汀镇城建办,职能部门,T1,DIS
T1,澜汀镇,镇街,ZONE,T1-S
T1-S,澜汀镇纪委,派驻纪检监察组,T1,
"""
POSTS = "单位代码,岗位键,岗位名称,岗位类别\nT1-A,project_officer,,\nT1-A,clerk,文书岗,经办\n"
PERSONS = (
    "账号,姓名,人员类别,单位代码,手机\n50001,邬𬭎,公务员,T1-A,13800138000\n50002,祝䶮,雇员编外,T1-A,12345\n"
)
APPOINTMENTS = "账号,单位代码,岗位键,任职起,任职依据\n50001,T1-A,project_officer,2025年3月6日,澜镇〔2025〕3号\n50002,T1-A,clerk,45722,澜镇〔2025〕3号\n"


def bring_in(folder: Path, text: str, kind: str = "", number: str = PERSONNEL) -> Import:
    place = folder / "a.csv"
    place.write_text(text, encoding="utf-8")
    loaded = load_ledger(place, kinds=LEDGERS, kind=kind)
    person = LoginAccount.objects.get(number=number).person
    actor = actor_with(person.pk, loaded.kind.posts[0], legal_day(clock.now()), channel="import")
    return Import(loaded.ledger, loaded.kind, loaded.mapping, actor, clock.now).run()


def faults(done: Import) -> list[str]:
    return [fault.reason for line in done.lines for fault in line.faults]


def test_a_whole_office_comes_in_and_its_people_hold_their_posts(zone: Scene, tmp_path: Path) -> None:
    for text in (UNITS, POSTS, PERSONS, APPOINTMENTS):
        done = bring_in(tmp_path, text)
        assert not faults(done) and done.counts[Result.IMPORTED] == len(done.lines) > 0
    town = Unit.objects.get(code="T1")
    assert (
        town.supervisor_unit is not None and town.supervisor_unit.code == "T1-S" and town.parent is not None
    )
    officer = Post.objects.get(unit__code="T1-A", key="project_officer")
    assert (officer.name, officer.kind, officer.risk_level) == ("项目经办岗", "operator", "high")
    assert PostDuty.objects.get(post=officer).duty == "apply"
    person = LoginAccount.objects.get(number="50001").person
    assert person.name == "邬𬭎" and not person.login.has_usable_password()
    assert [held.post.pk for held in posts_held(person.pk, date(2025, 9, 1))] == [officer.pk]
    assert Appointment.objects.get(person=person).from_on == date(2025, 3, 6)
    event = Event.objects.filter(act="appointment.import", object=f"person:{person.pk}").get()
    assert (
        event.channel == "import" and event.person_id == LoginAccount.objects.get(number=PERSONNEL).person_id
    )
    assert verify().is_good


def test_the_same_ledgers_again_change_nothing(zone: Scene, tmp_path: Path) -> None:
    for text in (UNITS, POSTS, PERSONS, APPOINTMENTS) * 2:
        done = bring_in(tmp_path, text)
    for text in (UNITS, POSTS, PERSONS, APPOINTMENTS):
        done = bring_in(tmp_path, text)
        assert done.counts[Result.UNCHANGED] == len(done.lines)


def test_a_changed_row_is_an_update_of_the_same_record(zone: Scene, tmp_path: Path) -> None:
    for text in (UNITS, POSTS, PERSONS, APPOINTMENTS):
        bring_in(tmp_path, text)
    assert bring_in(tmp_path, PERSONS.replace("13800138000", "13900139000")).counts[Result.UPDATED] == 1
    assert Person.objects.get(login__number="50001").phone == "13900139000"
    ended = APPOINTMENTS.replace("任职依据\n", "任职依据,任职止\n").replace(
        "3号\n50002", "3号,2025-08-31\n50002"
    )
    assert bring_in(tmp_path, ended).counts[Result.UPDATED] == 1
    assert Appointment.objects.get(person__login__number="50001").to_on == date(2025, 8, 31)
    assert bring_in(tmp_path, UNITS.replace("澜汀镇城建办", "澜汀镇建设办")).counts[Result.UPDATED] == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("单位代码,单位名称,单位类型,上级单位代码\nX1,甲,镇街,NONE\n", "没有单位“NONE”"),
        ("单位代码,单位名称,单位类型,上级单位代码\nX1,甲,星球,ZONE\n", "不在可选范围内"),
        ("单位代码,单位名称,单位类型,监督单位代码\nX1,甲,镇街,NONE\n", "没有监督单位"),
        ("单位代码,单位名称,单位类型,上级单位代码\nZONE,管委会,zone,CON\n", "下级单位"),
        ("单位代码,岗位键,岗位名称,岗位类别\nCON,made_up,,\n", "不是标准岗位键"),
        ("账号,姓名,人员类别,单位代码\n60001,甲,公务员,NONE\n", "没有单位"),
        ("账号,单位代码,岗位键,任职起,任职依据\n60001,CON,project_officer,2025-01-01,x\n", "没有账号"),
        ("账号,单位代码,岗位键,任职起,任职依据\n20703,CON,nothing,2025-01-01,x\n", "没有岗位"),
        ("账号,单位代码,岗位键,任职起,任职依据\n20703,CON,project_officer,2025-10-01,x\n", "已任该岗位"),
        (
            "账号,单位代码,岗位键,任职起,任职止,任职依据\n20704,CON,project_officer,2025-10-01,2025-09-01,x\n",
            "早于起日",
        ),
        ("账号,单位代码,岗位键,任职起,任职依据\n10001,CON,project_officer,2025-10-01,x\n", "三员互斥"),
        ("账号,单位代码,岗位键,任职起,任职依据\n20111,CON,project_officer,2025-10-01,x\n", "本人的任职"),
    ],
)
def test_a_row_that_breaks_a_rule_is_rejected_with_its_reason(
    zone: Scene, tmp_path: Path, text: str, words: str
) -> None:
    before = (Unit.objects.count(), Post.objects.count(), Person.objects.count(), Appointment.objects.count())
    done = bring_in(tmp_path, text)
    assert done.counts[Result.REJECTED] == len(done.lines) == 1 and words in faults(done)[0]
    assert (
        Unit.objects.count(),
        Post.objects.count(),
        Person.objects.count(),
        Appointment.objects.count(),
    ) == before
    assert verify().is_good


def test_a_refused_row_is_an_event_of_its_own(zone: Scene, tmp_path: Path) -> None:
    bring_in(tmp_path, "账号,单位代码,岗位键,任职起,任职依据\n20111,CON,project_officer,2025-10-01,x\n")
    refused = Event.objects.get(act="appointment.import", is_refused=True)
    assert refused.refused_rule == "org.own_appointment" and refused.object.startswith("import_batch:")


def test_two_rows_of_one_file_cannot_close_a_ring(zone: Scene, tmp_path: Path) -> None:
    head = "单位代码,单位名称,单位类型,上级单位代码\n"
    bring_in(tmp_path, head + "R1,甲,镇街,ZONE\nR2,乙,镇街,ZONE\n")
    done = bring_in(tmp_path, head + "R1,甲,镇街,R2\nR2,乙,镇街,R1\n")
    assert done.counts[Result.REJECTED] == 1 and "下级单位" in faults(done)[0]


def test_units_are_arranged_from_the_top_even_where_the_file_has_a_ring(zone: Scene, tmp_path: Path) -> None:
    done = bring_in(tmp_path, "单位代码,单位名称,单位类型,上级单位代码\nK1,甲,镇街,K2\nK2,乙,镇街,K1\n")
    assert done.counts[Result.REJECTED] == 2
    assert arrange_units([]) == []


def test_a_phone_that_looks_wrong_is_kept_with_a_warning(zone: Scene, tmp_path: Path) -> None:
    bring_in(tmp_path, UNITS)
    done = bring_in(tmp_path, PERSONS)
    assert done.warnings["phone_doubtful"] == 1 and Person.objects.get(login__number="50002").phone == "12345"
