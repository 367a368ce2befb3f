"""Acceptance of the works: application, pre-check, special checks, the meeting of five parties, defects, filing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.forms.completion import least_years
from lianjing.domains.works.models import Acceptance, AcceptanceCheck, AcceptanceParty, Project, Warranty
from lianjing.domains.works.queries import completion as reads
from lianjing.domains.works.queries.standing import ceiling_of
from lianjing.domains.works.rules import completion as rules
from lianjing.domains.works.services.basis import NO_VARIABLES, contract_named, write_opinion
from lianjing.domains.works.services.deviation import deviate
from lianjing.domains.works.services.progress import join_site
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.documents.models import Document
from lianjing.runtime.fact.services import publish
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.parties.queries import enterprises_named
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.undertaking.models import Undertaking
from lianjing.runtime.undertaking.services import give

APPLIED = ("started_on", "completed_on", "self_assessment", "left_text")


def record_of(deed: Deed) -> Acceptance:
    """Return the acceptance of the deed's matter."""
    return Acceptance.objects.select_related("contract").get(pk=deed.matter.pk)


def apply(deed: Deed) -> dict[str, Any]:
    """Apply for acceptance; one application a contract. After a failed meeting a new round begins here."""
    contract = contract_named(deed)
    if reads.live_acceptance(contract.pk, deed.matter.pk):
        raise Refusal(Ground.RULE, "acceptance.once", _("该合同已有验收，不得重复申请"), "zone_completion#1")
    row = Acceptance.objects.filter(pk=deed.matter.pk).first() or Acceptance(matter=deed.matter)
    row.project_id, row.contract, row.applied_on = deed.root.pk, contract, deed.day
    for name in APPLIED:
        setattr(row, name, deed.data[name])
    row.prechecked_on = row.meeting_on = row.accepted_on = row.deemed_on = None
    row.result, row.is_planning_verified = "", False
    deed.act.save(row)
    join_site(deed, contract)
    return NO_VARIABLES


def precheck(deed: Deed) -> dict[str, Any]:
    """Check before the meeting as chief engineer; problems are sent back, not passed on."""
    row = record_of(deed)
    row.prechecked_on = deed.data["prechecked_on"]
    deed.act.save(row)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def checks(deed: Deed) -> dict[str, Any]:
    """Enter the six special checks, each with its paper or the reason why it is not needed; planning comes first."""
    given = deed.data["checks"]
    rules.check_special(given)
    planning = next(each for each in given if each["kind"] == "planning")
    rules.check_planning_first(
        (planning["issued_on"], planning["reason"]),
        [each["issued_on"] for each in given if each["kind"] != "planning"],
    )
    row = record_of(deed)
    for old in AcceptanceCheck.objects.filter(acceptance=row):
        deed.act.remove(old)
    deed.act.save_many(
        [
            AcceptanceCheck(
                acceptance=row,
                kind=each["kind"],
                doc_no=each["doc_no"],
                issued_on=each["issued_on"],
                is_needed=bool(each["doc_no"]),
                reason=each["reason"],
            )
            for each in given
        ]
    )
    row.is_planning_verified = True
    deed.act.save(row)
    return NO_VARIABLES


def meeting(deed: Deed) -> dict[str, Any]:
    """Hold the meeting: five parties, head not of the supervising site post; its result routes the matter."""
    row, data = record_of(deed), deed.data
    _require_head(deed)
    _require_planning(row, data["meeting_on"])
    seats = [
        rules.Seat(each["role"], each["firm"], each["person_name"], each["is_agreed"] == "yes")
        for each in data["parties"]
    ]
    rules.check_parties(
        seats, least=int(figure("works.acceptance.parties_min", deed.day)), result=data["result"]
    )
    _write_parties(deed, row)
    row.deemed_on = reads.deemed_on(row, data["meeting_on"])
    row.meeting_on, row.result, row.cost = data["meeting_on"], data["result"], data["cost"]
    row.delay_days = rules.delay(row.completed_on, row.contract.end_on)
    row.delay_reason = data["delay_reason"]
    deed.act.save(row)
    if data["result"] in rules.PASSED:
        _plan_warranties(deed, row)
    if data["result"] == "passed_with_defects":
        for each in data["defects"]:
            _owe_defect(deed, row, each["what"], each["due_on"])
    if row.result == "passed":
        _accept(deed, row, row.meeting_on)
    if row.delay_days and row.result in rules.PASSED:
        deviate(
            deed,
            f"工期延误{row.delay_days}日：{row.delay_reason}",
            stage="implementation",
        )
    return {"acceptance_result": data["result"]}


