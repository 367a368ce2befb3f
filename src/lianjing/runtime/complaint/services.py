"""Receiving a report, adding to it, handling it; the words are sealed before they are stored."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.complaint.models import Complaint, ComplaintFile, ComplaintKey, ComplaintStep
from lianjing.runtime.complaint.queries import digest_of, key_on, of_receipt, office_of
from lianjing.runtime.complaint.sealing import seal, seal_text
from lianjing.runtime.documents.formats import format_of
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import actor_at, posts_held
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.trail.act import Act, Actor, legal_day, recorded

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing that is read as something else
LENGTH = 16  # 80 bits
SHORTEST, LONGEST = 10, 20_000
MOST_FILES, LARGEST_FILE = 3, 10 * 1024 * 1024
MOST_ADDED = 20  # additions to one report in a day: its author has its number, nobody else
FINAL = ("verified", "unfounded", "transferred")
NEXT = {"received": ("verifying", *FINAL), "verifying": FINAL}
SUPERVISION = "zone_organisation#9"


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody reports; `contact` and everything in words is sealed."""

    text: str
    about: str = ""
    contact: str = ""
    harm: str = "other"
    about_unit_id: int | None = None
    channel: str = "web"
    files: Sequence[tuple[str, bytes]] = field(default_factory=tuple)


def receive(report: Report, *, now: datetime, person_id: int | None = None) -> str:
    """Take a report in and return its receipt number, which is stored nowhere; BadInput names what cannot be taken.

    `person_id` is the supervisor who enters a call, a visit or a letter; nobody for what comes by the public page.
    """
    _require(report)
    day = legal_day(now)
    office = office_of(report.about_unit_id, day)
    key = key_on(office, day)
    if key is None:
        raise BadInput(_("举报受理尚未启用，请以来信、来访方式反映"), "text")
    number = "".join(secrets.choice(LETTERS) for _place in range(LENGTH))
    actor = _visitor(office) if person_id is None else supervisor_of(person_id, office, day)
    with recorded("complaint.receive", chain=f"unit:{office}", actor=actor, now=now, role="entered") as act:
        complaint = act.save(
            Complaint(
                unit_id=office,
                channel=report.channel,
                received_on=day,
                about_unit_id=report.about_unit_id,
                harm=report.harm,
                is_anonymous=not report.contact.strip(),
                key=key,
                content=seal_text(key.public_key, _letter(report)),
                receipt_sha256=digest_of(number),
                state="received",
                register_due_on=day + timedelta(days=int(figure("demand.register_days", day))),
                due_on=day + timedelta(days=int(figure("demand.finish_days", day))),
            )
        )
        _put_files(act, complaint, key, report.files)
    return number


def add(*, number: str, text: str, now: datetime) -> None:
    """Let the author add to a report that is not closed; BadInput for an unknown number or too little text."""
    complaint = of_receipt(number)
    if complaint is None:
        raise BadInput(_("没有这个回执编号，请核对"), "number")
    if complaint.state in FINAL:
        raise BadInput(_("该件已办结，新情况请另行反映"), "text")
    if not SHORTEST <= len(text.strip()) <= LONGEST:
        raise BadInput(_("请写明情况，十字以上、两万字以内"), "text")
    own = ComplaintStep.objects.filter(
        complaint=complaint, person__isnull=True, done_at__gt=now - timedelta(days=1)
    )
    if own.count() >= MOST_ADDED:
        raise BadInput(
            _("该件今日已补充%(count)s次，请明日再补充，或来电、来访") % {"count": MOST_ADDED}, "text"
        )
    _save_step(complaint, _visitor(complaint.unit_id), complaint.state, text.strip(), "", now, None)


def handle(
    *, complaint_id: int, person_id: int, state: str, note: str, answer: str, now: datetime
) -> ComplaintStep:
    """Move a report on, with a sealed note and a sentence that its author may read.

    Refusal(SCOPE) for a report of another group, or about the person himself; BadInput for a step that does not
    follow, a note or an answer that is missing at the end.
    """
    day = legal_day(now)
    complaint = Complaint.objects.filter(pk=complaint_id).first()
    if complaint is None or complaint.about_person_id == person_id:
        raise Refusal(Ground.SCOPE, "scope.complaint", _("没有该件，或不在您的受理范围内"), SUPERVISION)
    actor = supervisor_of(person_id, complaint.unit_id, day)
    if not note.strip() or (state in FINAL and not answer.strip()):
        raise BadInput(_("请写明办理记录；办结的还须写明给反映人的答复"), "note")
    return _save_step(complaint, actor, state, note.strip(), answer.strip(), now, person_id)


