"""Who comes into a pool: experts and firms proposed with their ties, and what a redraw carries over."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.runtime import codes
from lianjing.runtime.draw.models import Draw, DrawCandidate
from lianjing.runtime.draw.queries import fallen, line_of, picks
from lianjing.runtime.matter.models import MatterParty
from lianjing.runtime.org.models import Post
from lianjing.runtime.parties.experts import pool_of
from lianjing.runtime.parties.models import Enterprise, Expert
from lianjing.runtime.parties.ties import ties_between

POOLS = {"expert": ("provincial", "zone"), "award_committee": ("award",)}
# A firm of the kind is known by the post at which its people log in.
FIRM_POSTS = {"appraiser": "appraiser", "audit_firm": "audit_firm_lead"}
KNOWN = ("person", "expert", "enterprise", "natural_person", "unit")


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a pool to be locked."""

    ref: str
    label: str
    weight: Decimal = Decimal(1)
    exclusion_reason: str = ""
    exclusion_text: str = ""


def identities(refs: Sequence[str]) -> dict[str, str]:
    """Return who each reference is: two entries of one person in two pools are the same; repeated refs get a mark."""
    experts = [int(ref.partition(":")[2]) for ref in refs if _kind(ref) == "expert"]
    persons = dict(Expert.objects.filter(pk__in=experts).values_list("pk", "person_id"))
    found = {}
    for ref in refs:
        number = ref.partition(":")[2]
        person = persons.get(int(number)) if _kind(ref) == "expert" else None
        found[ref] = f"person:{person}" if person else ref
    return found


def is_person(ref: str, person_id: int) -> bool:
    """True where the reference is this person."""
    return identities([ref])[ref] == f"person:{person_id}"


def parties_of(draw: Draw) -> list[str]:
    """Return the firms named as parties anywhere in the draw's project."""
    named = MatterParty.objects.filter(matter__root_id=draw.matter.root_id).order_by("enterprise_id")
    return [f"enterprise:{number}" for number in named.values_list("enterprise_id", flat=True).distinct()]


def tied(draw: Draw, refs: Collection[str], day: date, *, with_former: bool = False) -> dict[str, str]:
    """Return the references tied to a party of the project, each with the words of its tie."""
    known = [ref for ref in refs if _kind(ref) in KNOWN]
    found: dict[str, str] = {}
    parties = parties_of(draw)
    names = {
        f"enterprise:{number}": name
        for number, name in Enterprise.objects.filter(
            pk__in=[int(ref.partition(":")[2]) for ref in parties]
        ).values_list("pk", "name")
    }
    for tie in ties_between(known, parties, day, with_former=with_former):
        words = f"{codes.label('tie_kind', tie.kind)}:{names.get(tie.other, tie.other)}"
        found.setdefault(tie.ref, _("%(tie)s（已结束）") % {"tie": words} if tie.is_former else words)
    return found


def carried(draw: Draw, members: Sequence[Member]) -> list[Member]:
    """Exclude from a redraw's pool those who fell out before and those who stay drawn."""
    before = draw.redraw_of
    if before is None:
        return list(members)
    gone = [row for each in line_of(before) for row in fallen(each)]
    kept = picks(before) if draw.redraw_reason != "error" else []
    marks = _marks(gone, "declined") | _marks(kept, "picked")
    selves = identities([each.ref for each in members])
    return [
        replace(each, exclusion_reason=marks[selves[each.ref]], exclusion_text="")
        if selves[each.ref] in marks
        else each
        for each in members
    ]


def _marks(rows: Sequence[DrawCandidate], reason: str) -> dict[str, str]:
    return dict.fromkeys(identities([row.candidate for row in rows]).values(), reason)


def proposed(draw: Draw, day: date) -> list[Member]:
    """Return the pool that the register offers for a draw, ties excluded: that of the draw before, experts or firms."""
    if draw.redraw_of is not None and DrawCandidate.objects.filter(draw=draw.redraw_of).exists():
        earlier = DrawCandidate.objects.filter(draw=draw.redraw_of).order_by("seq")
        members = [
            Member(row.candidate, row.label, row.weight, row.exclusion_reason, row.exclusion_text)
            for row in earlier
        ]
    elif draw.kind in POOLS:
        members = _experts(POOLS[draw.kind], day)
    elif draw.kind in FIRM_POSTS:
        places = Post.objects.filter(key=FIRM_POSTS[draw.kind]).values("unit__enterprise_no")
        firms = Enterprise.objects.filter(credit_code__in=places).exclude(credit_code="").order_by("id")
        members = [Member(f"enterprise:{firm.pk}", firm.name) for firm in firms]
    else:
        members = []
    found = tied(draw, [each.ref for each in members], day, with_former=True)
    members = [
        replace(each, exclusion_reason="tie", exclusion_text=found[each.ref])
        if each.ref in found and not each.exclusion_reason
        else each
        for each in members
    ]
    return carried(draw, members)


def _experts(names: Sequence[str], day: date) -> list[Member]:
    members, seen = [], set()
    for name in names:
        for expert in pool_of(name, day):
            if expert.person_id not in seen:
                seen.add(expert.person_id)
                members.append(Member(f"expert:{expert.pk}", expert.person.name))
    return members


def _kind(ref: str) -> str:
    kind, _mark, number = ref.partition(":")
    return kind if number.isdigit() else ""
