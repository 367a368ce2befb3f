"""The mark of a training zone: on every page, paper, export and answer, so that nothing made in it passes for real."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput

FILE = "training"  # in the data folder of a training zone
HEADER = "X-Lianjing-Zone"
ON_PAPER = "培训环境　不作任何依据"  # a paper is Chinese whatever language its reader chose
ON_SHEET = "培训环境"


def is_training() -> bool:
    """True where this installation is a training zone."""
    return bool(settings.LIANJING_TRAINING)


def paper_mark() -> str:
    """Return what a paper of this installation bears, "" for a real one."""
    return ON_PAPER if is_training() else ""


def page_mark() -> str:
    """Return what the band at the top of every page says, "" for a real installation."""
    return _("培训环境：数据均为练习，不作任何依据") if is_training() else ""


def sheet_name(title: str) -> str:
    """Return the name of a sheet, behind the mark in a training zone."""
    return f"{ON_SHEET} {title}" if is_training() else title


def file_name(name: str) -> str:
    """Return the name of a file that leaves the installation, behind the mark in a training zone."""
    return f"training-{name}" if is_training() else name


def lay_mark(*, is_installed: bool) -> None:
    """Mark the data folder of a training zone; BadInput where a real installation lies there."""
    place = Path(settings.DATA_DIR) / FILE
    if is_training() and not place.exists():
        if is_installed:
            raise BadInput(f"{settings.DATA_DIR} 中是真实安装，不能改作培训环境；请用 --data 另指目录")
        place.write_text("training\n")
