"""The life of a revision: drafted by one person, checked, submitted, approved by another; each step is one event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.org.queries import actor_with, unbound
from lianjing.runtime.regulation.models import Definition, Regulation
from lianjing.runtime.revision.checks import faults_in
from lianjing.runtime.revision.models import Revision, RevisionCheck, RevisionPart
from lianjing.runtime.revision.publishing import bring_into_force, require_free_day
from lianjing.runtime.revision.queries import (
    APPROVER,
    DRAFTER,
    faults_of,
    is_stale,
    latest_check,
    parts,
    parts_digest,
    replay_of,
    set_base,
    writers,
)
from lianjing.runtime.revision.telling import tell_approvers, tell_author
from lianjing.runtime.revision.texts import DEFINITIONS, digest, require_sound
from lianjing.runtime.trail.act import Act, answered, legal_day, recorded, request_digest
from lianjing.runtime.trail.models import ActRow

CLAUSE = "zone_organisation#24"  # how a rule is amended
REPEAL_CLAUSE = "zone_organisation#25"
REPLAYED = ("process", "decision")  # kinds of parts that change how past matters would have gone


def begin(
    *,
    regulation_key: str,
    bundle_key: str,
    title: str,
    reason: str,
    person_id: int,
    now: datetime,
    key: str = "",
) -> Revision:
    """Begin a draft. BadInput for an unknown regulation or bundle, and without a title and a reason."""
    request = request_digest(["revision.begin", regulation_key, bundle_key, title, reason, str(person_id)])
    if (event := answered(key, request)) is not None:
        return _made_by(event)
    regulation = Regulation.objects.filter(key=regulation_key).first()
    if regulation is None:
        raise BadInput(_("没有这项制度"), "regulation_key")
    with recorded(
        "revision.begin",
        chain=f"regulation:{regulation.pk}",
        actor=unbound(person_id, "web"),
        now=now,
        clause=CLAUSE,
        reason=reason,
        request_key=key,
        request_sha256=request,
    ) as act:
        act.actor = actor_with(person_id, DRAFTER, act.day)
        return _draft(act, regulation, bundle_key, title, reason)


def _draft(act: Act, regulation: Regulation, bundle_key: str, title: str, reason: str) -> Revision:
    if not title.strip() or len(title) > 200:
        raise BadInput(_("请填写名称，最多200字"), "title")
    if not reason.strip():
        raise BadInput(_("请写明修订理由"), "reason")
    known = set(Definition.objects.filter(regulation=regulation).values_list("bundle_key", flat=True))
    if bundle_key and bundle_key not in known:
        raise BadInput(_("这项制度没有此制度包"), "bundle_key")
    if regulation.to_on is not None:
        raise Refusal(Ground.RULE, "revision.repealed", _("该制度已经废止，不能再修订"), REPEAL_CLAUSE)
    return act.save(
        Revision(
            regulation=regulation,
            bundle_key=bundle_key or min(known - {""}, default=""),
            title=title.strip(),
            reason=reason.strip(),
            state="draft",
            author_person_id=act.actor.person_id or 0,
            begun_at=act.now,
        )
    )


def _made_by(event_id: str) -> Revision:
    row_key = ActRow.objects.values_list("row_key", flat=True).get(
        event_id=event_id, table_name=Revision._meta.db_table
    )
    return Revision.objects.get(id=row_key)


def put_part(
    *, revision_id: int, kind: str, key: str, text: str, person_id: int, now: datetime
) -> RevisionPart:
    """Keep the text of a part, in place of an earlier one of the same key.

    BadInput, with place and remedy, for a text outside of the profile: nothing is saved then. A part stays tied to
    the version that it was first written against (`rebase`).
    """
    with _drafting(revision_id, "revision.draft", person_id, now) as (act, revision):
        _require_own_key(revision, kind, key)
        require_sound(kind, key, text)
        part = RevisionPart.objects.filter(revision=revision, kind=kind, key=key).first()
        if part is None:
            part = RevisionPart(revision=revision, kind=kind, key=key)
            set_base(part)
        part.text, part.sha256 = text, digest(text)
        part.saved_by_person_id, part.saved_at = person_id, now
        return act.save(part)


def _require_own_key(revision: Revision, kind: str, key: str) -> None:
    """A revision amends its own regulation and nothing else."""
    own = revision.regulation.key
    if kind == "heading" and key != own:
        raise BadInput(_("只能修订本制度的题头"), "key")
    if kind == "clause":
        regulation_key, mark, article = key.partition("#")
        if regulation_key != own or not mark or not article.strip() or len(article) > 20:
            raise BadInput(_("条文的编号须写成“%(key)s#条号”") % {"key": own}, "key")
    if kind in DEFINITIONS:
        process = key.partition("/")[0] if kind == "form" else key
        other = Definition.objects.filter(key=process).exclude(regulation=revision.regulation).first()
        if other is not None:
            raise BadInput(
                _("“%(key)s”属于另一项制度《%(title)s》，请在该制度下修订")
                % {"key": process, "title": other.regulation.title if other.regulation else ""},
                "key",
            )


def drop_part(*, revision_id: int, kind: str, key: str, person_id: int, now: datetime) -> None:
    """Take a part out of a draft: what is in force stays as it is."""
    with _drafting(revision_id, "revision.drop_part", person_id, now) as (act, revision):
        act.remove(_part(revision, kind, key))


def rebase(*, revision_id: int, kind: str, key: str, person_id: int, now: datetime) -> RevisionPart:
    """Tie a part to the version that has come into force meanwhile: the author has compared the two."""
    with _drafting(revision_id, "revision.rebase", person_id, now) as (act, revision):
        part = _part(revision, kind, key)
        set_base(part)
        return act.save(part)


def _part(revision: Revision, kind: str, key: str) -> RevisionPart:
    part = RevisionPart.objects.filter(revision=revision, kind=kind, key=key).first()
    if part is None:
        raise BadInput(_("修订中没有这一部分"), "key")
    return part


def check(*, revision_id: int, person_id: int, now: datetime) -> RevisionCheck:
    """Run all checks over the parts as they stand and keep what was found."""
    with _drafting(revision_id, "revision.check", person_id, now) as (act, revision):
        return _check(act, revision, parts(revision.pk), _tomorrow(act.day))


def _check(act: Act, revision: Revision, rows: list[RevisionPart], day: date) -> RevisionCheck:
    found = faults_in(revision, rows, day)
    return act.save(
        RevisionCheck(
            revision=revision,
            parts_sha256=parts_digest(rows),
            checked_by_person_id=act.actor.person_id or 0,
            checked_at=act.now,
            is_clean=bool(rows) and all(each.is_warning for each in found),
            faults=json.dumps([asdict(each) for each in found], ensure_ascii=False),
        )
    )


def submit(
    *, revision_id: int, from_on: date, person_id: int, now: datetime, no_replay_reason: str = ""
) -> Revision:
    """Hand a draft to the approver, with the day on which it is to come into force.

    Refusal without a clean check of exactly these parts, without a replay of them or a reason why none, for a day
    before tomorrow, and where another revision came first.
    """
    with _drafting(revision_id, "revision.submit", person_id, now) as (act, revision):
        rows = parts(revision.pk)
        _require_ready(act, revision, rows, from_on)
        _require_replay(revision, rows, no_replay_reason)
        revision.replay_waiver = no_replay_reason.strip()
        return _hand_over(act, revision, from_on)


def _hand_over(act: Act, revision: Revision, from_on: date) -> Revision:
    revision.state, revision.from_on = "submitted", from_on
    revision.submitted_by_person_id, revision.submitted_at = act.actor.person_id, act.now
    tell_approvers(revision, act)
    return act.save(revision)


def _require_replay(revision: Revision, rows: list[RevisionPart], reason: str) -> None:
    if not any(row.kind in REPLAYED for row in rows) or reason.strip():
        return
    if replay_of(revision.pk, parts_digest(rows)) is None:
        raise Refusal(
            Ground.RULE, "revision.not_replayed", _("请先以历史事项回放本稿，或者写明未作回放的理由"), CLAUSE
        )


def _require_ready(act: Act, revision: Revision, rows: list[RevisionPart], from_on: date) -> None:
    """The conditions of submission, which hold again on the day of approval."""
    if not rows:
        raise Refusal(Ground.RULE, "revision.empty", _("修订没有任何内容"), CLAUSE)
    if from_on < _tomorrow(act.day):
        raise Refusal(Ground.RULE, "revision.too_early", _("施行日不得早于明日"), CLAUSE)
    _require_current(rows)
    run = latest_check(revision.pk)
    if run is None or not run.is_clean or run.parts_sha256 != parts_digest(rows):
        raise Refusal(Ground.RULE, "revision.not_checked", _("现稿尚未通过校验，请先校验并改正"), CLAUSE)
    require_free_day(rows, from_on)
    faults = [each for each in faults_in(revision, rows, from_on) if not each.is_warning]
    if faults:
        raise Refusal(
            Ground.RULE,
            "revision.faulty",
            _("校验后情况有变，现稿不再通过：%(fault)s") % {"fault": faults[0].text},
            CLAUSE,
        )


def _require_current(rows: list[RevisionPart]) -> None:
    for row in rows:
        if is_stale(row):
            raise Refusal(
                Ground.RULE,
                "revision.stale_base",
                _("“%(key)s”已有另一次修订在先，请与其对照后重新校验") % {"key": row.key},
                CLAUSE,
            )


def withdraw(*, revision_id: int, person_id: int, now: datetime, reason: str) -> Revision:
    """Take back a draft or what was submitted, with a reason; its author's affair."""
    with _at(revision_id, "revision.withdraw", person_id, now, reason) as (act, revision):
        act.actor = actor_with(person_id, DRAFTER, act.day)
        _require_author(revision, person_id)
        if revision.state not in ("draft", "submitted"):
            raise Refusal(Ground.STALE, "revision.decided", _("该修订已有结果"))
        _require_words(reason)
        revision.state, revision.decision_text, revision.decided_at = "withdrawn", reason.strip(), now
        return act.save(revision)


