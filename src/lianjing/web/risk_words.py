"""Words and colours of the register of risk points."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

LEVEL_TONES = {"high": "bad", "mid": "warn", "low": "plain", "": "plain"}
STATE_TONES = {
    "works": "good",
    "partly": "warn",
    "fails": "bad",
    "lapsed": "warn",
    "untested": "warn",
    "none": "bad",
    "ended": "plain",
}
GAPS = (
    ("none", gettext_noop("没有措施")),
    ("fails", gettext_noop("措施失效")),
    ("partly", gettext_noop("措施部分有效")),
    ("lapsed", gettext_noop("测试已过期")),
    ("untested", gettext_noop("措施未测试")),
)
STATES = {
    "works": gettext_noop("有效"),
    "partly": gettext_noop("部分有效"),
    "fails": gettext_noop("失效"),
    "lapsed": gettext_noop("测试已过期"),
    "untested": gettext_noop("未测试"),
    "ended": gettext_noop("已停止"),
}


def gap_word(gap: str) -> str:
    """Return what stands in the way of a point's being guarded."""
    return _(dict(GAPS)[gap]) if gap else _("有有效措施")


def state_word(state: str) -> str:
    """Return what the last test of a control is worth."""
    return _(STATES[state])
