"""Registration of an injury, and the facts on which its benefits rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.injury.forms.case import CaseForm, FactsForm
from lianjing.domains.injury.models import Injury
from lianjing.kernel.identity import masked_identity_number
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.matter.acting import act_on
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.matter.services import begin
from lianjing.runtime.org import power
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.parties.models import Enterprise, NaturalPerson
from lianjing.runtime.parties.queries import enterprise_by_code, enterprises_named
from lianjing.runtime.parties.services import register_enterprise, register_natural_person
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.trail.act import Act, answered, legal_day, recorded, request_digest
from lianjing.runtime.trail.models import Event

POWER = "injury_case"
ACCEPTOR, ASSESSOR = "injury_acceptor", "benefit_assessor"


def invalid(form: Any) -> InvalidForm:
    """Return the refusal of a form that does not hold, its faults by field."""
    errors = {name: [str(fault) for fault in faults] for name, faults in form.errors.items()}
    return InvalidForm(next(iter(errors.values()))[0], next(iter(errors)), errors, form)


def open_case(
    *, person_id: int, now: datetime, data: Mapping[str, Any], key: str = "", channel: str = "web"
) -> Matter:
    """Register an injury: its root matter at stage recognition, its record, worker and employer.

    InvalidForm names the fields. The same `key` with the same data is answered with the first matter.
    """
    day = legal_day(now)
    form = CaseForm(data, day=day)
    if not form.is_valid():
        raise invalid(form)
    cleaned = form.cleaned_data
    digest = request_digest(
        ["injury.open", str(person_id), *(f"{name}={value}" for name, value in sorted(cleaned.items()))]
    )
    if (event := answered(key, digest)) is not None:
        return Matter.objects.get(id__in=Event.objects.filter(id=event).values("matter_id"))
    actor = actor_with(person_id, ACCEPTOR, day, channel=channel)
    assert actor.unit_id is not None
    with recorded(
        "injury.open",
        chain=f"unit:{actor.unit_id}",
        actor=actor,
        now=now,
        request_key=key,
        request_sha256=digest,
        duty="apply",
    ) as act:
        power.require(POWER, actor.unit_id, act.day)
        employer = _firm(act, cleaned["employer_name"], cleaned["credit_code"])
        worker = _worker(act, cleaned["worker_name"], cleaned["id_no"].digits)
        matter = begin(
            act,
            domain="injury",
            kind="injury",
            title=_("%(day)s工伤") % {"day": cleaned["injured_on"].isoformat()},
            unit_id=actor.unit_id,
            stage="recognition",
            handler_person_id=person_id,
            handler_post_id=actor.post_id,
        )
        act.chain = chain_of(matter)
        act.save(_record(act, matter, worker, employer, cleaned))
        return matter


def _record(
    act: Act, matter: Matter, worker: NaturalPerson, employer: Enterprise, cleaned: Mapping[str, Any]
) -> Injury:
    names = ("injured_on", "place", "injury_part", "is_insured", "insured_from_on")
    return Injury(
        matter=matter,
        worker=worker,
        employer_enterprise=employer,
        hospital_enterprise=_hospital(act, cleaned["hospital_name"]),
        decision="pending",
        **{name: cleaned[name] for name in names},
    )


def _worker(act: Act, name: str, number: str) -> NaturalPerson:
    """Return the worker of this name and number, who may have been injured before; register him where he is new."""
    if number:
        same = NaturalPerson.objects.filter(name=name.strip(), id_no_masked=masked_identity_number(number))
        if (known := same.order_by("id").first()) is not None:
            return known
    worker: NaturalPerson = register_natural_person(act, name=name, id_no=number)
    return worker


def _firm(act: Act, name: str, code: str) -> Enterprise:
    found = enterprise_by_code(code)
    if found is None:
        registered: Enterprise = register_enterprise(act, name=name, credit_code=code)
        return registered
    if found.name != name.strip():
        raise BadInput(_("该信用代码登记的单位是“%(name)s”") % {"name": found.name}, "employer_name")
    return found


def _hospital(act: Act, name: str) -> Enterprise | None:
    if not name.strip():
        return None
    named = list(enterprises_named(name))
    if len(named) == 1:
        return named[0]
    registered: Enterprise = register_enterprise(act, name=name, kind="institution")
    return registered


def enter_facts(
    *,
    injury_id: int,
    person_id: int,
    now: datetime,
    data: Mapping[str, Any],
    key: str = "",
    channel: str = "web",
) -> Injury:
    """Enter wage, retirement, leaving and death; by the benefit assessor, each change an event."""
    form = FactsForm(data)
    if not form.is_valid():
        raise invalid(form)
    injury = Injury.objects.select_related("matter").get(pk=injury_id)
    actor = actor_with(person_id, ASSESSOR, legal_day(now), injury.matter.unit_id, channel)
    parts = [str(injury_id), *(f"{name}={value}" for name, value in sorted(form.cleaned_data.items()))]
    with act_on("injury.facts", injury.matter, actor, now, key, parts) as (act, done):
        if done:
            return injury
        injury.read_again()
        for name, value in form.cleaned_data.items():
            setattr(injury, name, value)
        return act.save(injury)
