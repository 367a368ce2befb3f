"""Records of an open standard: JSON or JSON lines into documents, and a run that takes them in like rows of a ledger."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from lianjing.intake.ledger import Fault, Ledger, Limits, load
from lianjing.intake.mapping import ColumnMapping
from lianjing.intake.rows import Line
from lianjing.intake.run import Import
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.batch.ledger import LedgerKind


@dataclass(frozen=True, slots=True)
class Document:
    """One JSON value of a file; `line` is its line in a file of JSON lines, else 1. Numbers are int or Decimal."""

    line: int
    content: Any


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A standard of records: `read(documents)` gives a line for each record, rejected or with its typed row.

    A row's values are what `ledger.take` expects; under "not_taken" it may hold the paths that were not asked for.
    `paths` says, for the batch and the report, which path of the standard goes where.
    """

    ledger: LedgerKind
    read: Callable[[Sequence[Document]], list[Line]]
    paths: Mapping[str, str]


@dataclass
class RecordImport(Import):
    """A file of records on its way in."""

    record_kind: RecordKind | None = None
    documents: Sequence[Document] = ()
    not_taken: Counter[str] = field(default_factory=Counter)

    def read(self) -> list[Line]:
        """Return a line for each record, and one for each line of the file that is no JSON."""
        assert self.record_kind is not None
        lines = self.record_kind.read(self.documents)
        for line in lines:
            if line.row is not None:
                self.not_taken.update(line.row.values.get("not_taken", ()))
        for fault in self.ledger.faults:
            broken = Line(fault.line)
            broken.reject(fault)
            lines.append(broken)
        return lines


def read_documents(path: Path, limits: Limits) -> tuple[Ledger, list[Document]]:
    """Return a file's documents with its digest; BadInput where nothing in it is JSON."""
    data, sha256 = load(path, limits)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(_("“%(name)s”不是UTF-8编码的JSON") % {"name": path.name}, "file") from error
    whole = _parsed(text)
    if not isinstance(whole, Fault):
        return Ledger(path.name, sha256, (), form="json"), [Document(1, whole)]
    documents, faults = _lines(text)
    if not documents:
        reason = {"name": path.name, "reason": whole.reason}
        raise BadInput(_("“%(name)s”不是JSON：%(reason)s") % reason, "file")
    return Ledger(path.name, sha256, (), tuple(faults), form="json lines"), documents


def _lines(text: str) -> tuple[list[Document], list[Fault]]:
    documents: list[Document] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        found = _parsed(line)
        if isinstance(found, Fault):
            faults.append(Fault(number, "", line[:80], found.reason, _("改正后重新导入")))
        else:
            documents.append(Document(number, found))
    return documents, faults


def _parsed(text: str) -> Any:
    """Return the value, or a fault that says why the text is no JSON."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except RecursionError:
        return Fault(1, "", "", _("嵌套过深"))
    except (ValueError, ArithmeticError) as error:
        return Fault(1, "", "", str(error)[:120])


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name}: JSON")


def record_import(
    kind: RecordKind, ledger: Ledger, documents: Sequence[Document], **options: Any
) -> RecordImport:
    """Return the import of a file's documents, ready to run."""
    return RecordImport(
        ledger,
        kind.ledger,
        ColumnMapping(kind.ledger.key, kind.paths),
        record_kind=kind,
        documents=documents,
        **options,
    )