def reject(*, revision_id: int, person_id: int, now: datetime, opinion: str) -> Revision:
    """Turn down what was submitted, with the opinion why."""
    with _at(revision_id, "revision.reject", person_id, now, opinion) as (act, revision):
        _require_second_person(act, revision, person_id)
        _require_words(opinion)
        return _decide(act, revision, "rejected", opinion)


def approve(*, revision_id: int, person_id: int, now: datetime, opinion: str) -> Revision:
    """Let a revision come into force at midnight of its day: new versions and wordings, the old ones closed.

    Refused to whoever had a part in drafting it. Matters that run keep the version that they began with.
    """
    with _at(revision_id, "revision.approve", person_id, now, opinion) as (act, revision):
        act.role = "approved"
        _require_second_person(act, revision, person_id)
        _require_words(opinion)
        rows = parts(revision.pk)
        assert revision.from_on is not None
        _require_ready(act, revision, rows, revision.from_on)
        bring_into_force(act, revision, rows, revision.from_on)
        return _decide(act, revision, "approved", opinion)


def _decide(act: Act, revision: Revision, state: str, opinion: str) -> Revision:
    revision.state, revision.decision_text = state, opinion.strip()
    revision.decided_by_person_id, revision.decided_at = act.actor.person_id, act.now
    tell_author(revision, act)
    return act.save(revision)


