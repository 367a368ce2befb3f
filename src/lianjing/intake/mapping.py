"""Which column of a file is which column of the ledger: proposed from the header, saved, read back."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext as _

from lianjing.intake.cells import UNITS
from lianjing.intake.ledger import Ledger
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.batch.ledger import CellKind, Column, LedgerKind

SURE = 0.8  # from here on a proposal is used; below it is only shown
LIKELY = 0.5
HEADER_WITHIN = 10  # a title or two may stand above the header
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BRACKET = re.compile(r"[(（\[【].*?[)）\]】]")
_SEPARATORS = re.compile(r"[\s_\-./:：*#、，,]+")
_FILLING = frozenset({"of", "the", "for", "a", "no", "number"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A column of the file that may be one of the ledger's; `score` is 1 for a known header."""

    header: str
    target: str
    score: float


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Header → column key for the columns that are used; `constants` are values for all rows; `units` header → unit."""

    kind: str
    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the mapping as JSON, keys sorted, for the file, the table and the batch event."""
        content = {
            "kind": self.kind,
            "columns": dict(self.columns),
            "constants": dict(self.constants),
            "units": dict(self.units),
        }
        return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1)


@lru_cache(maxsize=4096)
def plain(header: str) -> str:
    """Return a header in its one spelling: half width, CamelCase divided, lower case, no bracket, single spaces."""
    text = _BRACKET.sub("", unicodedata.normalize("NFKC", header).replace("（", "(").replace("）", ")"))
    return _SEPARATORS.sub(" ", _CAMEL.sub(" ", text)).strip().lower()


def unit_of(header: str) -> str:
    """Return the unit of money that a header names in brackets or after a sign, "" for none."""
    text = unicodedata.normalize("NFKC", header)
    match = re.search(r"[(\[【/:]\s*(?:单位[:：]?\s*)?(百万元|千元|万元|亿元|元)\s*[)\]】]?\s*$", text)
    return match[1] if match else ""


def likeness(header: str, column: Column) -> float:
    """Return how well a header fits a column: 1 for a known one, the share of common words for other English ones.

    Chinese headers fit only as known ones: 计划开工日期 and 开工日期 share most signs and mean different days.
    """
    wanted = plain(header)
    known = _known(column)
    if not wanted:
        return 0.0
    if wanted.replace(" ", "") in {word.replace(" ", "") for word in known}:
        return 1.0
    words = _words(wanted)
    return max((_overlap(words, _words(word)) for word in known), default=0.0)


@lru_cache(maxsize=512)
def _known(column: Column) -> frozenset[str]:
    return frozenset(plain(word) for word in (column.key, column.label.zh, column.label.en, *column.synonyms))


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in text.split() if word.isascii() and word not in _FILLING)


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0


def propose(headers: Sequence[str], kind: LedgerKind) -> list[Proposal]:
    """Return at most one proposal a header and a column, best first; equal scores go to the column declared first."""
    scored = [
        Proposal(header, column.key, round(likeness(header, column), 2))
        for header in dict.fromkeys(headers)
        for column in kind.columns
    ]
    found: list[Proposal] = []
    for each in sorted((p for p in scored if p.score >= LIKELY), key=lambda p: -p.score):
        if all(each.header != other.header and each.target != other.target for other in found):
            found.append(each)
    return found


def find_header(ledger: Ledger, kind: LedgerKind, headers: frozenset[str] = frozenset()) -> Ledger:
    """Return the ledger below its header: of the first rows the one with most known columns, else the first row."""
    best, most = 0, 0
    for place in range(min(HEADER_WITHIN, len(ledger.rows))):
        names = ledger.below(place).headers()
        count = (
            sum(1 for name in names if name in headers)
            if headers
            else sum(1 for p in propose(names, kind) if p.score >= SURE)
        )
        if count > most:
            best, most = place, count
    return ledger.below(best)


def guess_kind(ledger: Ledger, kinds: Sequence[LedgerKind]) -> LedgerKind:
    """Return the one kind of ledger whose required columns all stand in the header; BadInput where it is not one."""
    fitting = []
    for kind in kinds:
        names = find_header(ledger, kind).headers()
        targets = {p.target for p in propose(names, kind) if p.score >= SURE}
        if all(targets & set(group) for group in kind.requires):
            fitting.append((len(targets), kind))
    fitting.sort(key=lambda pair: -pair[0])
    if not fitting or (len(fitting) > 1 and fitting[0][0] == fitting[1][0]):
        names_of = "、".join(kind.key for kind in kinds)
        raise BadInput(_("看不出是哪种台账，请用--kind指明：%(kinds)s") % {"kinds": names_of}, "kind")
    return fitting[0][1]


