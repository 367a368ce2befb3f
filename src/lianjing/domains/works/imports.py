"""Ledgers of works projects, taken in as archive: read only, marked as before the platform and not proved.

Nothing is guessed: what the file does not say stays empty, what looks wrong is taken as printed with a warning
that stays beside the record. Amounts stand as printed in their own currency and are never converted.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.contractors import Contractors, NamedFirm, read_contractors
from lianjing.domains.works.ledger_columns import COLUMNS
from lianjing.domains.works.models import Project
from lianjing.domains.works.rules.archive import (
    PLACES,
    is_damaged_number,
    is_real_currency,
)
from lianjing.kernel.declaration import Text
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.batch.ledger import LedgerKind, Notice, Result, Row, Run, Taken, save_changes
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter, MatterParty
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.matter.services import begin
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.parties.numbers import credit_code_complaint
from lianjing.runtime.parties.queries import enterprise_by_code, enterprises_named
from lianjing.runtime.parties.services import register_enterprise
from lianjing.runtime.trail.act import Act, lock_chain

UNKNOWN_CURRENCY = "XXX"  # ISO 4217: no currency stated


def projects() -> LedgerKind:
    """Return the ledger of projects."""
    return LedgerKind(
        key="projects",
        label=Text("工程项目", "works projects"),
        verb="project.archive",
        posts=("archives_officer", "project_officer"),
        columns=COLUMNS,
        requires=(("external_no", "project_code"), ("title",)),
        row_key=project_number,
        take=take_project,
        survey=survey_contracts,
        is_person_needed=False,
        is_owned=True,
        money_column="currency",
    )


def project_number(row: Row) -> str:
    """Return the number by which a project is known again: the outside one, else the national code."""
    return row.text("external_no") or row.text("project_code")


def survey_contracts(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the projects and sums of each contract number of the file."""
    projects_of: dict[str, list[str]] = {}
    sums_of: dict[str, set[Decimal | None]] = {}
    for row in rows:
        if code := row.text("contract_code"):
            projects_of.setdefault(code, []).append(project_number(row))
            sums_of.setdefault(code, set()).add(row.amount("contract_amount"))
    return {"projects_of": projects_of, "sums_of": sums_of}


def take_project(act: Act, row: Row, run: Run) -> Taken:
    """Take one project in with its contract and contractors, or bring its archive record up to date.

    BadInput for a project that is no longer archive: what the platform keeps is not overwritten.
    """
    _check(row)
    key = project_number(row)
    matter = Matter.objects.filter(kind="project", external_system=run.source, external_no=key).first()
    if matter is not None:
        lock_chain(chain_of(matter))
        matter.refresh_from_db()
    if matter is not None and matter.onboarding != "archive":
        raise BadInput(_("项目“%(key)s”已在平台办理或接续，导入不改动") % {"key": key}, "external_no")
    contractors = read_contractors(row.text("contractor"), row.integer("contractor_count"))
    firms, firm_notices = _firms(act, contractors, row)
    if matter is None:
        matter = _begin_project(act, row, run, key)
        project = act.save(Project(matter=matter, **_project_values(row, matter)))
        contract = _begin_contract(act, matter, row, run, firms)
        act.save_many(
            [
                _contractor(each, firm)
                for each in (matter, contract and contract.matter)
                if each
                for firm in firms
            ]
        )
        result = Result.IMPORTED
    else:
        project = Project.objects.get(pk=matter.pk)
        changed = save_changes(act, matter, {"title": row.text("title")})
        changed |= save_changes(act, project, _project_values(row, matter))
        changed |= _join(act, matter, firms)
        contract, contract_changed = _follow_contract(act, matter, row, run, firms)
        result = Result.UPDATED if changed or contract_changed else Result.UNCHANGED
    act.chain, act.matter_id, act.root_matter_id = chain_of(matter), matter.pk, matter.pk
    doubts = (*_doubts(row, project), *_contractor_doubts(contractors, project), *firm_notices)
    return Taken(result, (*doubts, *(_contract_doubts(contract, row, run) if contract else ())))


def _check(row: Row) -> None:
    for name, limit in PLACES.items():
        value = row.amount(name)
        if value is not None and abs(value) > limit:
            raise BadInput(_("坐标%(value)s超出范围") % {"value": value}, name)
    currency = row.text("currency")
    if currency and not is_real_currency(currency):
        raise BadInput(_("币种“%(code)s”应为三个大写字母的代码，如CNY") % {"code": currency}, "currency")
    for name in ("contract_amount", "approved_budget"):
        amount = row.amount(name)
        if amount is not None and amount < 0:
            raise BadInput(_("金额不能为负数"), name)


def _begin_project(act: Act, row: Row, run: Run, key: str) -> Matter:
    if run.unit_id is None:
        raise BadInput(_("没有指明建设单位"), "unit")
    matter = begin(
        act,
        domain="works",
        kind="project",
        title=row.text("title"),
        unit_id=run.unit_id,
        onboarding="archive",
        is_before_platform=True,
        external_system=run.source,
        external_no=key,
    )
    matter.status = "archived"
    return act.save(matter)


