"""Checks of what the pages need: front-end files of this version, a Chinese face for printing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from lianjing.runtime.health.fault import Check, Fault, Level
from lianjing.web.assets import REMEDY, assets_fault
from lianjing.web.papers import faces


def assets(_now: datetime) -> Iterator[Fault]:
    """Front-end files: there, and of this version."""
    if fault := assets_fault():
        yield Fault(Level.FAULT, fault, REMEDY)


def fonts(_now: datetime) -> Iterator[Fault]:
    """A face that holds Chinese signs; without one no PDF can be printed."""
    try:
        faces.families()
    except faces.NoChineseFace:
        yield Fault(
            Level.FAULT,
            _("没有中文字体，不能打印 PDF 文书"),
            _(
                "安装 fonts-noto-cjk（Debian、UOS）或 google-noto-serif-cjk-fonts（openEuler、麒麟），或用 LIANJING_FONTS 指明字体目录"
            ),
        )


CHECKS = (Check("assets", assets), Check("fonts", fonts))
