"""Four large projects under construction: changes of every class, payments with cuts, returns and refusals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from lianjing.domains.works.demo import money
from lianjing.domains.works.demo.asides import circulated, consulted
from lianjing.domains.works.demo.beginning import (
    designed,
    funds,
    granted,
    opened,
    permitted,
    planned,
    proposed,
    studied,
)
from lianjing.domains.works.demo.contracting import compared, contract_data, countersigned, signed
from lianjing.domains.works.demo.desk import (
    AUDITOR,
    CONTRACTS,
    COST,
    FUNDS,
    HEAD,
    LAWYER,
    LEAD,
    LEADER,
    OFFICER,
)
from lianjing.domains.works.demo.finished import begun, site_changes
from lianjing.domains.works.demo.job import Job
from lianjing.domains.works.demo.meetings import decided
from lianjing.domains.works.demo.people import leave_of_finance
from lianjing.domains.works.demo.site import Change, asked, changed, months, priced, proposal, started
from lianjing.domains.works.demo.site import proposed as change_proposed
from lianjing.domains.works.demo.site_life import site_life
from lianjing.domains.works.demo.tendering import (
    evaluated,
    opened_bids,
    planned_tender,
    published,
    voted,
)
from lianjing.runtime.contract.models import AccountChange
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.scene_queue import Script, at_work

CALLED_BACK = {"is_called_back": "on", "is_own": "on", "opinion": "已按合同所留电话回拨核实，户名一致。"}
GAP = 19.0  # working days between two payments


def site(
    job: Job, ratios: Sequence[str], changes: Sequence[tuple[float, Change]] = (), **options: Sequence[int]
) -> None:
    """Start the reports and the changes beside what the project's own script does."""
    queue, today = job.desk.queue, job.desk.today
    queue.start(months(job, ratios, **options), at_work(today + timedelta(days=3)))
    queue.start(site_changes(job, changes), at_work(today + timedelta(days=12), 120))
    queue.start(site_life(job), at_work(today + timedelta(days=20), 90))


def pay(job: Job, cuts: Sequence[str]) -> Script[None]:
    """Pay progress money again and again, each time with this cut by the audit."""
    for cut in cuts:
        yield GAP
        data = yield from money.claimable(job)
        yield from money.payment(job, "progress", data, cut=cut)


def stuck(job: Job, days: int, *, is_consulted: bool = False) -> Script[None]:
    """Apply so many days before the end; the planning bureau's head does not answer."""
    yield job.desk.before_end(days)
    data = yield from money.claimable(job)
    matter = yield from money.begun(job, "progress", data)
    if is_consulted:
        question = "本期申报的桩基工程量与计量单差 2 根，请核实以哪份为准。"
        answer = "以 9 月计量单为准，申报表已由施工单位更正。"
        yield from consulted(
            job, matter, "audit", asker=AUDITOR, asked=COST, question=question, answer=answer
        )
        text = "本期进度款涉及审核口径，请阅知。"
        yield from circulated(job, matter, sender=OFFICER, readers=(LAWYER, HEAD), text=text)
    yield from money.audited(job, matter)
    yield from money.checked(job, matter)
    yield from asked(job, matter, silent="PLN")


def road(job: Job) -> Script[None]:
    """望汀大道北延工程: changes of every class; the payee's account changes by its own approval."""
    yield from begun(job, count=5, over=True)
    changes = (
        (6.0, Change("BG-001", "146300.00", "K0+420–K0+510", "原路基填土", "软弱地基换填碎石0.8 m", days=4)),
        (
            14.0,
            Change(
                "BG-002",
                "486700.00",
                "K0+880箱涵",
                "单孔3×2.5 m",
                "单孔4×2.5 m，防洪标准提高",
                "箱涵混凝土",
                "policy",
                days=12,
            ),
        ),
        (
            15.0,
            Change(
                "BG-003",
                "1268500.00",
                "北段人行道",
                "透水砖",
                "增设综合杆及弱电管沟",
                "综合杆基础及管沟",
                "owner_request",
                "owner",
                days=20,
                scope=True,
            ),
        ),
        (
            12.0,
            Change(
                "BG-004",
                "2357600.00",
                "K1+240桥台",
                "扩大基础",
                "岩溶发育，改为钻孔灌注桩",
                "钻孔灌注桩",
                days=35,
            ),
        ),
    )
    site(job, ("5", "11", "19", "28", "37", "46", "54", "61", "67"), changes, returned=(4,))
    yield from money.payment(job, "advance", money.advance(job))
    yield from pay(job, ("0.008",))
    yield from new_account(job)
    yield from pay(job, ("0", "0.015"))
    yield job.desk.before_end(46)
    change = Change(
        "BG-005",
        "268400.00",
        "K1+560交叉口",
        "平面交叉",
        "增设右转专用道",
        "路面结构层",
        "owner_request",
        "owner",
        days=8,
    )
    matter = yield from change_proposed(job, change)
    yield from priced(job, matter, change)
    yield from asked(job, matter, silent="PLN")
    yield job.desk.before_end(4)
    newest = Change(
        "BG-006",
        "92600.00",
        "K1+700绿化带",
        "香樟胸径10 cm",
        "调整为胸径12 cm",
        "乔木栽植",
        "owner_request",
        "owner",
    )
    matter = job.open(job.builder, "works_change", f"{newest.part}变更")
    yield from job.step(job.builder, matter, "propose", lambda: proposal(job, newest), wait=0.2)


