"""Writes of the dictionary: a local code is added to an open list or taken out of use; shipped codes stay."""

from __future__ import annotations

import re
from datetime import datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.access.actors import refuse_unless, self_actor
from lianjing.runtime.dictionary.models import CodeAddition
from lianjing.runtime.trail.act import recorded

KEEPERS = frozenset({"system_admin"})
INSTALLATION = "installation:1"
CLAUSE = "zone_organisation#2"
CODE = re.compile(
    r"x_[a-z0-9_]{1,37}"
)  # local codes wear a mark, so that a later shipped code never meets them


def add(
    *, person_id: int, now: datetime, codelist: str, code: str, zh: str, en: str, basis: str
) -> CodeAddition:
    """Add a code to an open list, with the paper it rests on."""
    actor = self_actor(person_id, now, KEEPERS)
    with recorded("dictionary.add", chain=INSTALLATION, actor=actor, now=now) as act:
        refuse_unless(person_id, now, KEEPERS)
        if codelist not in codes.OPEN:
            raise Refusal(Ground.RULE, "dictionary.closed", _("该字典由规则使用，不能增加本地项"), CLAUSE)
        if not CODE.fullmatch(code):
            raise BadInput(_("本地代码以“x_”开头，由小写字母、数字、下划线组成"), "code")
        if codes.has(codelist, code):
            raise BadInput(_("该字典已有此代码"), "code")
        for name, text in (("zh", zh), ("en", en), ("basis", basis)):
            if not text.strip():
                raise BadInput(_("请填写此项"), name)
        return act.save(
            CodeAddition(
                codelist=codelist,
                code=code,
                zh=zh.strip(),
                en=en.strip(),
                basis=basis.strip(),
                from_on=act.day,
                added_by_person_id=person_id,
            )
        )


def end(*, addition_id: int, person_id: int, reason: str, now: datetime) -> CodeAddition:
    """Take a local code out of forms; rows that hold it keep their word."""
    row = CodeAddition.objects.get(id=addition_id)
    actor = self_actor(person_id, now, KEEPERS)
    with recorded("dictionary.end", chain=INSTALLATION, actor=actor, now=now, reason=reason) as act:
        row.read_again()
        refuse_unless(person_id, now, KEEPERS)
        if row.to_on is not None:
            raise Refusal(Ground.STALE, "dictionary.ended", _("该字典项已停用"))
        if not reason.strip():
            raise BadInput(_("请写明理由"), "reason")
        row.to_on = act.day
        return act.save(row)