def _require_head(deed: Deed) -> None:
    """The head of the group is the project lead; who supervised the site for the owner is not (zone_completion#3)."""
    assert deed.person_id is not None
    holds_site = any(
        held.post.key == "site_officer" and held.post.unit_id == deed.matter.unit_id
        for held in posts_held(deed.person_id, deed.day)
    )
    if holds_site or reads.has_confirmed_progress(deed.root.pk, deed.person_id):
        raise Refusal(
            Ground.CONFLICT,
            "acceptance.head_is_site",
            _("负责本项目现场管理的人员不得担任验收组组长"),
            "zone_completion#3",
        )


def _require_planning(row: Acceptance, meeting_on: date) -> None:
    found = {each.kind: each for each in AcceptanceCheck.objects.filter(acceptance=row)}
    planning = found.get("planning")
    rules.check_planning_first(
        (planning.issued_on, planning.reason) if planning else None,
        [each.issued_on for kind, each in found.items() if kind != "planning"],
    )
    if any(each.issued_on is not None and each.issued_on > meeting_on for each in found.values()):
        raise BadInput(_("专项核验的日期不得晚于验收会日"), "meeting_on")


def _write_parties(deed: Deed, row: Acceptance) -> None:
    for old in AcceptanceParty.objects.filter(acceptance=row):
        deed.act.remove(old)
    for each in deed.data["parties"]:
        firm = enterprises_named(each["firm"]).first() if each["role"] != "owner" else None
        if each["role"] == "contractor" and (firm is None or firm.pk != row.contract.enterprise_id):
            raise BadInput(_("施工单位须为合同承包人"), "parties")
        if each["role"] != "owner" and firm is None:
            raise BadInput(_("单位“%(name)s”未登记") % {"name": each["firm"]}, "parties")
        deed.act.save(
            AcceptanceParty(
                acceptance=row,
                role=each["role"],
                enterprise=firm,
                unit_id=deed.matter.unit_id if each["role"] == "owner" else None,
                person_name=each["person_name"],
                duty_text=each["duty_text"],
                opinion_text=each["opinion_text"],
                is_agreed=each["is_agreed"] == "yes",
            )
        )


def _plan_warranties(deed: Deed, row: Acceptance) -> None:
    """Write the parts under warranty with their share of the retention; their days begin with the acceptance."""
    for old in Warranty.objects.filter(contract=row.contract, from_on__isnull=True):
        deed.act.remove(old)
    given = deed.data["parts"]
    ratio = row.contract.retention_ratio or rules.NOTHING
    held = (ceiling_of(row.contract) * ratio).quantize(rules.CENT)
    for each, part in zip(given, rules.shares(held, [each["share"] for each in given]), strict=True):
        deed.act.save(Warranty(contract=row.contract, part=each["part"], retained=part))


def _years_of(deed: Deed, row: Acceptance, part: str) -> int:
    """The years agreed at the meeting, else the statutory least; the meeting's own form is read again."""
    for each in _parts_said(deed, row):
        if each["part"] == part and each["years"] not in (None, ""):
            return int(each["years"])
    return least_years(part, deed.day) or 0


def _parts_said(deed: Deed, row: Acceptance) -> list[dict[str, Any]]:
    if "parts" in deed.data:
        return list(deed.data["parts"])
    return reads.parts_said(row.pk)