def _project_values(row: Row, matter: Matter) -> dict[str, Any]:
    return {
        "project_code": row.text("project_code"),
        "title": row.text("title"),
        "owner_unit_id": matter.unit_id,
        "sector": row.text("sector"),
        "fund_kind": row.text("fund_kind"),
        "region_code": row.text("region_code"),
        "site": _site(row),
        "scale": row.text("scale"),
        "nature": row.text("nature"),
        "total_investment": row.amount("total_investment"),
        "approved_budget": _known(row.amount("approved_budget")),
        "started_on": row.day("started_on"),
        "completed_on": row.day("completed_on"),
        "status": "completed" if row.day("completed_on") else "",
        "funding_year": row.integer("funding_year"),
        "currency": _currency(row),
        "latitude": row.amount("latitude"),
        "longitude": row.amount("longitude"),
        "source_unit_name": row.text("source_unit_name"),
    }


def _site(row: Row) -> str:
    parts = [row.text(name) for name in ("site", "municipality", "province", "region")]
    return "，".join(dict.fromkeys(part for part in parts if part))


def _known(amount: Decimal | None) -> Decimal | None:
    """A printed zero is no budget: the sum is not known."""
    return amount or None


def _currency(row: Row) -> str:
    return row.text("currency") or UNKNOWN_CURRENCY


def _firms(act: Act, contractors: Contractors, row: Row) -> tuple[list[Enterprise], list[Notice]]:
    """Return the enterprises named, each found by code or exact name or else registered; warn of what is uncertain."""
    code = row.text("contractor_code") if len(contractors.firms) == 1 else ""
    firms: list[Enterprise] = []
    notices: list[Notice] = []
    for named in contractors.firms:
        firm = enterprise_by_code(code) if code else _uncoded(named.name)
        if firm is None:
            firm = register_enterprise(act, name=named.name, credit_code=code, is_import=True, kind="")
            notices.extend(_new_firm(firm))
        if firm.name != named.name:
            notices.append(
                Notice(
                    "name_differs",
                    _("信用代码对应的企业登记名称是“%(name)s”") % {"name": firm.name},
                    "contractor",
                    named.name,
                    firm,
                )
            )
        notices.extend(_name_doubts(named, firm))
        firms.append(firm)
    return firms, notices


def _uncoded(name: str) -> Enterprise | None:
    """A name alone finds only an enterprise that has no code either: two firms may share a name."""
    return enterprises_named(name).filter(credit_code="").first()


def _new_firm(firm: Enterprise) -> list[Notice]:
    if not firm.credit_code:
        found = [
            Notice(
                "no_credit_code", _("没有统一社会信用代码，只按名称识别"), "contractor_code", firm.name, firm
            )
        ]
        same = enterprises_named(firm.name).exclude(credit_code="").first()
        if same is not None:
            text = _("与已登记企业（%(code)s）同名，未合并，请核实") % {"code": same.credit_code}
            found.append(Notice("same_name", text, "contractor", firm.name, firm))
        return found
    complaint = credit_code_complaint(firm.credit_code)
    return (
        [Notice("credit_code_doubtful", complaint, "contractor_code", firm.credit_code, firm)]
        if complaint
        else []
    )


def _name_doubts(named: NamedFirm, firm: Enterprise) -> list[Notice]:
    if not named.aside:
        return []
    if named.is_cut:
        return [
            Notice("name_cut", _("原件中的名称被截断，括注不全，原样记录"), "contractor", named.printed, firm)
        ]
    text = _("括注的曾用名或别名“%(name)s”原样记录，未与其他企业合并") % {"name": named.aside}
    return [Notice("former_name", text, "contractor", named.printed, firm)]


def _contractor(matter: Matter, firm: Enterprise) -> MatterParty:
    return MatterParty(matter=matter, enterprise=firm, role="contractor")


def _join(act: Act, matter: Matter, firms: Sequence[Enterprise]) -> bool:
    """Name the firms contractors of the matter; an archive record loses those that the ledger no longer names."""
    wanted = {firm.pk for firm in firms}
    stored = list(MatterParty.objects.filter(matter=matter, role="contractor"))
    gone = [party for party in stored if party.enterprise_id not in wanted]
    for party in gone:
        act.remove(party)
    added = wanted - {party.enterprise_id for party in stored}
    act.save_many([_contractor(matter, firm) for firm in firms if firm.pk in added])
    return bool(gone or added)


def _contract_values(row: Row, unit_id: int, firms: Sequence[Enterprise]) -> dict[str, Any]:
    """A joint venture has no one contractor: the ledger does not say who leads. All are parties of the matter."""
    return {
        "code": row.text("contract_code"),
        "amount": row.amount("contract_amount"),
        "amount_currency": _currency(row),
        "signed_on": row.day("signed_on"),
        "end_on": row.day("contract_end_on"),
        "owner_unit_id": unit_id,
        "enterprise_id": firms[0].pk if len(firms) == 1 else None,
        "status": "terminated" if row.day("completed_on") else "",
    }


