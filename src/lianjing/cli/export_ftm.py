"""`lianjing export ftm`: parties, ties, owners, contracts and payments as FollowTheMoney entities, one JSON a line."""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from lianjing.cli.state import refuse_without_tables
from lianjing.kernel.identity import masked_name
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Appointment, Person, Unit
from lianjing.runtime.parties.models import Enterprise, NaturalPerson, Ownership, Tie
from lianjing.runtime.payment.models import PaymentOrder
from lianjing.runtime.personal.masking import masked
from lianjing.runtime.zone_mark import file_name

FILE = "entities.ftm.json"
KIN = frozenset({"spouse", "child", "parent", "sibling", "in_law", "other_kin"})
WORK = frozenset({"employed", "paid_by"})
Entity = dict[str, Any]


def add_to(group: Any, common: argparse.ArgumentParser) -> None:
    """Add `export ftm` to the group of `export`."""
    command = group.add_parser("ftm", parents=[common], help="FollowTheMoney entities, JSON lines")
    command.add_argument("target", type=Path, metavar="DIR", help="a folder; an earlier export is replaced")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the entities and print how many of each schema; a file is replaced whole or not at all."""
    refuse_without_tables()
    if options.target.exists() and not options.target.is_dir():
        raise BadInput(_("目标须是文件夹"), "target")
    options.target.mkdir(parents=True, exist_ok=True)
    place, counts = options.target / file_name(FILE), Counter[str]()
    begun = place.with_suffix(".part")
    with begun.open("w", encoding="utf-8") as file:
        for entity in entities():
            counts[entity["schema"]] += 1
            file.write(json.dumps(entity, ensure_ascii=False, sort_keys=True) + "\n")
    begun.replace(place)
    result = {"files": [str(place)], "entities": dict(sorted(counts.items()))}
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        print(place)
        for schema, count in sorted(counts.items()):
            print(f"  {schema}: {count}")
    return 0


def identity(reference: str) -> str:
    """Return the id of "table:key": the same in every export of this installation, another in every other."""
    whole = f"{settings.LIANJING_OCID_PREFIX}|{reference}"
    return "lj-" + hashlib.sha256(whole.encode()).hexdigest()[:40]


def entities() -> Iterator[Entity]:
    """Yield every entity, nodes before the edges between them; an edge to what is not here is left out."""
    known: set[str] = set()
    for entity in (*_units(), *_enterprises(), *_persons(), *_projects()):
        known.add(entity["id"])
        yield entity
    for edge, ends in (*_contracts(), *_owners(known), *_ties(), *_posts(), *_payments()):
        if all(end in known for end in ends):
            known.add(edge["id"])
            yield edge


def _entity(schema: str, reference: str, **values: object) -> Entity:
    told = {name: [str(value)] for name, value in values.items() if value not in (None, "")}
    return {"id": identity(reference), "schema": schema, "properties": told}


def _units() -> Iterator[Entity]:
    for unit in Unit.objects.order_by("pk"):
        yield _entity("PublicBody", f"unit:{unit.pk}", name=unit.name, uscCode=unit.credit_code, country="cn")


def _enterprises() -> Iterator[Entity]:
    for firm in Enterprise.objects.order_by("pk"):
        yield _entity(
            "Company",
            f"enterprise:{firm.pk}",
            name=masked("enterprise", "name", firm.name),
            uscCode=firm.credit_code,
            incorporationDate=firm.registered_on,
            country="cn" if firm.credit_code else "",
        )


def _persons() -> Iterator[Entity]:
    for person in Person.objects.order_by("pk"):
        yield _entity("Person", f"person:{person.pk}", name=masked_name(person.name))
    for other in NaturalPerson.objects.order_by("pk"):
        yield _entity("Person", f"natural_person:{other.pk}", name=masked_name(other.name))


def _projects() -> Iterator[Entity]:
    for matter in Matter.objects.filter(kind="project", parent=None).order_by("pk"):
        yield _entity("Project", f"matter:{matter.pk}", name=matter.title, startDate=matter.opened_on)


def _contracts() -> Iterator[tuple[Entity, tuple[str, ...]]]:
    """Each contract with its award: the contract is the authority's, the award leads to the firm."""
    for row in Contract.objects.select_related("matter").order_by("pk"):
        money = {"amount": row.amount, "currency": row.amount_currency or ("CNY" if row.amount else "")}
        contract = _entity(
            "Contract",
            f"contract:{row.pk}",
            name=row.title or row.code,
            title=row.title,
            contractDate=row.signed_on,
            authority=_id("unit", row.owner_unit_id),
            project=_id("matter", row.project_id),
            type=codes.label("contract_kind", row.kind),
            status=codes.label("contract_status", row.status),
            **money,
        )
        yield contract, _ends(_id("matter", row.project_id), _id("unit", row.owner_unit_id))
        if row.enterprise_id is not None:
            supplier = _id("enterprise", row.enterprise_id)
            award = _entity(
                "ContractAward",
                f"award:{row.pk}",
                supplier=supplier,
                contract=contract["id"],
                date=row.signed_on,
                **money,
            )
            yield award, (supplier, contract["id"])


