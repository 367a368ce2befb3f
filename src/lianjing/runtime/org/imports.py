"""Ledgers of the organisation: units, posts, persons, appointments; rows to the verbs of this noun."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from django.utils.translation import gettext as _

from lianjing.kernel.declaration import Text
from lianjing.kernel.identity import is_phone
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.batch.ledger import (
    CellKind,
    Column,
    LedgerKind,
    Notice,
    Result,
    Row,
    Run,
    Taken,
    save_changes,
)
from lianjing.runtime.org.models import Appointment, LoginAccount, Person, Post, Unit
from lianjing.runtime.org.queries import in_being
from lianjing.runtime.org.services import add_appointment, add_person, add_post, add_unit, move_unit
from lianjing.runtime.trail.act import Act, lock_chain
from lianjing.runtime.trail.stamp import renew

CODE, WORD, DAY, FLAG = CellKind.CODE, CellKind.WORD, CellKind.DAY, CellKind.FLAG
UNIT_CODE = ("单位代码", "单位编码", "所在单位代码", "unit code", "unit")
POST_KEY = ("岗位键", "标准岗位键", "岗位代码", "post key", "post")
NUMBER = ("账号", "工号", "人员编号", "登录号", "login", "staff number", "employee id")


@cache
def standard_posts() -> dict[str, dict[str, Any]]:
    """Return the standard posts by key: zh, en, kind, duties, risk_level."""
    text = (files("lianjing.runtime.org") / "posts.toml").read_text(encoding="utf-8")
    return {row["key"]: row for row in tomllib.loads(text)["post"]}


def unit_of(code: str) -> Unit:
    """Return a unit by its code; BadInput names an unknown one."""
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        raise BadInput(_("没有单位“%(code)s”，请先导入单位台账") % {"code": code}, "unit_code")
    return unit


def survey_units(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the codes of the units in the file."""
    return {"codes": {row.text("code") for row in rows}}


