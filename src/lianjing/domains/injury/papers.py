"""The papers of work injury: decision letter, calculation sheet, payment notice."""

from __future__ import annotations

from datetime import date

from lianjing.domains.injury.models import BenefitClaim, BenefitItem, BenefitShare, InjuryRecognition
from lianjing.domains.injury.queries.ledger import items_of, proven, shares_of
from lianjing.domains.injury.rules.entitlement import NOTHING
from lianjing.kernel.declaration import Text
from lianjing.kernel.money import capitals
from lianjing.runtime import codes
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.payment.queries import order_of
from lianjing.runtime.personal.masking import shown
from lianjing.runtime.process.models import Review
from lianjing.runtime.regulation.queries import clause_title
from lianjing.web.papers.offers import Offer
from lianjing.web.papers.paper import Cell, Grid, Paper, Paragraph, facts, long_day
from lianjing.web.templatetags.ui import money

WIDTHS = (3, 5, 3, 5)
REMEDY = "对本决定不服的，可以依法申请行政复议或者提起行政诉讼。"


def decision_letter(matter: Matter, day: date) -> Paper | None:
    """Return the decision on recognition (认定工伤决定书), None before it was made."""
    row = (
        InjuryRecognition.objects.select_related("injury__worker", "injury__employer_enterprise")
        .filter(pk=matter.pk)
        .exclude(decision_no="")
        .first()
    )
    if row is None or row.injury.decided_on is None:
        return None
    injury = row.injury
    pairs = [
        ("职工", shown(injury.worker, "name")),
        ("用人单位", injury.employer_enterprise.name),
        ("受伤日", long_day(injury.injured_on)),
        ("事故地点", injury.place or "—"),
        ("申请人", codes.label("injury_applicant", injury.applicant)),
        ("受理日", long_day(injury.accepted_on)),
        ("结论", codes.label("injury_decision", injury.decision)),
        ("依据", clause_title(row.clause, injury.decided_on or day)),
    ]
    title = "不予认定工伤决定书" if injury.decision == "refused" else "认定工伤决定书"
    return Paper(
        title=title,
        number=row.decision_no,
        recipients=f"{shown(injury.worker, 'name')}、{injury.employer_enterprise.name}",
        blocks=(Grid(WIDTHS, facts(pairs)), Paragraph(row.reason_text), Paragraph(REMEDY)),
        signer=matter.unit.name,
        dated=injury.decided_on,
    )


def calculation_sheet(matter: Matter, day: date) -> Paper | None:
    """Return the calculation sheet of a claim (工伤待遇支付核定表), None before it was assessed."""
    claim = (
        BenefitClaim.objects.select_related("injury__worker", "injury__employer_enterprise", "worker_account")
        .filter(pk=matter.pk, assessed_on__isnull=False)
        .first()
    )
    if claim is None:
        return None
    injury, items = claim.injury, items_of(claim.pk)
    pairs = [
        ("职工", f"{shown(injury.worker, 'name')} {injury.worker.id_no_masked[-4:]}".strip()),
        ("用人单位", injury.employer_enterprise.name),
        ("事故日", long_day(injury.injured_on)),
        ("伤残等级", str(shown(injury, "grade") or "—")),
        ("本人工资", str(shown(injury, "own_wage") or "—")),
        ("申领人", codes.label("injury_applicant", claim.claimant)),
        ("申领日", long_day(claim.claimed_on)),
        ("支付路径规则", codes.label("route_strategy", claim.strategy)),
    ]
    return Paper(
        title="工伤待遇支付核定表",
        number=matter.code,
        blocks=(
            Grid(WIDTHS, facts(pairs)),
            Grid((4, 4, 6, 3, 3), _lines(items), head_rows=1, title="待遇明细"),
            Grid((4, 4, 4, 8), _routes(items), head_rows=1, title="垫付核验和支付去向"),
            Grid((3, 4, 4, 5), _signatures(matter), head_rows=1, title="核定、复核"),
            Paragraph("职工确认：经办机构另行发送确认链接，或者上门核查。"),
            Paragraph("对核定结果不服的，可以依法申请行政复议或者提起行政诉讼。"),
        ),
        signer=matter.unit.name,
        dated=claim.approved_on or claim.assessed_on,
    )