def settle(
    ledger: Ledger, kind: LedgerKind, given: ColumnMapping | None, constants: Mapping[str, str]
) -> ColumnMapping:
    """Return the mapping to use: the one given, else the sure proposals; BadInput where it cannot be used."""
    headers = ledger.headers()
    if given is None:
        columns = {p.header: p.target for p in propose(headers, kind) if p.score >= SURE}
        given = ColumnMapping(kind.key, columns)
    used = {header: target for header, target in given.columns.items() if target not in ("", "-")}
    _refuse_unusable(headers, used, {**given.constants, **constants}, kind)
    units = {
        header: unit_of(header)
        for header, target in used.items()
        if kind.column(target).kind is CellKind.MONEY and unit_of(header)
    }
    return ColumnMapping(kind.key, used, {**given.constants, **constants}, {**units, **given.units})


def _refuse_unusable(
    headers: Sequence[str], used: Mapping[str, str], constants: Mapping[str, str], kind: LedgerKind
) -> None:
    known = {column.key for column in kind.columns}
    for target in (*used.values(), *constants):
        if target not in known:
            raise BadInput(
                _("列对应中的“%(target)s”不是%(kind)s台账的列") % {"target": target, "kind": kind.label},
                "mapping",
            )
    for header, target in used.items():
        _refuse_header(headers, header)
        both = [other for other, key in used.items() if key == target]
        if len(both) > 1:
            raise BadInput(_("几列对应同一项：%(headers)s") % {"headers": "、".join(both)}, "mapping")
    for group in kind.requires:
        if not set(group) & {*used.values(), *constants}:
            column = kind.column(group[0])
            raise BadInput(
                _("表头中没有必需的列“%(column)s”（可写作：%(names)s），或用--mapping指明")
                % {"column": column.label, "names": "、".join((column.label.zh, *column.synonyms[:5]))},
                "file",
            )


def _refuse_header(headers: Sequence[str], header: str) -> None:
    places = [str(place) for place, name in enumerate(headers, start=1) if name == header]
    if not places:
        raise BadInput(_("文件中没有列“%(header)s”") % {"header": header}, "mapping")
    if len(places) > 1:
        raise BadInput(
            _("列名“%(header)s”重复（第%(places)s列），请改名后再导入")
            % {"header": header, "places": "、".join(places)},
            "file",
        )


def header_digest(headers: Sequence[str]) -> str:
    """Return the digest by which a header is known again."""
    return hashlib.sha256("\x1f".join(headers).encode("utf-8", "surrogatepass")).hexdigest()


def parse_mapping(text: str, *, is_toml: bool = False) -> ColumnMapping:
    """Read a mapping from JSON or TOML; BadInput says what is wrong with it."""
    try:
        content = tomllib.loads(text) if is_toml else json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(
            _("列对应文件不是JSON或TOML：%(error)s") % {"error": str(error)[:120]}, "mapping"
        ) from error
    tables = (
        [content.get(name, {}) for name in ("columns", "constants", "units")]
        if isinstance(content, dict)
        else []
    )
    if not tables or any(not isinstance(table, dict) for table in tables) or not content.get("columns"):
        raise BadInput(_("列对应文件须有columns：表头 → 列"), "mapping")
    texts = [{str(key): str(value) for key, value in table.items()} for table in tables]
    if wrong := [unit for unit in texts[2].values() if unit not in UNITS]:
        raise BadInput(_("列对应中的单位“%(unit)s”不认识") % {"unit": wrong[0]}, "mapping")
    return ColumnMapping(str(content.get("kind", "")), *texts)


def read_mapping(path: Path) -> ColumnMapping:
    """Read a mapping file (.json, .toml)."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(_("读不出列对应文件“%(name)s”") % {"name": path.name}, "mapping") from error
    return parse_mapping(text, is_toml=path.suffix.lower() == ".toml")


def write_mapping(path: Path, mapping: ColumnMapping) -> None:
    """Write a mapping file, TOML where it is called .toml, else JSON."""
    if path.suffix.lower() != ".toml":
        path.write_text(mapping.to_json() + "\n", encoding="utf-8")
        return
    lines = [f"kind = {json.dumps(mapping.kind)}"]
    for name in ("columns", "constants", "units"):
        lines += ["", f"[{name}]"]
        lines += [f"{_quoted(key)} = {_quoted(value)}" for key, value in getattr(mapping, name).items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
