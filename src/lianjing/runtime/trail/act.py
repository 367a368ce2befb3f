"""The one door to business rows: an act saves rows and leaves exactly one event, in one transaction.

    with recorded("payment.audit", chain=chain_of(root), actor=actor, now=now) as act:
        act.save(application)

A Refusal raised inside rolls everything back and is itself recorded, in a transaction of its own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.kernel.trail.envelope import (
    Envelope,
    NotCanonical,
    body_hash,
    canonical,
    event_id,
    instant,
    leaf_hash,
    parse_envelope,
)
from lianjing.runtime.trail.kept import Keeping, Kept, refuse_unstorable
from lianjing.runtime.trail.models import ActRow, Body, Event, Pending, Receipt
from lianjing.runtime.trail.once import being_asked
from lianjing.runtime.trail.rapid import insert
from lianjing.runtime.trail.stamp import holding, renew
from lianjing.runtime.trail.upcasting import SCHEMA

K = TypeVar("K", bound=Kept)
LEGAL_ZONE = ZoneInfo("Asia/Shanghai")


def legal_day(moment: datetime) -> date:
    """Return the legal day of a moment: the date in Asia/Shanghai."""
    return moment.astimezone(LEGAL_ZONE).date()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person at a post, perhaps for another; the system itself has no person."""

    person_id: int | None
    pseudonym: str
    post_id: int | None = None
    unit_id: int | None = None
    on_behalf_of_id: int | None = None
    on_behalf_of: str = ""
    channel: str = "web"


SYSTEM = Actor(None, "system", channel="timer")


@dataclass
class Act:
    """One act in the making; `now` is the recorder's clock, `day` the legal day in Asia/Shanghai."""

    verb: str
    chain: str
    actor: Actor
    now: datetime
    matter_id: int | None = None
    root_matter_id: int | None = None
    step_key: str = ""
    role: str = "entered"
    duty: str = ""
    rule: str = ""
    clause: str = ""
    happened_at: datetime | None = None
    reason: str = ""
    request_key: str = ""
    request_sha256: str = ""
    refused_rule: str = ""
    event_id: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    _rows: dict[tuple[str, str], tuple[Kept, str, set[str]]] = field(default_factory=dict)
    _gone: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """The legal day of the act."""
        return legal_day(self.now)

    def save(self, row: K) -> K:
        """Write a row if anything in it changed and keep its image for the event; returns the row."""
        refuse_unstorable(row)
        change = "created" if row._state.adding else "changed"
        columns = row.changed_columns()
        if not columns:
            return row
        # The whole row, not only what changed: the table then holds exactly the image that the event proves.
        row.save(force_insert=row._state.adding)
        row.remember()
        self._touch(row, change, set(columns))
        return row

    def save_many(self, rows: Sequence[Kept]) -> None:
        """Insert many new rows of one table in one statement."""
        for row in rows:
            refuse_unstorable(row)
        if not rows:
            return
        type(rows[0])._default_manager.bulk_create(rows)
        if rows[0].is_reference:
            renew()
        for row in rows:
            self._note(row, "created", set(row.column_names()))

    def remove(self, row: Kept) -> None:
        """Delete a draft row; its image in the event is null."""
        key = (row._meta.db_table, row.row_key())
        if row.is_reference:
            renew()
        self._rows.pop(key, None)
        self._gone[key] = set(row.column_names())
        row.delete()

    def restate(self, row: Kept) -> None:
        """Tell a row again as it stands: the body that told it is being erased in this act."""
        if (row._meta.db_table, row.row_key()) not in self._rows:
            self._touch(row, "restated", set())

    def restate_gone(self, table: str, key: str) -> None:
        """Tell again that a row is gone."""
        self._gone.setdefault((table, key), set())

    def _touch(self, row: Kept, change: str, columns: set[str]) -> None:
        if row.is_reference:
            renew()
        self._note(row, change, columns)

    def _note(self, row: Kept, change: str, columns: set[str]) -> None:
        if row.keeping is not Keeping.TRAILED:
            return
        key = (row._meta.db_table, row.row_key())
        before = self._rows.get(key)
        if before is not None:
            change, columns = before[1], columns | before[2]
        self._rows[key] = (row, change, columns)

    def body(self) -> bytes:
        """Return the canonical body: schema, rows with their full new values, reason, what else was noted."""
        rows: list[dict[str, Any]] = [
            {"t": table, "k": key, "v": row.row_image()} for (table, key), (row, _, _) in self._rows.items()
        ]
        rows += [{"t": table, "k": key, "v": None} for table, key in self._gone]
        content: dict[str, Any] = {"schema": SCHEMA, "rows": rows, **self.extra}
        if self.reason:
            content["reason"] = self.reason
        return canonical(content)

    def index_rows(self) -> list[ActRow]:
        """Return the rows of the index for this event."""
        touched = [
            ActRow(
                event_id=self.event_id,
                table_name=table,
                row_key=key,
                change=change,
                columns=" ".join(sorted(columns)),
            )
            for (table, key), (_, change, columns) in self._rows.items()
        ]
        return touched + [
            ActRow(
                event_id=self.event_id,
                table_name=table,
                row_key=key,
                change="erased",
                columns=" ".join(sorted(columns)),
            )
            for (table, key), columns in self._gone.items()
        ]


@contextmanager
def recorded(verb: str, *, chain: str, actor: Actor, now: datetime, **details: Any) -> Iterator[Act]:
    """Open an act on the chain of an object: locks the chain, then writes one event when the block ends.

    Everything in the block and its event commit together or not at all. A recorded Refusal is written as an
    event without rows after the roll-back and raised again.
    """
    act = Act(verb, chain, actor, now, **details)
    _as_asked(act)
    try:
        with transaction.atomic():
            lock_chain(chain)
            with holding():
                yield act
                write_events([act])
    except Refusal as refusal:
        if refusal.ground.is_recorded:
            record_refusal(act, refusal)
        raise


