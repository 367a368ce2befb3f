"""`lianjing new indicator CODE`: writes an indicator that runs, and its examples, to begin from."""

from __future__ import annotations

import argparse
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

from lianjing.analysis.indicator.header import CODE
from lianjing.kernel.refusal import BadInput

SLUG = re.compile(r"[a-z][a-z0-9_]{2,40}")


def add_to(group: Any, common: argparse.ArgumentParser) -> None:
    """Add `new indicator` to the group `new`."""
    command = group.add_parser("indicator", parents=[common], help="the files of a new indicator")
    command.add_argument("code", metavar="CODE", help="its code: M-T46")
    command.add_argument("slug", metavar="SLUG", help="a few English words: one_machine")
    command.add_argument("--domain", default="works", metavar="NAME", help="its domain (default works)")
    command.add_argument("--title", default="新监督模型", metavar="名称", help="its Chinese title")
    command.add_argument("--title-en", default="New indicator", metavar="WORDS", help="its English title")
    command.add_argument(
        "--into", type=Path, default=Path(), metavar="DIR", help="the checkout (default: here)"
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the two files and name them."""
    words = {"@TITLE@": options.title, "@TITLE_EN@": options.title_en}
    for each in write(options.code, options.slug, domain=options.domain, into=options.into, words=words):
        print(each)
    return 0


def write(code: str, slug: str, *, domain: str, into: Path, words: dict[str, str]) -> list[Path]:
    """Write text and examples into a checkout; BadInput for a bad or taken code. Nothing is overwritten."""
    if not CODE.fullmatch(code):
        raise BadInput(f"{code!r} 不是监督模型编号，应如 M-T46", "code")
    if not SLUG.fullmatch(slug):
        raise BadInput(f"{slug!r}：3至41个小写字母、数字或下划线", "slug")
    package = into / "src" / "lianjing" / "domains" / domain
    if not package.is_dir():
        raise BadInput(f"{into} 中没有领域 {domain}", "domain")
    stem = code.replace("-", "").lower()
    taken = sorted((into / "src" / "lianjing").glob(f"**/{stem}_*.sql"))
    if taken:
        raise BadInput(f"{code} 已存在：{taken[0]}", "code")
    folder = package / "indicators"
    folder.mkdir(exist_ok=True)
    filled = {"@CODE@": code, "@DOMAIN@": domain, **words}
    targets = []
    for suffix, pattern in ((".sql", "indicator.sql.txt"), (".toml", "examples.toml.txt")):
        text = (files("lianjing.cli") / "new_indicator_files" / pattern).read_text(encoding="utf-8")
        for token, word in filled.items():
            text = text.replace(token, word)
        target = folder / f"{stem}_{slug}{suffix}"
        target.write_text(text, encoding="utf-8")
        targets.append(target)
    return targets