def arrange_units(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with each unit below the one above it, however the file orders them."""
    by_code = {row.text("code"): row for row in rows}
    return sorted(rows, key=lambda row: (_depth(row, by_code), row.line))


def _depth(row: Row, by_code: dict[str, Row]) -> int:
    seen: set[str] = set()
    above: Row | None = row
    while above is not None and above.text("code") not in seen:
        seen.add(above.text("code"))
        above = by_code.get(above.text("parent_code"))
    return len(seen)


def take_unit(act: Act, row: Row, run: Run) -> Taken:
    """Add a unit or bring it up to date. A supervising unit further down in the file is set in the second pass.

    The stamp is renewed row by row: the next row's check against rings must see this one.
    """
    code = row.text("code")
    parent = unit_of(row.text("parent_code")) if row.text("parent_code") else None
    supervisor, notices = _supervisor(row, run)
    values = {
        name: row.values[name]
        for name in ("level", "credit_code", "enterprise_no", "from_on", "to_on")
        if row.values.get(name) is not None
    }
    if row.text("supervisor_code") and supervisor is not None:
        values["supervisor_unit_id"] = supervisor.pk
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        columns = {"from_on": act.day, **values}
        unit = add_unit(
            act, code=code, name=row.text("name"), kind=row.text("kind"), parent=parent, **columns
        )
        act.chain = f"unit:{unit.pk}"
        renew()
        return Taken(Result.IMPORTED, notices)
    act.chain = f"unit:{unit.pk}"
    lock_chain(act.chain)
    changed = save_changes(act, unit, {"name": row.text("name"), "kind": row.text("kind"), **values})
    if parent is not None and parent.pk != unit.parent_id:
        move_unit(act, unit, parent)
        changed = True
    if changed:
        renew()
    return Taken(Result.UPDATED if changed else Result.UNCHANGED, notices)


def _supervisor(row: Row, run: Run) -> tuple[Unit | None, tuple[Notice, ...]]:
    code = row.text("supervisor_code")
    if not code:
        return None, ()
    found = Unit.objects.filter(code=code).first()
    if found is None and code not in run.survey.get("codes", set()):
        raise BadInput(_("没有监督单位“%(code)s”") % {"code": code}, "supervisor_code")
    if found is None and run.is_last_pass:
        text = _("监督单位“%(code)s”所在行未能导入，本单位的监督单位未设置") % {"code": code}
        return None, (Notice("supervisor_missing", text, "supervisor_code", code),)
    return found, ()


def take_post(act: Act, row: Row, run: Run) -> Taken:
    """Set up a post or bring it up to date; a standard key brings its name, kind, duties and risk level."""
    unit, key = unit_of(row.text("unit_code")), row.text("key")
    standard = standard_posts().get(key, {})
    name, kind = row.text("name") or standard.get("zh", ""), row.text("kind") or standard.get("kind", "")
    if not name or not kind:
        raise BadInput(_("“%(key)s”不是标准岗位键，须填写岗位名称和岗位类别") % {"key": key}, "key")
    values = {
        name: row.values[name]
        for name in ("is_key_post", "rotation_years", "to_on")
        if row.values.get(name) is not None
    }
    values["risk_level"] = row.text("risk_level") or standard.get("risk_level", "")
    act.chain = f"unit:{unit.pk}"
    lock_chain(act.chain)
    post = Post.objects.filter(in_being(act.day), unit=unit, key=key).first()
    if post is not None:
        changed = save_changes(act, post, {"name": name, "kind": kind, **values})
        return Taken(Result.UPDATED if changed else Result.UNCHANGED)
    add_post(
        act,
        unit=unit,
        key=key,
        name=name,
        kind=kind,
        duties=tuple(standard.get("duties", ())),
        is_approval_post=kind in ("approver", "head"),
        from_on=row.day("from_on") or act.day,
        **values,
    )
    return Taken(Result.IMPORTED)


def take_person(act: Act, row: Row, run: Run) -> Taken:
    """Enter a person with a locked log-in, or bring him up to date; found again by the log-in number."""
    number, unit = row.text("number"), unit_of(row.text("unit_code"))
    values: dict[str, Any] = {
        name: row.values[name]
        for name in ("phone", "pinyin", "entered_on", "left_on", "is_key_minority")
        if row.values.get(name) is not None
    }
    login = LoginAccount.objects.filter(number=number).select_related("person").first()
    if login is None:
        person = add_person(
            act, name=row.text("name"), kind=row.text("kind"), unit=unit, number=number, **values
        )
        act.chain = f"person:{person.pk}"
        return Taken(Result.IMPORTED, _phone_doubt(row, person))
    person = login.person
    act.chain = f"person:{person.pk}"
    lock_chain(act.chain)
    changed = save_changes(
        act, person, {"name": row.text("name"), "kind": row.text("kind"), "unit_id": unit.pk, **values}
    )
    return Taken(Result.UPDATED if changed else Result.UNCHANGED, _phone_doubt(row, person))


def _phone_doubt(row: Row, person: Person) -> tuple[Notice, ...]:
    phone = row.text("phone")
    if not phone or is_phone(phone):
        return ()
    return (Notice("phone_doubtful", _("手机号码不是11位大陆手机号，原样记录"), "phone", phone, person),)


def take_appointment(act: Act, row: Row, run: Run) -> Taken:
    """Appoint a person to a post, or bring last day and paper up to date; nobody appoints himself (C4)."""
    number, unit, key = row.text("number"), unit_of(row.text("unit_code")), row.text("post_key")
    login = LoginAccount.objects.filter(number=number).select_related("person").first()
    if login is None:
        raise BadInput(_("没有账号“%(number)s”，请先导入人员台账") % {"number": number}, "number")
    from_on, to_on = row.day("from_on"), row.day("to_on")
    assert from_on is not None  # a required column
    post = Post.objects.filter(unit=unit, key=key).order_by("-id").first()
    if post is None:
        raise BadInput(
            _("“%(unit)s”没有岗位“%(key)s”，请先导入岗位台账") % {"unit": unit.name, "key": key}, "post_key"
        )
    if login.person_id == act.actor.person_id:
        raise Refusal(Ground.CONFLICT, "org.own_appointment", _("不得办理本人的任职"), "zone_organisation#4")
    act.chain = f"person:{login.person_id}"
    lock_chain(act.chain)
    term = Appointment.objects.filter(person=login.person, post=post, from_on=from_on).first()
    if term is None:
        add_appointment(
            act, person=login.person, post=post, from_on=from_on, basis=row.text("basis"), to_on=to_on
        )
        return Taken(Result.IMPORTED)
    if to_on is not None and to_on < from_on:
        raise BadInput(_("任职止日早于起日"), "to_on")
    values = {"basis": row.text("basis"), **({"to_on": to_on} if to_on else {})}
    return Taken(Result.UPDATED if save_changes(act, term, values) else Result.UNCHANGED)


def _kind(
    key: str, label: Text, posts: tuple[str, ...], columns: tuple[Column, ...], **details: Any
) -> LedgerKind:
    return LedgerKind(
        key=key, label=label, verb=f"{key.removesuffix('s')}.import", posts=posts, columns=columns, **details
    )


UNITS = _kind(
    "units",
    Text("单位", "units"),
    ("personnel_officer", "system_admin"),
    (
        Column("code", Text("单位代码", "unit code"), CODE, ("单位编码", "代码", "code"), longest=40),
        Column("name", Text("单位名称", "unit name"), CellKind.TEXT, ("名称", "name"), longest=120),
        Column(
            "kind",
            Text("单位类型", "unit kind"),
            WORD,
            ("类型", "单位类别", "kind", "type"),
            codelist="unit_kind",
        ),
        Column(
            "parent_code",
            Text("上级单位代码", "parent code"),
            CODE,
            ("上级代码", "上级单位", "parent", "parent unit"),
            longest=40,
        ),
        Column(
            "supervisor_code",
            Text("监督单位代码", "supervisor code"),
            CODE,
            ("监督单位", "supervisor", "supervising unit"),
            longest=40,
        ),
        Column("level", Text("层级", "level"), WORD, ("级别",), codelist="admin_level"),
        Column("credit_code", Text("统一社会信用代码", "credit code"), CODE, ("信用代码",), longest=18),
        Column("enterprise_no", Text("对应企业代码", "enterprise code"), CODE, ("企业代码",), longest=18),
        Column("from_on", Text("启用日", "from"), DAY, ("启用日期", "成立日期")),
        Column("to_on", Text("停用日", "to"), DAY, ("停用日期", "撤销日期")),
    ),
    requires=(("code",), ("name",), ("kind",)),
    row_key=lambda row: row.text("code"),
    take=take_unit,
    survey=survey_units,
    arrange=arrange_units,
    passes=2,
)
POSTS = _kind(
    "posts",
    Text("岗位", "posts"),
    ("personnel_officer", "system_admin"),
    (
        Column("unit_code", Text("单位代码", "unit code"), CODE, UNIT_CODE, longest=40),
        Column("key", Text("岗位键", "post key"), CODE, (*POST_KEY, "key"), longest=60),
        Column("name", Text("岗位名称", "post name"), CellKind.TEXT, ("岗位", "名称", "name"), longest=120),
        Column(
            "kind", Text("岗位类别", "post kind"), WORD, ("类别", "岗位类型", "kind"), codelist="post_kind"
        ),
        Column(
            "risk_level",
            Text("风险等级", "risk level"),
            WORD,
            ("廉政风险等级", "risk"),
            codelist="risk_level",
        ),
        Column("is_key_post", Text("重点岗位", "key post"), FLAG, ("是否重点岗位",)),
        Column("rotation_years", Text("轮岗年限", "rotation years"), CellKind.INTEGER, ("轮岗期限",)),
        Column("from_on", Text("设立日", "from"), DAY, ("设立日期",)),
        Column("to_on", Text("撤销日", "to"), DAY, ("撤销日期",)),
    ),
    requires=(("unit_code",), ("key",)),
    row_key=lambda row: f"{row.text('unit_code')} {row.text('key')}",
    take=take_post,
)
PERSONS = _kind(
    "persons",
    Text("人员", "persons"),
    ("personnel_officer", "system_admin"),
    (
        Column("number", Text("账号", "number"), CODE, NUMBER, longest=40),
        Column("name", Text("姓名", "name"), CellKind.TEXT, ("人员姓名", "full name"), longest=80),
        Column(
            "kind", Text("人员类别", "person kind"), WORD, ("类别", "身份", "kind"), codelist="person_kind"
        ),
        Column("unit_code", Text("单位代码", "unit code"), CODE, UNIT_CODE, longest=40),
        Column(
            "phone", Text("手机", "phone"), CODE, ("手机号", "手机号码", "联系电话", "mobile"), longest=30
        ),
        Column("pinyin", Text("拼音", "pinyin"), CellKind.TEXT, ("姓名拼音",), longest=120),
        Column("is_key_minority", Text("关键少数", "key minority"), FLAG, ("是否关键少数",)),
        Column("entered_on", Text("入职日", "entered"), DAY, ("入职日期", "到岗日期", "entry date")),
        Column("left_on", Text("离职日", "left"), DAY, ("离职日期",)),
    ),
    requires=(("number",), ("name",), ("kind",), ("unit_code",)),
    row_key=lambda row: row.text("number"),
    take=take_person,
)
APPOINTMENTS = _kind(
    "appointments",
    Text("任职", "appointments"),
    ("personnel_officer", "security_admin"),
    (
        Column("number", Text("账号", "number"), CODE, NUMBER, longest=40),
        Column("unit_code", Text("单位代码", "unit code"), CODE, UNIT_CODE, longest=40),
        Column("post_key", Text("岗位键", "post key"), CODE, POST_KEY, longest=60),
        Column(
            "from_on",
            Text("任职起", "from"),
            DAY,
            ("任职日期", "任职起始日", "起始日期", "from date", "start date"),
        ),
        Column(
            "to_on", Text("任职止", "to"), DAY, ("任职截止日", "免职日期", "截止日期", "to date", "end date")
        ),
        Column(
            "basis",
            Text("任职依据", "basis"),
            CellKind.TEXT,
            ("任职文件", "依据", "文号", "document"),
            longest=200,
        ),
    ),
    requires=(("number",), ("unit_code",), ("post_key",), ("from_on",), ("basis",)),
    row_key=lambda row: " ".join(
        (row.text("number"), row.text("unit_code"), row.text("post_key"), str(row.day("from_on")))
    ),
    take=take_appointment,
)
LEDGERS = (UNITS, POSTS, PERSONS, APPOINTMENTS)