def repeal(*, regulation_key: str, from_on: date, reason: str, person_id: int, now: datetime) -> Revision:
    """Propose that a regulation be no longer in force from a day on; a second person approves it as any revision."""
    regulation = Regulation.objects.filter(key=regulation_key).first()
    if regulation is None:
        raise BadInput(_("没有这项制度"), "regulation_key")
    chain, actor = f"regulation:{regulation.pk}", unbound(person_id, "web")
    with recorded(
        "revision.repeal", chain=chain, actor=actor, now=now, clause=REPEAL_CLAUSE, reason=reason
    ) as act:
        act.actor = actor_with(person_id, DRAFTER, act.day)
        revision = _draft(act, regulation, "", _("废止《%(title)s》") % {"title": regulation.title}, reason)
        part = RevisionPart(revision=revision, kind="repeal", key=regulation.key, sha256=digest(""))
        part.saved_by_person_id, part.saved_at = person_id, now
        act.save(part)
        run = _check(act, revision, [part], from_on)
        stops = [each for each in faults_of(run) if not each.is_warning]
        if stops:
            raise Refusal(Ground.RULE, "revision.still_needed", stops[0].text, REPEAL_CLAUSE)
        _require_ready(act, revision, [part], from_on)
        return _hand_over(act, revision, from_on)


def _tomorrow(day: date) -> date:
    return day + timedelta(days=1)


def _require_words(text: str) -> None:
    if not text.strip():
        raise BadInput(_("请写明理由"), "opinion")


def _require_author(revision: Revision, person_id: int) -> None:
    if revision.author_person_id != person_id:
        raise Refusal(Ground.RULE, "revision.not_author", _("草稿由起草人本人办理"), CLAUSE)


def _require_second_person(act: Act, revision: Revision, person_id: int) -> None:
    act.actor = actor_with(person_id, APPROVER, act.day)
    if revision.state != "submitted":
        raise Refusal(Ground.STALE, "revision.decided", _("该修订不在送审中，或者已有结果"))
    wrote = {revision.author_person_id, revision.submitted_by_person_id, *writers(revision.pk)}
    if {person_id, act.actor.on_behalf_of_id} & wrote:
        raise Refusal(Ground.CONFLICT, "revision.two_persons", _("参与起草的人员不能审定本次修订"), CLAUSE)


@contextmanager
def _at(
    revision_id: int, verb: str, person_id: int, now: datetime, reason: str = ""
) -> Iterator[tuple[Act, Revision]]:
    """Open an act on a revision; it is read anew once its regulation's chain is locked."""
    found = Revision.objects.filter(id=revision_id).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.revision", _("没有这次修订，或不在您的数据范围内"))
    details: dict[str, Any] = {"clause": CLAUSE, "reason": reason}
    chain, actor = f"regulation:{found.regulation_id}", unbound(person_id, "web")
    with recorded(verb, chain=chain, actor=actor, now=now, **details) as act:
        yield act, Revision.objects.select_related("regulation").get(id=revision_id)


@contextmanager
def _drafting(revision_id: int, verb: str, person_id: int, now: datetime) -> Iterator[tuple[Act, Revision]]:
    """Open an act on a draft: its author's alone, while he holds the drafter's post."""
    with _at(revision_id, verb, person_id, now) as (act, revision):
        act.actor = actor_with(person_id, DRAFTER, act.day)
        _require_author(revision, person_id)
        if revision.state != "draft":
            raise Refusal(Ground.STALE, "revision.not_draft", _("该修订已送审或者已有结果，不能再改"))
        yield act, revision


def day_in_force(now: datetime) -> date:
    """Return the first day on which something approved now may be in force."""
    return _tomorrow(legal_day(now))