def _as_asked(act: Act) -> None:
    """Mark the act with the request of another program that it answers, if there is one."""
    asked = being_asked()
    if asked is None:
        return
    act.actor = replace(act.actor, channel=asked.channel)
    if asked.key and not act.request_key and not asked.events:
        act.request_key, act.request_sha256 = asked.key, asked.sha256


def record_refusal(act: Act, refusal: Refusal) -> None:
    """Write the event of a refused attempt, in its own transaction (nouns.md, events and replay)."""
    attempt = Act(
        act.verb,
        act.chain,
        act.actor,
        act.now,
        matter_id=act.matter_id,
        root_matter_id=act.root_matter_id,
        step_key=act.step_key,
        role=act.role,
        duty=act.duty,
        rule=act.rule,
        clause=refusal.clause,
        refused_rule=refusal.rule,
        reason=str(refusal.message),
    )
    with transaction.atomic():
        lock_chain(attempt.chain)
        write_events([attempt])


def lock_chain(chain: str) -> None:
    """Hold the chain's lock until the transaction ends (SQLite already holds its one write lock)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [chain])


def write_events(acts: Sequence[Act]) -> None:
    """Write the events of acts that share the open transaction: four inserts, however many acts."""
    heads: dict[str, tuple[int, str, datetime]] = {}
    events, bodies, index = [], [], []
    for act in acts:
        event, body = _build(act, heads)
        events.append(event)
        bodies.append(body)
        index.extend(act.index_rows())
    insert(Event, events)
    insert(Body, bodies)
    insert(Pending, [Pending(event=event) for event in events])
    insert(ActRow, index)
    _write_receipts(acts)
    asked = being_asked()
    if asked is not None:
        asked.events.extend(act.event_id for act in acts if not act.refused_rule)


def _write_receipts(acts: Sequence[Act]) -> None:
    receipts = [
        Receipt(
            key=act.request_key,
            event_id=act.event_id,
            person_id=act.actor.person_id,
            request_sha256=act.request_sha256,
        )
        for act in acts
        if act.request_key
    ]
    try:
        Receipt.objects.bulk_create(receipts)
    except IntegrityError as error:
        raise Refusal(
            Ground.STALE, "request.repeated", _("同一请求正在办理或已办理，请刷新页面查看结果")
        ) from error


def _build(act: Act, heads: dict[str, tuple[int, str, datetime]]) -> tuple[Event, Body]:
    oseq, oprev, last = heads.get(act.chain) or _head(act.chain)
    recorded_at = max(act.now, last)
    act.event_id = event_id(act.now, os.urandom(10))
    salt, content = os.urandom(32), act.body()
    envelope = Envelope(
        id=act.event_id,
        recorded=instant(recorded_at),
        actor=act.actor.pseudonym,
        act=act.verb,
        object=act.chain,
        oseq=oseq + 1,
        oprev=oprev,
        body=body_hash(salt, content),
        behalf=act.actor.on_behalf_of,
        rule=act.rule,
        post=f"post:{act.actor.post_id}" if act.actor.post_id else "",
        refused=act.refused_rule,
        happened=instant(act.happened_at) if act.happened_at else "",
    ).to_bytes()
    heads[act.chain] = (oseq + 1, leaf_hash(envelope).hex(), recorded_at)
    event = Event(
        id=act.event_id,
        object=act.chain,
        oseq=oseq + 1,
        envelope=envelope,
        act=act.verb,
        recorded_at=recorded_at,
        happened_at=act.happened_at,
        person_id=act.actor.person_id,
        on_behalf_of_person_id=act.actor.on_behalf_of_id,
        post_id=act.actor.post_id,
        unit_id=act.actor.unit_id,
        matter_id=act.matter_id,
        root_matter_id=act.root_matter_id,
        step_key=act.step_key,
        role=act.role,
        duty=act.duty,
        channel=act.actor.channel,
        clause=act.clause,
        is_refused=bool(act.refused_rule),
        refused_rule=act.refused_rule,
    )
    return event, Body(event_id=act.event_id, salt=salt, content=content)


def _head(chain: str) -> tuple[int, str, datetime]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oseq, envelope FROM trail_event WHERE object = %s ORDER BY oseq DESC LIMIT 1", [chain]
        )
        last = cursor.fetchone()
    if last is None:
        return 0, "", datetime(1, 1, 2, tzinfo=LEGAL_ZONE)
    envelope = bytes(last[1])
    try:
        recorded_at = datetime.fromisoformat(parse_envelope(envelope).recorded)
    except NotCanonical as error:
        raise Refusal(
            Ground.STALE, "trail.damaged", _("此事项的留痕记录已被改动，不能继续办理；请立即核验并告知监督组")
        ) from error
    return last[0], leaf_hash(envelope).hex(), recorded_at


def request_digest(parts: Sequence[str]) -> str:
    """Return the digest by which a repeated request is told from another one under the same key."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def answered(key: str, request_sha256: str) -> str | None:
    """Return the event of an earlier request with this key, None if there is none.

    Refusal(STALE) if the key was used for another request.
    """
    receipt = Receipt.objects.filter(key=key).first() if key else None
    if receipt is None:
        return None
    if receipt.request_sha256 != request_sha256:
        raise Refusal(Ground.STALE, "request.key_reused", _("该请求编号已用于另一项办理，请重新打开页面"))
    return receipt.event_id
