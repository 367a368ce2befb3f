"""Takes the rows of a ledger in: 500 a transaction, one event a record, resumable at any point by the rows' own keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from lianjing.intake.ledger import Fault, Ledger, Limits
from lianjing.intake.mapping import ColumnMapping
from lianjing.intake.rows import Line, type_rows
from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.batch.ledger import LedgerKind, Result, Run, Taken
from lianjing.runtime.batch.models import ImportBatch
from lianjing.runtime.batch.services import leave_notes
from lianjing.runtime.trail.act import Act, Actor, lock_chain, write_events

PER_TRANSACTION = 500
Clock = Callable[[], datetime]
Point = Callable[[str, int], None]  # named points of a run, for the tests that kill it there
Tell = Callable[[int, int], None]


def _pass_by(name: str, number: int) -> None:
    return None


def _say_nothing(done: int, total: int) -> None:
    return None


@dataclass
class Import:
    """A file on its way in. `run()` may be called once; what it leaves in `lines` is the report.

    After a crash the same file is imported again: each row finds its record by its key and changes nothing where
    the content is the same.
    """

    ledger: Ledger
    kind: LedgerKind
    mapping: ColumnMapping
    actor: Actor
    clock: Clock
    scope: Run = field(default_factory=Run)
    is_trial: bool = False
    limits: Limits = field(default_factory=Limits)
    point: Point = _pass_by
    tell: Tell = _say_nothing
    lines: list[Line] = field(default_factory=list)
    batch: ImportBatch | None = None

    def run(self) -> Import:
        """Take all rows in; a trial run does the same and rolls everything back."""
        self.lines = self.read()
        rows = [
            line.row for line in self.lines if line.row is not None and line.result is not Result.REJECTED
        ]
        self.scope = Run(
            self.scope.unit_id,
            self.scope.source,
            self.mapping.constants,
            self.kind.survey(rows),
            self.kind.passes == 1,
        )
        if not self.is_trial:
            self._run()
            return self
        with transaction.atomic():
            self._run()
            transaction.set_rollback(True)
        return self

    def read(self) -> list[Line]:
        """Return the lines of the file with typed rows."""
        return type_rows(self.ledger, self.kind, self.mapping, self.limits)

    @property
    def counts(self) -> Counter[Result]:
        """How many lines came to what."""
        return Counter(line.result for line in self.lines if line.result is not None)

    @property
    def warnings(self) -> Counter[str]:
        """How many warnings of each kind."""
        return Counter(notice.kind for line in self.lines for notice in line.notices)

    def _run(self) -> None:
        open_lines = {line.line: line for line in self.lines if line.result is None and line.row is not None}
        rows = self.kind.arrange([line.row for line in open_lines.values() if line.row is not None])
        ordered = [open_lines[row.line] for row in rows]
        total = len(ordered) * self.kind.passes
        chunks = [
            (number, ordered[at : at + PER_TRANSACTION])
            for number in range(1, self.kind.passes + 1)
            for at in range(0, max(len(ordered), 1), PER_TRANSACTION)
        ]
        for place, (number, chunk) in enumerate(chunks, start=1):
            self.scope = Run(
                self.scope.unit_id,
                self.scope.source,
                self.scope.constants,
                self.scope.survey,
                number == self.kind.passes,
            )
            self._transaction(place, chunk, is_last=place == len(chunks))
            self.tell(min(place * PER_TRANSACTION, total), total)

    def _transaction(self, place: int, chunk: Sequence[Line], *, is_last: bool) -> None:
        with transaction.atomic():
            lock_chain(f"import:{self.kind.key}")
            act = Act("import.batch", "", self.actor, self.clock())
            batch = self._begin(act)
            acts = [
                made
                for line in chunk
                if line.result is not Result.REJECTED
                for made in self._take(line, batch, act)
            ]
            self._count(act, batch, is_last=is_last)
            self.point("before events", place)
            write_events([act, *acts])
            self.point("before commit", place)
        self.point("after commit", place)

    def _begin(self, act: Act) -> ImportBatch:
        """The batch event comes first in each transaction: digest, mapping, counts so far."""
        if self.batch is None:
            self.batch = act.save(
                ImportBatch(
                    kind=self.kind.key,
                    file_name=self.ledger.name,
                    sha256=self.ledger.sha256,
                    mapping=self.mapping.to_json(),
                    started_at=act.now,
                    row_count=len(self.lines),
                    person_id=self.actor.person_id,
                )
            )
        act.chain = f"import_batch:{self.batch.pk}"
        return self.batch

    def _take(self, line: Line, batch: ImportBatch, opened: Act) -> list[Act]:
        """Take one row in under a savepoint: a broken row never stops the others."""
        if line.row is None:
            return []
        act = Act(
            self.kind.verb,
            opened.chain,
            self.actor,
            opened.now,
            role="entered",
            extra={"import": {"batch": batch.pk, "line": line.line}},
        )
        try:
            with transaction.atomic():
                taken = self.kind.take(act, line.row, self.scope)
                if taken.result is not Result.UNCHANGED:
                    leave_notes(act, batch, line.line, taken.notices)
        except BadInput as bad:
            line.reject(Fault(line.line, bad.field, "", str(bad.message), _("改正后重新导入")))
        except Refusal as refusal:
            line.reject(Fault(line.line, "", "", str(refusal.message), refusal.clause))
            return [_refused(act, opened.chain, refusal)] if refusal.ground.is_recorded else []
        except (DataError, IntegrityError) as error:
            line.reject(
                Fault(line.line, "", "", _("数据库不能保存本行：%(error)s") % {"error": str(error)[:120]})
            )
        else:
            _settle(line, taken)
            return [] if taken.result is Result.UNCHANGED else [act]
        return []

    def _count(self, act: Act, batch: ImportBatch, *, is_last: bool) -> None:
        counts = self.counts
        batch.imported_count = counts[Result.IMPORTED]
        batch.updated_count = counts[Result.UPDATED]
        batch.unchanged_count = counts[Result.UNCHANGED]
        batch.rejected_count = counts[Result.REJECTED]
        if is_last:
            batch.finished_at = act.now
            batch.result = self._quality()
        act.save(batch)

    def _quality(self) -> str:
        counts = self.counts
        if counts[Result.REJECTED] == len(self.lines):
            return "failed"
        return "warning" if counts[Result.REJECTED] or self.warnings else "good"


def _settle(line: Line, taken: Taken) -> None:
    """Note what a row came to; in a second pass an imported row stays imported."""
    known = {(notice.kind, notice.text) for notice in line.notices}
    line.notices.extend(notice for notice in taken.notices if (notice.kind, notice.text) not in known)
    if line.result in (None, Result.UNCHANGED):
        line.result = taken.result


def _refused(act: Act, chain: str, refusal: Refusal) -> Act:
    return Act(
        act.verb,
        chain,
        act.actor,
        act.now,
        role=act.role,
        clause=refusal.clause,
        refused_rule=refusal.rule,
        reason=str(refusal.message),
        extra=act.extra,
    )
