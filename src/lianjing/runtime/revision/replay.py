"""Replays past matters under a draft, before anybody approves it: what would have gone otherwise, and how much longer.

Nothing of a matter is written. A replay is asked for in one act and its result entered in another; the rows between
are computed in batches, so that a worker that was stopped goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lianjing.kernel.process.decision import parse_decision
from lianjing.kernel.process.graph import parse
from lianjing.kernel.process.node import Task
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.job.errands import Kind, Result, Work, enqueue
from lianjing.runtime.org.queries import actor_with, unbound
from lianjing.runtime.regulation.models import Definition
from lianjing.runtime.regulation.queries import graph_of
from lianjing.runtime.revision.comparing import Draft, compare
from lianjing.runtime.revision.models import ReplayedMatter, Revision, RevisionPart, RevisionReplay
from lianjing.runtime.revision.past import instances, past_of
from lianjing.runtime.revision.queries import APPROVER, DRAFTER, holds, latest_replay, parts, parts_digest
from lianjing.runtime.trail.act import SYSTEM, legal_day, recorded

KIND = "revision.replay"
CLAUSE = "zone_organisation#24"
BATCH = 200
DETAILS = 200  # kinds of differences that the sums tell apart; beyond, the rows tell
Progress = Callable[[int, int], None]


def ask(
    *, revision_id: int, since: date | None, until: date | None, person_id: int, now: datetime
) -> RevisionReplay:
    """Ask for a replay of the parts as they stand, over the matters that began in the span; a job does it.

    BadInput where nothing of the revision touches how matters run, or the span ends before it begins.
    """
    found = Revision.objects.filter(id=revision_id).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.revision", _("没有这次修订，或不在您的数据范围内"))
    with recorded(
        "revision.replay",
        chain=f"regulation:{found.regulation_id}",
        actor=unbound(person_id, "web"),
        now=now,
        clause=CLAUSE,
    ) as act:
        revision = Revision.objects.get(id=revision_id)
        post = DRAFTER if holds(person_id, DRAFTER, act.day) else APPROVER
        act.actor = actor_with(person_id, post, act.day)
        rows = parts(revision_id)
        _require_askable(revision, rows, since, until, act.day)
        _stop_former(act, revision_id)
        replay = act.save(
            RevisionReplay(
                revision=revision,
                parts_sha256=parts_digest(rows),
                since=since,
                until=until,
                asked_by_person_id=person_id,
                asked_at=now,
                state="running",
            )
        )
        enqueue(kind=KIND, person_id=person_id, arguments={"replay": replay.pk}, now=now)
        return replay


def _require_askable(
    revision: Revision, rows: list[RevisionPart], since: date | None, until: date | None, today: date
) -> None:
    if revision.state not in ("draft", "submitted"):
        raise Refusal(Ground.STALE, "revision.decided", _("该修订已有结果"))
    if not concerned(rows):
        raise BadInput(_("本次修订不改流程和决策表，或者没有事项用到它们，无须回放"), "revision")
    if since and until and since > until:
        raise BadInput(_("止日早于起日"), "until")
    if since and since > today:
        raise BadInput(_("起日在将来，没有可回放的事项"), "since")


def _stop_former(act: Any, revision_id: int) -> None:
    former = latest_replay(revision_id)
    if former is not None and former.state == "running":
        former.state, former.finished_at = "stopped", act.now
        act.save(former)


def concerned(rows: Iterable[RevisionPart]) -> set[str]:
    """Return the keys of the processes that the parts change: their diagrams, and those that ask their tables."""
    drawn = {row.key for row in rows if row.kind == "process"}
    tables = {row.key for row in rows if row.kind == "decision"}
    published = Definition.objects.filter(kind="process")
    asking = {
        row.key
        for row in published
        if any(isinstance(node, Task) and node.decision in tables for node in graph_of(row).nodes.values())
    }
    return {row.key for row in published if row.key in drawn} | asking


def draft_of(rows: Iterable[RevisionPart], now: datetime) -> Draft:
    """Read the parts as a replay needs them."""
    return Draft(
        {row.key: parse(row.text) for row in rows if row.kind == "process"},
        {row.key: parse_decision(row.text) for row in rows if row.kind == "decision"},
        now,
        legal_day(now),
    )


def replay(replay_id: int, *, now: datetime, progress: Progress) -> RevisionReplay:
    """Carry out a replay, or go on with it; enter its sums at the end. BadInput where the draft changed meanwhile."""
    row = RevisionReplay.objects.get(id=replay_id)
    if row.state != "running":
        return row
    own = parts(row.revision_id)
    if parts_digest(own) != row.parts_sha256:
        _enter(row, now, "stopped")
        raise BadInput(_("回放期间草稿已改动，请重新回放"), "revision")
    draft = draft_of(own, now)
    wanted = instances(concerned(own), row.since, row.until)
    total, last = wanted.count(), _last(row)
    done = ReplayedMatter.objects.filter(replay=row).count()
    progress(done, total)
    while batch := list(wanted.filter(id__gt=last)[:BATCH]):
        if not RevisionReplay.objects.filter(id=replay_id, state="running").exists():
            break  # another one was asked for meanwhile
        _keep(row, [(past.instance, compare(past, draft).columns()) for past in past_of(batch)])
        last, done = batch[-1].pk, done + len(batch)
        progress(done, max(done, total))
    return _enter(row, now, "finished")


def _last(row: RevisionReplay) -> int:
    return ReplayedMatter.objects.filter(replay=row).aggregate(last=Max("instance_id"))["last"] or 0


def _keep(row: RevisionReplay, found: list[tuple[Any, dict[str, Any]]]) -> None:
    with transaction.atomic():
        ReplayedMatter.objects.bulk_create(
            ReplayedMatter(replay=row, instance_id=instance.pk, matter_id=instance.matter_id, **columns)
            for instance, columns in found
        )


def _enter(row: RevisionReplay, now: datetime, state: str) -> RevisionReplay:
    """Enter how a replay ended, in one act."""
    chain = f"regulation:{row.revision.regulation_id}"
    with recorded("revision.replayed", chain=chain, actor=SYSTEM, now=now, clause=CLAUSE) as act:
        row.read_again()
        if row.state != "running":
            return row
        row.state, row.finished_at = state, now
        if state == "finished":
            sums, row.rows_sha256 = _sums(row)
            row.matters, row.steps, row.changed = sums["matters"], sums["steps"], sums["changed"]
            row.sums = json.dumps(sums, ensure_ascii=False, sort_keys=True)
        return act.save(row)


def _sums(row: RevisionReplay) -> tuple[dict[str, Any], str]:
    """Count the rows by kind and by difference; digest them in order."""
    rows = ReplayedMatter.objects.filter(replay=row)
    kinds: Counter[str] = Counter()
    details: Counter[tuple[str, ...]] = Counter()
    bases: Counter[str] = Counter()
    digest = hashlib.sha256()
    fields = ("instance_id", "kinds", "days", "differences", "estimates")
    for values in rows.order_by("instance_id").values_list(*fields).iterator(chunk_size=1000):
        digest.update(json.dumps(values, ensure_ascii=False, default=str, sort_keys=True).encode() + b"\n")
        kinds.update(values[1].split())
        details.update({_detail(each) for each in values[3]})
        bases.update(each["basis"] for each in values[4])
    counted = rows.aggregate(steps=Sum("steps"), days=Sum("days"))
    changed = rows.exclude(kinds="")
    return {
        "matters": rows.count(),
        "steps": counted["steps"] or 0,
        "changed": changed.count(),
        "barred": rows.filter(is_barred=True).count(),
        "days": str(Decimal(counted["days"] or 0).quantize(Decimal("0.01"))),
        "days_known": changed.filter(days__isnull=False).count(),
        "kinds": dict(kinds),
        "bases": dict(bases),
        "details": [[*key, count] for key, count in details.most_common(DETAILS)],
    }, digest.hexdigest()


def _detail(each: dict[str, str]) -> tuple[str, ...]:
    """A difference without what is peculiar to one matter."""
    what = "" if each["kind"] == "stopped" else each["what"]
    return (each["process"], each["kind"], each["element"], what, each["old"], each["new"])


def run(work: Work) -> Result:
    """The errand: its sender sees how far it is."""
    done = replay(int(work.arguments["replay"]), now=work.now, progress=work.report_progress)
    if done.state != "finished":
        return Result(_("回放已中止"))
    return Result(
        _("回放%(matters)s件事项，%(changed)s件有变化") % {"matters": done.matters, "changed": done.changed}
    )


ERRANDS = (Kind(KIND, gettext_noop("历史回放"), run),)