def name_subject(
    *,
    complaint_id: int,
    person_id: int,
    about_person_id: int | None,
    about_unit_id: int | None,
    now: datetime,
) -> None:
    """Write down whom a report is about, once that is known; the person named no longer sees it."""
    day = legal_day(now)
    complaint = Complaint.objects.filter(pk=complaint_id).first()
    if complaint is None or complaint.about_person_id == person_id or about_person_id == person_id:
        raise Refusal(Ground.SCOPE, "scope.complaint", _("没有该件，或不在您的受理范围内"), SUPERVISION)
    actor = supervisor_of(person_id, complaint.unit_id, day)
    if about_person_id is not None and not Person.objects.filter(pk=about_person_id).exists():
        raise BadInput(_("没有这个人员"), "about_person")
    with recorded("complaint.subject", chain=f"unit:{complaint.unit_id}", actor=actor, now=now) as act:
        complaint.read_again()
        complaint.about_person_id, complaint.about_unit_id = about_person_id, about_unit_id
        act.save(complaint)


def place_of(sha256: str) -> Path:
    """Return where a sealed file lies."""
    return Path(settings.DATA_DIR) / "sealed" / sha256[:2] / sha256


def _require(report: Report) -> None:
    if not SHORTEST <= len(report.text.strip()) <= LONGEST:
        raise BadInput(_("请写明情况，十字以上、两万字以内"), "text")
    if len(report.about) > 200 or len(report.contact) > 200:
        raise BadInput(_("不超过二百字"), "contact")
    if len(report.files) > MOST_FILES:
        raise BadInput(_("附件不超过三个"), "files")
    for name, content in report.files:
        if len(content) > LARGEST_FILE:
            raise BadInput(_("附件“%(name)s”超过10兆字节") % {"name": name}, "files")
        format_of(name, content)


def _letter(report: Report) -> str:
    parts = [(_("反映对象"), report.about), (_("情况"), report.text), (_("联系方式"), report.contact)]
    return "\n\n".join(f"{label}：{text.strip()}" for label, text in parts if text.strip())


def _save_step(
    complaint: Complaint,
    actor: Actor,
    state: str,
    note: str,
    answer: str,
    now: datetime,
    person_id: int | None,
) -> ComplaintStep:
    key = key_on(complaint.unit_id, legal_day(now)) or complaint.key
    with recorded(
        "complaint.add" if person_id is None else "complaint.handle",
        chain=f"unit:{complaint.unit_id}",
        actor=actor,
        now=now,
        role="entered",
    ) as act:
        complaint.read_again()
        if person_id is not None and state not in NEXT.get(complaint.state, ()):
            raise BadInput(_("该件不能转为这一状态"), "state")
        if person_id is not None:
            complaint.state = state
            act.save(complaint)
        return act.save(
            ComplaintStep(
                complaint=complaint,
                state=complaint.state,
                person_id=person_id,
                done_at=now,
                key=key,
                note=seal_text(key.public_key, note),
                answer=answer,
            )
        )


def _put_files(act: Act, complaint: Complaint, key: ComplaintKey, files: Sequence[tuple[str, bytes]]) -> None:
    for name, content in files:
        sealed = seal(key.public_key, content)
        sha256 = hashlib.sha256(sealed).hexdigest()
        place = place_of(sha256)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = place.with_suffix(f".{os.getpid()}")
        part.touch(mode=0o600)
        try:
            part.write_bytes(sealed)
            os.replace(part, place)
        except OSError:
            part.unlink(missing_ok=True)
            raise
        act.save(
            ComplaintFile(
                complaint=complaint,
                key=key,
                sha256=sha256,
                name=seal_text(key.public_key, name[-120:]),
                size_bytes=len(content),
            )
        )


def _visitor(office: int) -> Actor:
    """Nobody: whoever writes from outside leaves no trace of himself."""
    return Actor(None, "visitor", unit_id=office, channel="web")


def supervisor_of(person_id: int, office: int, day: date) -> Actor:
    """Return the person as actor at his post in a supervision group; Refusal(SCOPE) for anyone else."""
    for held in posts_held(person_id, day):
        if held.post.kind == "supervisor" and held.post.unit_id == office:
            return actor_at(person_id, held.post.pk, day)
    raise Refusal(Ground.SCOPE, "scope.complaint", _("没有该件，或不在您的受理范围内"), SUPERVISION)