def _accept(deed: Deed, row: Acceptance, day: date) -> None:
    """Let the works count as accepted from a day on: the fact that opens settlement and the next stage."""
    row.accepted_on = day
    deed.act.save(row)
    for warranty in Warranty.objects.filter(contract=row.contract, from_on__isnull=True):
        warranty.from_on = day
        warranty.to_on = rules.add_months(day, 12 * _years_of(deed, row, warranty.part))
        deed.act.save(warranty)
    if reads.unaccepted_works(deed.root.pk).exists():
        return
    publish(deed.act, matter=deed.root, kind="accepted", from_on=day, source_matter=deed.matter)
    project = Project.objects.get(pk=deed.root.pk)
    project.completed_on, project.status = row.completed_on, "completion"
    deed.act.save(project)


def _owe_defect(deed: Deed, row: Acceptance, what: str, due_on: date) -> Undertaking:
    """Give one defect to the contractor; the finder does not recheck it (zone_completion#4)."""
    assert deed.matter.applicant_person_id is not None
    owner = Person.objects.select_related("unit").get(pk=deed.matter.applicant_person_id)
    last = deed.day + timedelta(days=int(figure("works.acceptance.rectify_days", deed.day)))
    if due_on > last:
        raise BadInput(_("整改期限不得晚于%(last)s") % {"last": last.isoformat()}, "defects")
    found = give(
        deed.act,
        what=what,
        due_on=due_on,
        source_kind="acceptance",
        matter=deed.matter,
        category="defect",
        owner_person=owner,
        clause="zone_completion#4",
    )
    found.owner_enterprise_id = row.contract.enterprise_id
    return deed.act.save(found)


def outcome(deed: Deed) -> dict[str, Any]:
    """The table routed the matter by the result of the meeting."""
    return NO_VARIABLES


def rectify(deed: Deed) -> dict[str, Any]:
    """Report each defect as done, with photos."""
    for defect in defects_of(deed):
        defect.list_state = "progress"
        deed.act.save(defect)
    return NO_VARIABLES


def inspect(deed: Deed) -> dict[str, Any]:
    """Look at what was rectified as supervision firm."""
    write_opinion(deed, "agree")
    return NO_VARIABLES


def recheck(deed: Deed) -> dict[str, Any]:
    """Recheck every defect: closed with the contractor's report as evidence; the works are accepted from this day."""
    evidence = (
        Document.objects.filter(matter=deed.matter, kind="rectification").order_by("-version", "-id").first()
    )
    for defect in defects_of(deed):
        if deed.person_id == defect.owner_person_id:
            raise Refusal(
                Ground.CONFLICT,
                "undertaking.own_work",
                _("核验人不能是责任人或佐证提供人"),
                "zone_completion#4",
            )
        defect.evidence_document, defect.checker_person_id = evidence, deed.person_id
        defect.result, defect.closed_on, defect.list_state = "done", deed.day, "closed"
        deed.act.save(defect)
    write_opinion(deed, "agree")
    _accept(deed, record_of(deed), deed.data["rechecked_on"])
    return NO_VARIABLES


def defects_of(deed: Deed) -> list[Undertaking]:
    """Return the open defects of this acceptance."""
    rows = Undertaking.objects.filter(matter=deed.matter, source_kind="acceptance", closed_on__isnull=True)
    return list(rows.order_by("id"))


def file(deed: Deed) -> dict[str, Any]:
    """File the acceptance and hand the works over; late filing is a deviation (quality_regulation#49)."""
    row, data = record_of(deed), deed.data
    if defects_of(deed):
        raise Refusal(Ground.RULE, "acceptance.defects_open", _("问题清单尚未全部销号"), "zone_completion#4")
    row.filed_on, row.filing_no, row.receiver = data["filed_on"], data["filing_no"], data["receiver"]
    deed.act.save(row)
    project = Project.objects.get(pk=deed.root.pk)
    project.in_use_on = data["in_use_on"] or project.in_use_on or row.filed_on
    deed.act.save(project)
    late = reads.filing_late(row, deed.day)
    if late:
        deviate(deed, f"竣工备案超过法定期限{late}日", stage="implementation")
    return NO_VARIABLES


def may_withdraw(matter: Any) -> None:
    """Refuse to take back an acceptance that was given."""
    if Acceptance.objects.filter(pk=matter.pk, accepted_on__isnull=False).exists():
        raise Refusal(Ground.RULE, "acceptance.given", _("工程已验收合格，不能撤销"), "zone_completion#3")
