"""Relocation of one household: surveyed by two, made public, appraised by a drawn firm, agreed, approved, moved out."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import RelocationHousehold, RelocationItem
from lianjing.domains.works.queries.relocation import (
    KIND,
    appraiser_drawn,
    balance_of,
    household_of,
    items_of,
    require_published,
)
from lianjing.domains.works.queries.reviews import body_of, collective_item
from lianjing.domains.works.rules import relocation as rules
from lianjing.domains.works.services.basis import NO_VARIABLES, write_opinion
from lianjing.kernel.identity import masked_identity_number
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.columns import fen
from lianjing.runtime.matter.services import join_party
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.parties.models import Account, Enterprise, NaturalPerson
from lianjing.runtime.parties.queries import accounts_of, accounts_with_number, enterprise_by_code
from lianjing.runtime.parties.services import open_account, register_enterprise, register_natural_person
from lianjing.runtime.parties.ties import ties_between
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.models import Opinion
from lianjing.runtime.publicity.services import publish

SURVEY, COMPENSATION = "survey", "compensation"  # subjects of the two notices of a household
OWNER_KINDS = {"person": "natural_person", "enterprise": "enterprise"}


def record_of(deed: Deed) -> RelocationHousehold:
    """Return the household of the deed's matter."""
    found = household_of(deed.matter.pk)
    assert found is not None
    return found


def survey(deed: Deed) -> dict[str, Any]:
    """Enter the household as the first officer found it; a tie to the owner refuses him."""
    data = deed.data
    row = household_of(deed.matter.pk) or RelocationHousehold(matter=deed.matter, project_id=deed.root.pk)
    twin = RelocationHousehold.objects.filter(project_id=deed.root.pk, code=data["code"]).exclude(
        pk=deed.matter.pk
    )
    if twin.exclude(matter__outcome="withdrawn").exists():
        raise Refusal(
            Ground.RULE, "relocation.code_used", _("该户号已建档，一户只建一档"), "zone_relocation#1"
        )
    row.owner = _owner(deed, row)
    for name in ("code", "village_name", "owner_name", "member_count", "plot_no", "title_no"):
        setattr(row, name, data[name])
    row.surveyed_area_m2, row.surveyed_on = data["surveyed_area_m2"], data["surveyed_on"]
    row.payee = row.owner
    _require_untied(deed, row)
    row.is_staff_or_kin = data["is_staff_or_kin"] or _is_kin_of_staff(deed, row)
    row.measured_by_a_person_id = deed.person_id
    row.measured_by_b_person = None
    row.status = "surveyed"
    deed.act.save(row)
    return NO_VARIABLES


def _owner(deed: Deed, row: RelocationHousehold) -> str:
    """Return the party's reference: the one on record where the name stays, else a new one."""
    data, number = deed.data, deed.data["id_no"].digits
    kind = OWNER_KINDS[data["owner_kind"]]
    if row.owner.startswith(f"{kind}:") and row.owner_name == data["owner_name"] and _is_same(row, number):
        return row.owner
    if kind == "enterprise":
        firm: Enterprise = enterprise_by_code(number) or register_enterprise(
            deed.act, name=data["owner_name"], credit_code=number
        )
        if firm.name != data["owner_name"].strip():
            raise BadInput(_("该信用代码登记的单位是“%(name)s”") % {"name": firm.name}, "owner_name")
        return f"enterprise:{firm.pk}"
    person: NaturalPerson = register_natural_person(deed.act, name=data["owner_name"], id_no=number)
    return f"natural_person:{person.pk}"


def _is_same(row: RelocationHousehold, number: str) -> bool:
    """True where the number, which is kept masked only, is that of the owner on record."""
    kind, _mark, key = row.owner.partition(":")
    if kind == "enterprise":
        return Enterprise.objects.filter(pk=int(key), credit_code=number).exists()
    return NaturalPerson.objects.filter(pk=int(key), id_no_masked=masked_identity_number(number)).exists()


def _require_untied(deed: Deed, row: RelocationHousehold) -> None:
    ties = ties_between([f"person:{deed.person_id}"], [row.owner], deed.day)
    rules.check_untied([codes.label("tie_kind", tie.kind) for tie in ties])


def _is_kin_of_staff(deed: Deed, row: RelocationHousehold) -> bool:
    """True where a tie of kin to the owner is on record; such a household is marked in the notice."""
    measured = [f"person:{each}" for each in (deed.person_id, row.measured_by_a_person_id) if each]
    return any(tie.is_kin for tie in ties_between(measured, [row.owner], deed.day))


def second(deed: Deed) -> dict[str, Any]:
    """Measure a second time by another officer; both readings must agree (zone_relocation#2)."""
    row = record_of(deed)
    rules.check_second(row.measured_by_a_person_id, deed.person_id)
    _require_untied(deed, row)
    rules.check_same_area(row.surveyed_area_m2, deed.data["measured_area_m2"])
    row.measured_by_b_person_id = deed.person_id
    deed.act.save(row)
    return NO_VARIABLES


