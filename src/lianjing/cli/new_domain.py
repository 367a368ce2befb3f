"""`lianjing new domain NAME`: writes the files of a new domain with the least procedure and its test."""

from __future__ import annotations

import argparse
import keyword
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from lianjing.cli import new_indicator
from lianjing.kernel.refusal import BadInput

NAME = re.compile(r"[a-z][a-z0-9_]{2,30}")
WORDS = re.compile(r"[^\x00-\x1f\"'<>&,{}%\\]{1,40}")
# The file of the domain (its name stands for NAME) and the pattern that it is written from.
FILES: Mapping[str, str] = {
    "__init__.py": "__init__.py",
    "apps.py": "apps.py",
    "codes.csv": "codes.csv",
    "domain.py": "domain.py",
    "forms.py": "forms.py",
    "migrations/0001_initial.py": "migration.py",
    "migrations/__init__.py": "",
    "models.py": "models.py",
    "operations.py": "operations.py",
    "pages.py": "pages.py",
    "processes/NAME_request.bpmn": "request.bpmn",
    "queries.py": "queries.py",
    "regulations/bundles.toml": "bundles.toml",
    "regulations/power_items.toml": "power_items.toml",
    "regulations/zone_NAME.toml": "regulation.toml",
    "rules.py": "rules.py",
    "scope.py": "scope.py",
    "services.py": "services.py",
    "templates/NAME/cases.html": "cases.html",
}
TEST = "tests/domains/NAME/test_NAME.py"
TAKEN = frozenset({"runtime", "kernel", "web", "api", "cli", "site", "analysis", "intake", "test", "domains"})


def add_command(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add `new domain`."""
    group = commands.add_parser("new", help="files to begin with").add_subparsers(dest="new", required=True)
    command = group.add_parser("domain", parents=[common], help="the files of a new domain")
    command.add_argument("name", metavar="NAME", help="short English name, small letters: town")
    command.add_argument("--label", default="", metavar="中文名", help="its word on pages (default NAME)")
    command.add_argument("--label-en", default="", metavar="WORDS", help="its English word (default NAME)")
    command.add_argument(
        "--into", type=Path, default=Path(), metavar="DIR", help="the checkout (default: here)"
    )
    command.set_defaults(run=run)
    new_indicator.add_to(group, common)


def run(options: argparse.Namespace) -> int:
    """Write the files and say the line that installs them."""
    written = write(options.name, into=options.into, label=options.label, label_en=options.label_en)
    for each in written:
        print(each)
    print("安装：在 src/lianjing/site/settings.py 的 LIANJING_DOMAINS 中加入一行")
    print(f'    "lianjing.domains.{options.name}.domain.DOMAIN",')
    return 0


def write(name: str, *, into: Path, label: str = "", label_en: str = "") -> list[Path]:
    """Write the files of a domain into a checkout and return them; BadInput for a bad name or one that is taken.

    All is checked before the first file is written; no file is ever overwritten.
    """
    _check(name, label, label_en)
    package = into / "src" / "lianjing" / "domains"
    if not package.is_dir():
        raise BadInput(f"{into} 不是廉镜的源代码目录（没有 src/lianjing/domains）", "into")
    if (package / name).exists():
        raise BadInput(f"领域 {name} 已存在：{package / name}", "name")
    words = {
        "@NAME@": name,
        "@CLASS@": "".join(part.capitalize() for part in name.split("_")),
        "@UPPER@": name.upper().replace("_", "-"),
        "@LABEL@": label or name,
        "@LABEL_EN@": label_en or name,
    }
    targets = {package / name / place.replace("NAME", name): pattern for place, pattern in FILES.items()}
    targets[into / TEST.replace("NAME", name)] = "test.py"
    if existing := [str(place) for place in targets if place.exists()]:
        raise BadInput(f"文件已存在：{existing[0]}", "name")
    for place, pattern in targets.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(_filled(pattern, words), encoding="utf-8")
    return sorted(targets)


def _check(name: str, label: str, label_en: str) -> None:
    if not NAME.fullmatch(name) or name.endswith("_") or "__" in name:
        raise BadInput(f"{name!r} 不能作为领域名：小写英文字母开头，3至31个字母、数字或下划线", "name")
    if keyword.iskeyword(name) or name in TAKEN:
        raise BadInput(f"{name} 已另有所指，请换一个领域名", "name")
    for each, field in ((label, "label"), (label_en, "label_en")):
        if each and not WORDS.fullmatch(each):
            raise BadInput(f"{each!r} 含有不能使用的字符，或者超过40字", field)


def _filled(pattern: str, words: Mapping[str, str]) -> str:
    if not pattern:
        return ""
    text = (files("lianjing.cli") / "new_domain_files" / f"{pattern}.txt").read_text(encoding="utf-8")
    for token, word in words.items():
        text = text.replace(token, word)
    return text
