"""A file is opened for a purpose: one event, for one supervisor and a short time; nobody opens his own."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.key_minority.models import Declaration, FileOpening, KeyPerson, PersonEducation
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import supervised_units
from lianjing.runtime.process.desk import actor_near
from lianjing.runtime.trail.act import legal_day, recorded

SHORTEST_REASON = 4


def open_file(
    *, about_person_id: int, purpose: str, reason: str, person_id: int, now: datetime, key: str = ""
) -> FileOpening:
    """Open a person's file for a while, by a supervisor of his unit, for a purpose of the list and a reason."""
    day = legal_day(now)
    actor = actor_near(person_id, day, kinds=("supervisor",), own_only=True)
    with recorded(
        "key_file.open", chain=f"person:{about_person_id}", actor=actor, now=now, request_key=key
    ) as act:
        if about_person_id == person_id:
            raise Refusal(Ground.CONFLICT, "key_file.own", _("不能打开本人的廉政档案"))
        if not in_reach(person_id, about_person_id, day):
            raise Refusal(Ground.SCOPE, "scope.key_file", _("没有该档案，或不在您的数据范围内"))
        if purpose not in codes.codes("unmask_purpose"):
            raise BadInput(_("请选择查看目的"), "purpose")
        if len(reason.strip()) < SHORTEST_REASON:
            raise BadInput(_("请写明查看理由"), "reason")
        act.reason = reason.strip()
        return act.save(
            FileOpening(
                person_id=person_id,
                about_person_id=about_person_id,
                purpose=purpose,
                reason=reason.strip(),
                from_at=now,
                to_at=now + timedelta(minutes=settings.LIANJING_UNMASK_MINUTES),
            )
        )


def in_reach(person_id: int, about_person_id: int, day: date) -> bool:
    """True for a person of a unit that the supervisor's group watches over."""
    about = Person.objects.filter(pk=about_person_id).first()
    return about is not None and about.unit_id in supervised_units(person_id, day)


def open_now(person_id: int, about_person_id: int, now: datetime) -> FileOpening | None:
    """Return the opening that still runs, None where the file must be opened anew."""
    rows = FileOpening.objects.filter(person_id=person_id, about_person_id=about_person_id, to_at__gt=now)
    return rows.order_by("-to_at").first()


def register(person_id: int, day: date) -> QuerySet[KeyPerson]:
    """Return who stands on the register today, of the units that the supervisor watches over."""
    rows = KeyPerson.objects.filter(to_on__isnull=True, person__unit_id__in=supervised_units(person_id, day))
    return rows.exclude(person_id=person_id).select_related("person__unit")


def missing(person_ids: list[int], year: int) -> dict[int, list[str]]:
    """Return what each file lacks for a year: the yearly declaration, an education (R1: complete file)."""
    declared = set(
        Declaration.objects.filter(person_id__in=person_ids, year=year, kind="yearly").values_list(
            "person_id", flat=True
        )
    )
    taught = set(
        PersonEducation.objects.filter(person_id__in=person_ids, held_on__year=year).values_list(
            "person_id", flat=True
        )
    )
    return {
        each: [name for name, held in (("declaration", declared), ("education", taught)) if each not in held]
        for each in person_ids
    }