def publish_survey(deed: Deed) -> dict[str, Any]:
    """Put the survey on the village board for at least the days prescribed."""
    row = record_of(deed)
    _announce(deed, row, SURVEY, _survey_text(row), "relocation.survey_publicity_days")
    return NO_VARIABLES


def _announce(deed: Deed, row: RelocationHousehold, subject: str, text: str, key: str) -> None:
    data, days = deed.data, int(figure(key, deed.day))
    if (data["to_on"] - deed.day).days + 1 < days:
        raise BadInput(_("公示期不得短于%(days)d日") % {"days": days}, "to_on")
    publish(
        deed.act,
        matter=deed.matter,
        kind=KIND,
        title=f"{row.code} {_('调查结果公示') if subject == SURVEY else _('分户补偿公示')}",
        text=text,
        media=[("village_board", data["address"])],
        from_on=deed.day,
        to_on=data["to_on"],
        subject=subject,
        contact_text=data["contact_text"],
    )


def _survey_text(row: RelocationHousehold) -> str:
    return "，".join(
        filter(None, (row.village_name, row.code, rules.publicly(row.owner_name), _area(row), _mark(row)))
    )


def _area(row: RelocationHousehold) -> str:
    return _("房屋面积%(area)s平方米") % {"area": f"{row.surveyed_area_m2:.2f}"}


def _mark(row: RelocationHousehold) -> str:
    return _("干部或亲属户") if row.is_staff_or_kin else ""


def survey_result(deed: Deed) -> dict[str, Any]:
    """Confirm that the survey's publicity has run without an open objection."""
    require_published(deed.matter.pk, SURVEY, deed.day)
    return NO_VARIABLES


def assign(deed: Deed) -> dict[str, Any]:
    """Take the appraiser as drawn, for this household or the whole project; nobody chooses it."""
    found = appraiser_drawn(deed.matter)
    if found is None:
        raise Refusal(
            Ground.GATE,
            "relocation.not_drawn",
            _("评估机构尚未抽取，不能委托评估"),
            "zone_relocation#9",
        )
    row, (draw, enterprise_id) = record_of(deed), found
    row.draw, row.appraiser_enterprise_id = draw, enterprise_id
    deed.act.save(row)
    join_party(deed.act, deed.matter, enterprise_id=enterprise_id, role="appraiser")
    return NO_VARIABLES


def appraise(deed: Deed) -> dict[str, Any]:
    """Enter the appraisal item by item; the amounts are computed."""
    row, data = record_of(deed), deed.data
    for old in items_of(row):
        deed.act.remove(old)
    items = _items(data["items"])
    for item in items:
        deed.act.save(
            RelocationItem(
                household=row,
                kind=item.kind,
                name=item.name,
                area_m2=item.area,
                unit_price=item.unit_price,
                appraised=item.amount,
            )
        )
    row.report_no, row.appraised_on, row.appraised = (
        data["report_no"],
        data["appraised_on"],
        rules.total(items),
    )
    row.agreed = None
    row.status = "appraised"
    deed.act.save(row)
    return NO_VARIABLES


def _items(rows: list[dict[str, Any]]) -> list[rules.Item]:
    return [rules.Item(row["kind"], row["name"].strip(), row["area_m2"], row["unit_price"]) for row in rows]


def agree(deed: Deed) -> dict[str, Any]:
    """Enter the agreement: no area above the survey, no sum above the appraisal, the owner's own account."""
    row, data = record_of(deed), deed.data
    items = _items(data["items"])
    _check_agreement(row, items)
    row.payee_account = _own_account(deed, row)
    _write_agreed(deed, row, items)
    row.agreement_no, row.agreed_on, row.mode = data["agreement_no"], data["agreed_on"], data["mode"]
    row.agreed = rules.total(items)
    row.status = "agreed"
    deed.act.save(row)
    rules.check_budget(balance_of(deed.root.pk).agreed, balance_of(deed.root.pk).budget)
    return {
        "amount_fen": fen(row.agreed),
        "advance_fen": 0,
        "contract_fen": 1,
        "overrun_fen": 0,
        "budget_fen": 1,
        "account_changed": False,
    }


def _check_agreement(row: RelocationHousehold, items: list[rules.Item]) -> None:
    measured = [each for each in (row.surveyed_area_m2, row.remeasured_area_m2) if each is not None]
    rules.check_area(items, min(measured) if measured else None)
    worth = [(each.kind, each.name, each.appraised or rules.NOTHING) for each in items_of(row)]
    rules.check_amounts(items, worth)