def _id(table: str, key: int | None) -> str:
    return identity(f"{table}:{key}") if key is not None else ""


def _ends(*ends: str) -> tuple[str, ...]:
    return tuple(end for end in ends if end)


def _owners(known: set[str]) -> Iterator[tuple[Entity, tuple[str, ...]]]:
    """Shares and other interests; an owner known by name alone becomes an entity of its own, its name hidden."""
    for row in Ownership.objects.order_by("pk"):
        owner, asset = identity(row.owner), identity(f"enterprise:{row.enterprise_id}")
        if not row.owner or owner not in known:
            named = _entity(
                "LegalEntity", f"owner:{row.pk}", name=masked("ownership", "owner_name", row.owner_name)
            )
            owner = named["id"]
            yield named, ()
        edge = _entity(
            "Ownership",
            f"ownership:{row.pk}",
            owner=owner,
            asset=asset,
            percentage=row.percent.rstrip("%"),
            ownershipType=codes.label("interest", row.interest),
            role="beneficial owner" if row.is_beneficial else "",
            startDate=row.from_on,
            endDate=row.to_on,
        )
        yield edge, (owner, asset)


def _ties() -> Iterator[tuple[Entity, tuple[str, ...]]]:
    for row in Tie.objects.order_by("pk"):
        one, two = identity(row.from_party), identity(row.to_party)
        word = codes.label("tie_kind", row.kind)
        dated = {"startDate": row.from_on, "endDate": row.to_on}
        reference = f"tie:{row.pk}"
        is_firm = row.to_party.startswith(("enterprise:", "unit:"))
        if row.kind in KIN and not is_firm and not row.from_party.startswith(("enterprise:", "unit:")):
            edge = _entity("Family", reference, person=one, relative=two, relationship=word, **dated)
        elif row.kind in WORK and is_firm:
            edge = _entity("Employment", reference, employee=one, employer=two, role=word, **dated)
        else:
            edge = _entity("UnknownLink", reference, subject=one, object=two, role=word, **dated)
        yield edge, (one, two)


def _posts() -> Iterator[tuple[Entity, tuple[str, ...]]]:
    """Who holds which post of which unit: a head leads it, the others are employed there."""
    for row in Appointment.objects.select_related("post").order_by("pk"):
        person, unit = _id("person", row.person_id), _id("unit", row.post.unit_id)
        dated = {"role": row.post.name, "startDate": row.from_on, "endDate": row.to_on}
        if row.post.kind in ("head", "approver"):
            edge = _entity(
                "Directorship", f"appointment:{row.pk}", director=person, organization=unit, **dated
            )
        else:
            edge = _entity("Employment", f"appointment:{row.pk}", employee=person, employer=unit, **dated)
        yield edge, (person, unit)


def _payments() -> Iterable[tuple[Entity, tuple[str, ...]]]:
    """What the bank paid: orders with a day of payment; accounts are not written."""
    rows = PaymentOrder.objects.filter(paid_on__isnull=False).select_related(
        "payment_application", "payee_account"
    )
    for row in rows.order_by("pk"):
        asked = row.payment_application
        payer, payee = _id("unit", asked.unit_id), identity(row.payee_account.holder)
        contract = _id("contract", asked.contract_id)
        edge = _entity(
            "Payment",
            f"payment_order:{row.pk}",
            payer=payer,
            beneficiary=payee,
            amount=row.amount,
            currency="CNY",
            date=row.paid_on,
            transactionNumber=row.order_no,
            contract=contract,
            project=_id("matter", asked.project_id),
        )
        yield edge, _ends(payer, payee, contract, _id("matter", asked.project_id))
