"""OCDS JSON lines, packed or not: releases, compiled releases, packages; every line that is no use is named."""

from __future__ import annotations

import gzip
import json
import re
import tempfile
import zlib
from array import array
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from lianjing.analysis.flags.case import text
from lianjing.analysis.flags.quality import Account
from lianjing.kernel.refusal import BadInput

GZIP = b"\x1f\x8b"
MOST = 64 * 1024 * 1024  # bytes of one line: a longer one is named and passed over
OCID = re.compile(rb'"ocid"\s*:\s*"([^"\\]*)"')
BOM = b"\xef\xbb\xbf"


def _refuse(name: str) -> Any:
    raise ValueError(name)


DECODE = json.JSONDecoder(parse_constant=_refuse).decode


def open_lines(path: Path) -> IO[bytes]:
    """Open a file, packed by gzip or not; BadInput for a folder or a file that is absent."""
    if not path.is_file():
        raise BadInput(_("没有这个文件：%(path)s") % {"path": path}, "file")
    with path.open("rb") as file:
        head = file.read(2)
    return gzip.open(path) if head == GZIP else path.open("rb", buffering=1 << 20)  # type: ignore[return-value]


def lines(  # noqa: C901 - one reader, all damage
    path: Path, account: Account | None, first: int = 0, last: int | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield place and line; a line belongs to the part where it begins. Damage of a packed file is a fault."""
    number = 0
    with open_lines(path) as file:
        if first:
            file.seek(first - 1)
            file.readline()  # the rest of a line that began before
        while last is None or file.tell() < last:
            try:
                begin = file.tell() if first or last is not None else 0
                line = file.readline(MOST)
                is_long = len(line) == MOST and not line.endswith(b"\n")
                while line and is_long and not line.endswith(b"\n"):
                    line = file.readline(MOST)
            except (EOFError, OSError, zlib.error) as error:
                if account:
                    account.fault("packed file damaged", f"{path.name}: {error}")
                return
            if not line:
                return
            number += 1
            place = f"{path.name}@{begin}" if first or last is not None else f"{path.name}:{number}"
            if is_long:
                if account:
                    account.fault("line too long", place)
                continue
            line = line.removeprefix(BOM).strip()
            if line:
                yield place, line


def documents(line: bytes, place: str, account: Account) -> Iterator[dict[str, Any]]:
    """Yield the releases of a line: itself, or those of a package; what is none is a fault."""
    account.counts["lines"] += 1
    try:
        found = DECODE(line.decode("utf-8"))
    except UnicodeDecodeError:
        account.fault("not UTF-8", place)
        return
    except RecursionError:
        account.fault("nested too deep", place)
        return
    except ValueError:
        account.fault("not JSON", place)
        return
    if not isinstance(found, dict):
        account.fault("not an object", place)
        return
    for each in _unpacked(found):
        if not isinstance(each, dict) or not text(each.get("ocid")):
            account.fault("no ocid", place)
            continue
        account.counts["releases"] += 1
        yield each


def _unpacked(found: dict[str, Any]) -> Iterator[Any]:
    if "ocid" in found or not (
        isinstance(found.get("releases"), list) or isinstance(found.get("records"), list)
    ):
        compiled = found.get("compiledRelease")
        if isinstance(compiled, dict):
            yield compiled
        elif isinstance(found.get("releases"), list) and "tender" not in found:
            yield from found["releases"]
        else:
            yield found
        return
    for each in found.get("releases") or []:
        yield each
    records = found.get("records")
    for each in records if isinstance(records, list) else []:
        if isinstance(each, dict):
            yield from _unpacked(each)
        else:
            yield each


def repeated(paths: list[Path]) -> frozenset[str]:
    """Return the ocids that stand in more than one release: a quick look at the bytes before the one scan.

    Held are eight bytes a release; two ocids of one hash only send both to be merged, which changes nothing.
    """
    hashes = array("q")
    silent = Account()
    for path in paths:
        for place, line in lines(path, None):
            for name in _names(line, place, silent):
                hashes.append(hash(name))
    ordered = sorted(hashes)
    twice = {one for one, other in pairwise(ordered) if one == other}
    if not twice:
        return frozenset()
    found: set[str] = set()
    for path in paths:
        for place, line in lines(path, None):
            found.update(name for name in _names(line, place, silent) if hash(name) in twice)
    return frozenset(found)


def _names(line: bytes, place: str, silent: Account) -> list[str]:
    found = OCID.findall(line)
    if len(found) == 1 and b'"releases"' not in line and b'"records"' not in line:
        try:
            return [found[0].decode().strip()]
        except UnicodeDecodeError:
            return []
    return [text(each["ocid"]) for each in documents(line, place, silent)]


class Held:
    """Releases of repeated ocids, kept in a temporary file until all are there."""

    def __init__(self) -> None:
        self.file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self.places: dict[str, list[tuple[int, int, str]]] = {}

    def keep(self, ocid: str, place: str, source: Mapping[str, Any]) -> None:
        """Keep a release."""
        body = json.dumps(source).encode()
        self.places.setdefault(ocid, []).append((self.file.seek(0, 2), len(body), place))
        self.file.write(body)

    def merged(self) -> Iterator[tuple[str, dict[str, Any], int]]:
        """Yield each process once: place of its first release, all releases merged by date, and their number."""
        for places in self.places.values():
            releases = []
            for offset, length, _place in places:
                self.file.seek(offset)
                releases.append(json.loads(self.file.read(length)))
            yield places[0][2], merge(releases), len(releases)

    def close(self) -> None:
        """Remove the file."""
        self.file.close()


def merge(releases: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the compiled release: later values replace earlier ones, objects and lists with ids are merged, null removes."""
    found: dict[str, Any] = {}
    for each in sorted(releases, key=lambda one: one["date"] if isinstance(one.get("date"), str) else ""):
        _into(found, each)
    return found


def _into(found: dict[str, Any], new: Mapping[str, Any]) -> None:
    for name, value in new.items():
        old = found.get(name)
        if value is None:
            found.pop(name, None)
        elif isinstance(value, dict) and isinstance(old, dict):
            _into(old, value)
        elif isinstance(value, list) and isinstance(old, list) and _has_ids(value) and _has_ids(old):
            places = {text(each["id"]): each for each in old}
            for each in value:
                known = places.get(text(each["id"]))
                if known is None:
                    old.append(each)
                else:
                    _into(known, each)
        else:
            found[name] = value


def _has_ids(value: list[Any]) -> bool:
    return all(isinstance(each, dict) and text(each.get("id")) for each in value)
