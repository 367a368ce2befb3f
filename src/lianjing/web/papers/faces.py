"""The type faces at hand: the installation's folder, those that came with the software, those of the system."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import typst

SHIPPED = Path(__file__).resolve().parents[1] / "static" / "vendor" / "fonts"
# 仿宋 first, as the standard asks; an open Song where the machine has none. 小标宋 is a paid face.
BODY = ("FangSong_GB2312", "FangSong", "STFangsong", "Zhuque Fangsong (technical preview)")
SONG = (
    "Noto Serif CJK SC",
    "Noto Serif SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "SimSun",
    "STSong",
)
BLACK = ("SimHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "STHeiti", "Microsoft YaHei")
SCRIPT = ("KaiTi_GB2312", "KaiTi", "STKaiti", "LXGW WenKai")
TITLE = ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05")


class NoChineseFace(Exception):
    """No face that holds Chinese signs was found; a PDF would show boxes."""


@cache
def _fonts(folder: str) -> typst.Fonts:
    folders = [str(path) for path in (Path(folder) if folder else None, SHIPPED) if path and path.is_dir()]
    return typst.Fonts(include_system_fonts=True, font_paths=folders)


def fonts() -> typst.Fonts:
    """Return the faces found, read once for each folder that LIANJING_FONTS names."""
    return _fonts(os.environ.get("LIANJING_FONTS", ""))


def families() -> dict[str, list[str]]:
    """Return the families for each use, best first, of those at hand; NoChineseFace where there is none at all."""
    return chosen(set(fonts().families()))


def chosen(known: set[str]) -> dict[str, list[str]]:
    """Return the families for each use among those known; every use falls back on any Chinese face."""
    any_of = [name for name in (*SONG, *BODY, *BLACK, *SCRIPT, *TITLE) if name in known]
    if not any_of:
        raise NoChineseFace
    uses = {"body": (*BODY, *SONG), "title": (*TITLE, *SONG), "black": BLACK, "script": SCRIPT}
    return {
        use: list(dict.fromkeys([*(name for name in names if name in known), *any_of]))
        for use, names in uses.items()
    }
