"""Settings of outside identity services: from the environment, else from `access.toml` in the data folder."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

FILE = "access.toml"
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class Unreachable(Exception):
    """The outside service did not answer, or not in a way that can be used."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a setting, and the remedy: a line for `lianjing doctor`."""

    what: str
    remedy: str


def file_place() -> Path:
    """Return where the settings file lies."""
    return Path(settings.DATA_DIR) / FILE


def section(name: str) -> dict[str, str]:
    """Return a section's settings as text: `LIANJING_<NAME>_<KEY>` before the file; empty where nothing is set.

    A key that ends in `_file` names a file that holds the value: `client_secret_file` gives `client_secret`.
    OSError or tomllib.TOMLDecodeError for a file that cannot be read.
    """
    place = file_place()
    found: dict[str, str] = {}
    if place.exists():
        rows = tomllib.loads(place.read_text(encoding="utf-8")).get(name, {})
        found = {
            key: ("1" if value else "") if isinstance(value, bool) else str(value)
            for key, value in rows.items()
        }
    prefix = f"LIANJING_{name.upper()}_"
    found |= {
        key.removeprefix(prefix).lower(): value for key, value in os.environ.items() if key.startswith(prefix)
    }
    for key in [each for each in found if each.endswith("_file") and each != "ca_file"]:
        found[key.removesuffix("_file")] = Path(found.pop(key)).read_text(encoding="utf-8").strip()
    return found


def is_local(url: str) -> bool:
    """True for an address on this machine."""
    return (urlsplit(url).hostname or "") in LOCAL


def read_fault(name: str) -> Fault | None:
    """Return what keeps a section from being read."""
    try:
        section(name)
    except (OSError, tomllib.TOMLDecodeError) as error:
        return Fault(
            _("%(section)s 的设置无法读取：%(error)s") % {"section": name, "error": error},
            _("检查 %(place)s 的语法和所指文件的权限") % {"place": file_place()},
        )
    return None


def missing(given: dict[str, str], name: str, wanted: tuple[str, ...]) -> Iterator[Fault]:
    """Yield a fault for each setting that must be there and is not."""
    for key in wanted:
        if not given.get(key):
            variable = f"LIANJING_{name.upper()}_{key.upper()}"
            yield Fault(
                _("缺少设置 %(variable)s") % {"variable": variable},
                _("在环境变量或 %(place)s 的 [%(section)s] 中写入 %(key)s")
                % {"place": file_place(), "section": name, "key": key},
            )