def _begin_contract(
    act: Act, parent: Matter, row: Row, run: Run, firms: Sequence[Enterprise]
) -> Contract | None:
    """Write the contract of the project, where the ledger names one: a child matter with its record."""
    code = row.text("contract_code")
    if not code and row.amount("contract_amount") is None:
        return None
    matter = begin(
        act,
        domain="works",
        kind="contract",
        title=f"合同 {code or '（无编号）'}",
        unit_id=parent.unit_id,
        parent=parent,
        onboarding="archive",
        is_before_platform=True,
        external_system=run.source,
    )
    matter.status = "archived"
    act.save(matter)
    return act.save(
        Contract(
            matter=matter, domain="works", project=parent, **_contract_values(row, parent.unit_id, firms)
        )
    )


def _follow_contract(
    act: Act, parent: Matter, row: Row, run: Run, firms: Sequence[Enterprise]
) -> tuple[Contract | None, bool]:
    """Bring the stored contract up to date with its row, or write it where there was none."""
    stored = (
        Contract.objects.filter(project=parent).select_related("matter", "project").order_by("pk").first()
    )
    if stored is None:
        made = _begin_contract(act, parent, row, run, firms)
        act.save_many([_contractor(made.matter, firm) for firm in firms] if made else [])
        return made, made is not None
    changed = save_changes(act, stored, _contract_values(row, parent.unit_id, firms))
    return stored, _join(act, stored.matter, firms) or changed


def _contract_doubts(contract: Contract, row: Row, run: Run) -> list[Notice]:
    code, notices = contract.code, []
    if is_damaged_number(code):
        text = _("合同编号像是被电子表格改成了数字，原编号已不可知，原样记录")
        notices.append(Notice("damaged_contract_no", text, "contract_code", code, contract))
    others = _sharing(contract, run)
    if code and others:
        text = _(
            "合同编号由%(count)d个项目共用（%(others)s）：各行金额按原件列示，未作分摊；按合同汇总时须合并核对"
        ) % {
            "count": len(others) + 1,
            "others": "、".join(others[:6]),
        }
        notices.append(Notice("shared_contract", text, "contract_code", code, contract))
        if len(run.survey.get("sums_of", {}).get(code, ())) == 1:
            text = _("共用合同的各行金额相同，可能是合同总价重复列示，汇总时只计一次还是相加须查原件")
            notices.append(
                Notice("amount_may_repeat", text, "contract_amount", str(contract.amount or ""), contract)
            )
        if not row.amount("approved_budget"):
            notices.append(
                Notice(
                    "budget_elsewhere",
                    _("预算可能列在共用合同的另一项目行上"),
                    "approved_budget",
                    "",
                    contract,
                )
            )
    return notices


def _sharing(contract: Contract, run: Run) -> list[str]:
    """Return the other projects of the same contract number, in this file or imported before from the same source."""
    in_file = set(run.survey.get("projects_of", {}).get(contract.code, ()))
    # By the number first, then by key: a database without statistics joins the other way round and reads everything.
    alike = (
        Contract.objects.filter(code=contract.code).exclude(pk=contract.pk).values_list("pk", "project_id")
    )
    kept = set(
        Matter.objects.filter(
            pk__in=[number for number, _project in alike], is_before_platform=True
        ).values_list("pk", flat=True)
    )
    projects = [project for number, project in alike if number in kept and project != contract.project_id]
    stored = Matter.objects.filter(pk__in=projects, external_system=run.source)
    return sorted(
        (in_file | set(stored.values_list("external_no", flat=True))) - {contract.project.external_no}
    )


def _contractor_doubts(contractors: Contractors, project: Project) -> list[Notice]:
    if contractors.is_unclear:
        text = _("承包人名称的分隔与承包人数不符，或同一名称列了两次：未拆分、未登记承包人，请核对原件")
        return [Notice("contractor_unclear", text, "contractor", contractors.printed, project)]
    if len(contractors.firms) > 1:
        text = _("联合体%(count)d家：牵头人和各家份额原件未载明，均未推定") % {
            "count": len(contractors.firms)
        }
        return [Notice("joint_venture", text, "contractor", contractors.printed, project)]
    return []


def _doubts(row: Row, project: Project) -> list[Notice]:
    """Return what looks wrong with days and sums; all of it is kept as printed."""
    notices = []
    started, completed = row.day("started_on"), row.day("completed_on")
    if started and completed and completed < started:
        notices.append(
            Notice(
                "completed_before_start",
                _("完工日期早于开工日期"),
                "completed_on",
                completed.isoformat(),
                project,
            )
        )
    budget, cost = row.amount("approved_budget"), row.amount("contract_amount")
    if not budget:
        notices.append(
            Notice(
                "no_budget",
                _("预算为空或为零，按不详处理"),
                "approved_budget",
                row.printed.get("approved_budget", ""),
                project,
            )
        )
    elif cost is not None and cost > budget:
        text = _("合同金额高于预算%(over)s") % {"over": f"{cost - budget:,.2f}"}
        notices.append(Notice("cost_above_budget", text, "contract_amount", str(cost), project))
    if not row.text("currency") and (budget or cost):
        notices.append(
            Notice("currency_unknown", _("未载明币种，金额不计入人民币合计"), "currency", "", project)
        )
    return notices