def _head(*words: str) -> tuple[Cell, ...]:
    return tuple(Cell(word, is_label=True, align="center") for word in words)


def _lines(items: list[BenefitItem]) -> tuple[tuple[Cell, ...], ...]:
    rows = [_head("项目", "依据条款", "计算式", "金额（元）", "支付主体")]
    for row in items:
        clause = f"{row.clause.regulation.title}第{row.clause.article_no}条" if row.clause else "—"
        rows.append(
            (
                Cell(codes.label("benefit_kind", row.kind)),
                Cell(clause),
                Cell(row.formula),
                Cell(money(row.entitled), align="right"),
                Cell(codes.label("benefit_payer", row.payer) if row.payer else "—"),
            )
        )
    total = sum((row.entitled or NOTHING for row in items), NOTHING)
    rows.append((Cell("合计", is_label=True), Cell(f"{money(total)}（{capitals(total)}）", span=4)))
    return tuple(rows)


def _routes(items: list[BenefitItem]) -> tuple[tuple[Cell, ...], ...]:
    rows = [_head("项目", "已核验垫付（元）", "可报销额（元）", "付给")]
    for row in items:
        paid_to = "；".join(
            f"{codes.label('benefit_route', share.payee)} {money(share.amount)}"
            + (f" {share.account.account_no_masked}" if share.account else "")
            for share in shares_of([row.pk])
        )
        rows.append(
            (
                Cell(codes.label("benefit_kind", row.kind)),
                Cell(money(proven(row.pk)), align="right"),
                Cell(money(row.reimbursable) if row.reimbursable is not None else "—", align="right"),
                Cell(paid_to or "—"),
            )
        )
    return tuple(rows)


def _signatures(matter: Matter) -> tuple[tuple[Cell, ...], ...]:
    rows = [_head("环节", "姓名", "日期", "意见")]
    words = {"business": "核定", "internal": "复核"}
    for each in Review.objects.filter(matter=matter).select_related("person").order_by("id"):
        name = each.person.name if each.person else "—"
        rows.append(
            (
                Cell(words.get(each.kind, each.kind)),
                Cell(name),
                Cell(long_day(each.done_at)),
                Cell(each.opinion_text),
            )
        )
    return tuple(rows)


def payment_notice(matter: Matter, day: date) -> Paper | None:
    """Return the notice to the payee (工伤待遇支付通知书), None before the money left."""
    application = (
        PaymentApplication.objects.select_related("payee_account")
        .filter(pk=matter.pk, kind="injury", status="paid")
        .first()
    )
    order = order_of(application) if application is not None else None
    if application is None or order is None or application.payee_account is None:
        return None
    account = application.payee_account
    pairs = [
        ("收款人", shown(account, "holder_name")),
        ("收款账户", f"{account.bank_name} {account.account_no_masked}".strip()),
        ("金额", f"{money(order.amount)}（{capitals(order.amount)}）"),
        ("支付日", long_day(order.paid_on)),
        ("支付令", order.order_no),
    ]
    shares = BenefitShare.objects.filter(payment_application=application).select_related("benefit_item")
    lines = [_head("项目", "金额（元）")]
    lines += [
        (
            Cell(codes.label("benefit_kind", row.benefit_item.kind)),
            Cell(money(row.amount), align="right"),
        )
        for row in shares.order_by("pk")
    ]
    return Paper(
        title="工伤待遇支付通知书",
        number=matter.code,
        recipients=shown(account, "holder_name"),
        blocks=(
            Paragraph("下列工伤待遇已经支付，请核对。金额不符或者有人要求代领、截留的，请向经办机构反映。"),
            Grid(WIDTHS, facts(pairs)),
            Grid((6, 4), tuple(lines), head_rows=1, title="待遇明细"),
        ),
        signer=matter.unit.name,
        dated=order.paid_on,
    )


PAPERS = (
    Offer("decision_letter", Text("认定决定书", "Decision letter"), "injury_recognition", decision_letter),
    Offer("calculation_sheet", Text("支付核定表", "Calculation sheet"), "injury_claim", calculation_sheet),
    Offer("payment_notice", Text("支付通知书", "Payment notice"), "injury_payment", payment_notice),
)