def _write_agreed(deed: Deed, row: RelocationHousehold, items: list[rules.Item]) -> None:
    """Write beside each appraised item what was agreed for it; what was not agreed stays without a sum."""
    by_place: dict[tuple[str, str], rules.Item] = {}
    for item in items:
        if (item.kind, item.name) in by_place:
            raise BadInput(_("补偿项目重复：%(name)s") % {"name": item.name}, "items")
        by_place[item.kind, item.name] = item
    for each in items_of(row):
        agreed = by_place.get((each.kind, each.name))
        if agreed is not None:
            each.area_m2, each.unit_price = agreed.area, agreed.unit_price
        each.amount = agreed.amount if agreed is not None else None
        deed.act.save(each)


def _own_account(deed: Deed, row: RelocationHousehold) -> Account:
    """Return the account named, opened where it is new; Refusal where its holder is not the owner (zone_relocation#3)."""
    data = deed.data
    rules.check_payee(data["holder_name"], row.owner_name)
    number = data["account_no"].digits
    same = set(accounts_with_number(number).values_list("pk", flat=True))
    others = accounts_with_number(number).exclude(holder=row.owner)
    if any(each.holder_name != row.owner_name for each in others):
        rules.check_payee(others.exclude(holder_name=row.owner_name)[0].holder_name, row.owner_name)
    for account in accounts_of(row.owner, deed.day):
        if account.pk in same:
            return account
    return open_account(
        deed.act,
        holder=row.owner,
        holder_name=row.owner_name,
        account_no=number,
        bank_name=data["bank_name"],
        kind="basic" if row.owner.startswith("enterprise:") else "personal",
        from_on=deed.day,
    )


def head(deed: Deed) -> dict[str, Any]:
    """Check by the head of relocation, who measured nothing himself."""
    write_opinion(deed, "agree")
    return NO_VARIABLES


def finance(deed: Deed) -> dict[str, Any]:
    """Check by finance: all agreements stay within the relocation budget (zone_relocation#7)."""
    balance = balance_of(deed.root.pk)
    rules.check_budget(balance.agreed, balance.budget)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def leader(deed: Deed) -> dict[str, Any]:
    """Approve; what was measured again in the meantime binds too."""
    row = record_of(deed)
    _check_agreement(
        row,
        [
            rules.Item(each.kind, each.name, each.area_m2, each.unit_price or rules.NOTHING)
            for each in items_of(row)
            if each.amount is not None
        ],
    )
    write_opinion(deed, "agree")
    return NO_VARIABLES


def collective_tier(deed: Deed) -> dict[str, Any]:
    """The table says whether a meeting decides; its log holds the clause."""
    return NO_VARIABLES


def collective(deed: Deed) -> dict[str, Any]:
    """Record the meeting's decision on this household's agreement (zone_collective#2)."""
    row = record_of(deed)
    if collective_item(deed.matter.pk, body_of(deed.matter.pk), amount=row.agreed) is None:
        raise Refusal(
            Ground.RULE, "collective.not_passed", _("没有规定机构通过此事项的会议记录"), "zone_funds#6"
        )
    opinion: Opinion = write_opinion(deed, "agree")
    assert opinion.pk is not None
    return NO_VARIABLES


def publish_result(deed: Deed) -> dict[str, Any]:
    """Make the household's compensation public, marked where it is staff or kin (zone_relocation#4)."""
    row = record_of(deed)
    text = "，".join(
        filter(
            None,
            (
                _survey_text(row),
                _("补偿合计%(sum)s元") % {"sum": f"{row.agreed:,.2f}"},
                codes.label("relocation_mode", row.mode),
                row.appraiser_enterprise.name if row.appraiser_enterprise else "",
            ),
        )
    )
    _announce(deed, row, COMPENSATION, text, "relocation.household_publicity_min_days")
    return NO_VARIABLES


def result(deed: Deed) -> dict[str, Any]:
    """Confirm that the compensation's publicity has run; the household may now be paid."""
    require_published(deed.matter.pk, COMPENSATION, deed.day)
    row = record_of(deed)
    row.status = "published"
    deed.act.save(row)
    return NO_VARIABLES


def move_out(deed: Deed) -> dict[str, Any]:
    """Close the household's file: paid, and the house found empty."""
    row = record_of(deed)
    if row.status != "paid":
        raise Refusal(
            Ground.GATE, "relocation.not_paid", _("补偿款尚未支付，不能腾房验收"), "zone_relocation#10"
        )
    row.moved_on = deed.data["moved_on"]
    row.status = "moved"
    deed.act.save(row)
    return NO_VARIABLES


def may_withdraw(matter: Any) -> None:
    """Refuse to take a household back once its agreement is signed."""
    row = household_of(matter.pk)
    if row is not None and row.agreed is not None:
        raise Refusal(Ground.RULE, "relocation.agreed", _("补偿协议已签订，不能撤销"), "zone_relocation#1")