def new_account(job: Job) -> Script[None]:
    """Change the payee's account: until it is approved nothing is paid to it."""
    change = yield from account_applied(job)
    account = AccountChange.objects.get(pk=change.pk).new_account_id
    claim = yield from money.claimable(job)
    matter = job.open(OFFICER, "works_payment", f"{job.plan.title}进度款支付")
    job.refused_step(OFFICER, matter, "apply", {**claim, "payee_account": account})
    job.withdraw(OFFICER, matter, "收款账户变更尚未批准，撤回")
    yield from job.step(FUNDS, change, "check", CALLED_BACK, wait=job.days(1.5))
    yield from job.step(LEADER, change, "approve")


def account_applied(job: Job) -> Script[Matter]:
    """Apply for another payee account with the firm's letter."""
    number, contract = job.desk.account_no(), job.contract
    yield 2.0
    change = job.open(CONTRACTS, "works_account_change", f"{job.plan.title}收款账户变更")
    assert contract.enterprise is not None
    data = {
        "contract": contract.pk,
        "holder_name": contract.enterprise.name,
        "account_no": number,
        "bank_name": "婺澜银行澜汀支行",
        "reason": "原开户网点撤并，基本账户迁移，附盖章函件。",
    }
    yield from job.step(CONTRACTS, change, "apply", data)
    return change


def gallery(job: Job) -> Script[None]:
    """霁川路综合管廊一期: one payment sent back three times; now one waits for the planning bureau for weeks."""
    yield from begun(job, count=5)
    changes = (
        (
            20.0,
            Change(
                "BG-001", "172500.00", "2号通风口", "位置在人行道", "避让既有燃气管，东移6 m", "通风口结构"
            ),
        ),
        (
            22.0,
            Change(
                "BG-002",
                "-238600.00",
                "K0+300–K0+360",
                "钢板桩支护",
                "放坡开挖，取消支护",
                "钢板桩支护",
                "owner_request",
                "owner",
                days=-5,
            ),
        ),
    )
    site(job, ("4", "10", "17", "25", "33", "41", "49", "57", "63"), changes, cuts=(3,))
    yield from money.payment(job, "advance", money.advance(job))
    yield 42.0
    texts = (
        "缺少监理支付证书和计量清单，请补齐。",
        "计量清单与月报产值不一致，差额未说明，请核对后重报。",
        "仍缺隐蔽工程计量影像资料，请补充。",
    )
    data = yield from money.claimable(job)
    yield from money.payment(job, "progress", data, cut="0.021", returns=texts)
    yield from pay(job, ("0.006",))
    yield from stuck(job, 44, is_consulted=True)
    yield job.desk.before_end(7)
    change = Change(
        "BG-003",
        "157800.00",
        "3号投料口",
        "盖板为混凝土",
        "改为装配式复合盖板",
        "复合盖板",
        "owner_request",
        "owner",
    )
    yield from change_proposed(job, change)


def factory(job: Job) -> Script[None]:
    """汀洲产业园标准厂房二期: a clock stopped for missing papers, an award past the first rank refused, a stand-in refused."""
    opened(job)
    yield job.days(1.0)
    matter = yield from proposed(job)
    yield from job.step(HEAD, matter, "check")
    yield job.days(0.8)
    job.pause(FUNDS, matter, "funds", "国有公司出资证明缺少董事会决议，一次性告知补正。")
    yield 6.0
    job.go_on(FUNDS, matter, "funds")
    yield from job.step(FUNDS, matter, "funds", lambda: funds(job))
    yield from granted(job, matter, "项目建议书")
    yield from studied(job)
    yield from designed(job)
    yield from planned(job)
    tender = yield from planned_tender(job, award_method="vote")
    offers = yield from published(job, tender, count=5, over=True)
    opened_bids(job, tender, offers)
    yield from evaluated(job, tender)
    yield from voted(job, tender)
    yield from factory_contract(job, tender)
    site(job, ("6", "15", "26", "38", "49", "58", "66"), ())
    yield from money.payment(job, "advance", money.advance(job))
    yield 30.0
    yield from with_stand_in(job)
    yield from pay(job, ("0.01",))
    yield from stuck(job, 33)


def factory_contract(job: Job, tender: Matter) -> Script[None]:
    """Draft the contract; a price other than the award's is refused."""
    year = job.desk.today.year
    code, account = f"澜经建合{year}-{next(job.desk.contracts):03d}", job.desk.account_no()
    yield job.days(2.0)
    matter = job.open(CONTRACTS, "works_contract", f"{job.plan.title}施工合同")
    job.paper(CONTRACTS, matter, "contract", f"{job.plan.title}合同送审稿", step="draft")
    wrong = contract_data(job, tender, code, account)
    wrong["amount"] = str(Decimal(wrong["amount"]) + 850_000)
    job.refused_step(CONTRACTS, matter, "draft", wrong)
    yield 0.3
    job.try_step(CONTRACTS, matter, "draft", lambda: contract_data(job, tender, code, account))
    yield from compared(job, matter)
    yield from countersigned(job, matter)
    yield from signed(job, matter)
    yield from permitted(job, "construction", wait=6.0)
    yield job.days(0.5)
    job.gate(LEAD)
    yield from started(job)


def with_stand_in(job: Job) -> Script[None]:
    """Pay while the finance reviewer is away: her stand-in audited this payment and is refused; she does it herself."""
    data = yield from money.claimable(job)
    matter = yield from money.begun(job, "progress", data)
    yield from money.audited(job, matter)
    yield from money.checked(job, matter)
    yield from money.joined(job, matter)
    yield 0.4
    if not job.desk.leaves.get(FUNDS):
        leave_of_finance(job.desk, 3)
        yield 1.0
        job.paper(AUDITOR, matter, "invoice", f"{job.plan.title}增值税发票", step="finance")
        boxes = {"is_invoice_verified": "on", "is_account_checked": "on", "is_budget_checked": "on"}
        job.refused_step(AUDITOR, matter, "finance", {**boxes, **job.opinion()})
    yield from money.financed(job, matter)
    yield from money.paid(job, matter)


def river(job: Job) -> Script[None]:
    """甪里河综合整治: a change on which a bureau disagrees is rejected by the meeting and withdrawn; recusal; a large cut."""
    yield from begun(job)
    site(job, ("6", "14", "24", "35", "46", "55", "63", "70", "76"), (), cuts=(2, 5))
    job.desk.queue.start(river_changes(job), at_work(job.desk.today + timedelta(days=20), 45))
    yield from money.payment(job, "advance", money.advance(job))
    yield GAP * 2
    yield from with_recusal(job)
    yield from pay(job, ("0.035", "0"))
    yield job.desk.before_end(24)
    data = yield from money.claimable(job)
    yield from money.payment(job, "progress", data, cut="0.01")


def with_recusal(job: Job) -> Script[None]:
    """Pay with a meeting in which one member is recused; before it, more than the verified work is refused."""
    data = yield from money.claimable(job)
    matter = job.open(OFFICER, "works_payment", f"{job.plan.title}进度款支付")
    job.refused_step(
        OFFICER, matter, "apply", money.claim(job, "settlement", (job.plan.budget / 2).quantize(money.ROUND))
    )
    yield from money.applied(job, matter, "progress", data)
    job.refused_step(AUDITOR, matter, "audit", lambda: money.reviewed(job, matter, Decimal(0)))
    yield from money.audited(job, matter)
    yield from money.checked(job, matter)
    yield from asked(job, matter)
    yield from money.collective(job, matter, recused=LEADER)
    yield from money.financed(job, matter)
    yield from money.paid(job, matter)


def river_changes(job: Job) -> Script[None]:
    """A small change; then a larger one that a bureau opposes, rejected by the meeting and withdrawn; then another."""
    yield from changed(
        job, Change("BG-001", "168200.00", "护岸H3段", "干砌块石", "浆砌块石，基础加深0.4 m", "浆砌块石")
    )
    yield 12.0
    change = Change(
        "BG-002",
        "742000.00",
        "塘垅里段",
        "生态护坡",
        "增设亲水平台和景观栈道",
        "木栈道",
        "owner_request",
        "owner",
        days=25,
    )
    matter = yield from change_proposed(job, change)
    yield from priced(job, matter, change)
    yield from asked(job, matter, opposed="LAW")
    yield job.days(1.0)
    leader = yield from job.present(LEADER)
    job.refused_step(leader, matter, "leader", job.opinion())
    yield from decided(
        job.desk,
        matter,
        body="director_meeting",
        title=f"关于{job.plan.title}增设亲水平台变更的审议",
        kind="change",
        amount=Decimal(change.amount),
        against=3,
    )
    yield from job.back(
        LEADER, matter, "leader", "price", "会议未通过，维持原方案，请撤回。", reason="not_conform"
    )
    yield job.days(2.0)
    job.withdraw(job.builder, matter, "会议未通过，按原方案施工。")
    yield 20.0
    yield from changed(
        job,
        Change(
            "BG-003",
            "386500.00",
            "石硐桥上游",
            "清淤弃至原指定场地",
            "指定场地关闭，外运至砚桥",
            "淤泥外运",
            days=10,
        ),
    )
