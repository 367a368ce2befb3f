"""The words of acts, refusals and clauses as pages show them, and the addresses they open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from lianjing.kernel.declaration import Text
from lianjing.kernel.refusal import Refusal
from lianjing.runtime.domains import domains
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.regulation.models import ProcessStep
from lianjing.runtime.regulation.queries import clause_title
from lianjing.runtime.trail.queries import ActLine

# Acts outside the steps of a process, by their verb.
ACTS = {
    "matter.pass_gate": gettext_noop("通过阶段关口"),
    "matter.recuse": gettext_noop("登记回避"),
    "appointment.end": gettext_noop("免去任职"),
    "appointment.make": gettext_noop("任职"),
    "delegation.give": gettext_noop("授权委托"),
    "delegation.end": gettext_noop("收回委托"),
    "power_item.set": gettext_noop("登记权力事项"),
    "power_item.end": gettext_noop("停用权力事项"),
    "document.upload": gettext_noop("上传材料"),
    "works.milestone": gettext_noop("登记里程碑完成"),
    "document.photos": gettext_noop("上传照片"),
    "document.describe": gettext_noop("资料著录"),
    "document.compare": gettext_noop("核对资料"),
    "document.not_needed": gettext_noop("提出资料不适用"),
    "document.agree_not_needed": gettext_noop("核对资料不适用"),
    "document.drop_not_needed": gettext_noop("撤回资料不适用"),
    "undertaking.give": gettext_noop("交办"),
    "undertaking.note_progress": gettext_noop("整改进展"),
    "undertaking.urge": gettext_noop("催办"),
    "undertaking.close": gettext_noop("销号"),
    "undertaking.reopen": gettext_noop("重开事项"),
    "undertaking.list": gettext_noop("挂牌督办"),
    "undertaking.receive_urging": gettext_noop("签收督办单"),
    "undertaking.reply_urging": gettext_noop("反馈督办单"),
    "draw.prepare": gettext_noop("发起抽取"),
    "draw.commit": gettext_noop("交存承诺值"),
    "draw.lock": gettext_noop("锁定候选名单"),
    "draw.reveal": gettext_noop("揭示并抽取"),
    "draw.reply": gettext_noop("登记抽中答复"),
    "draw.redraw": gettext_noop("重抽"),
    "publicity.publish": gettext_noop("发布公示"),
    "publicity.confirm": gettext_noop("核对公示"),
    "publicity.take_down": gettext_noop("撤下公示"),
    "objection.raise": gettext_noop("登记异议投诉"),
    "objection.accept": gettext_noop("受理投诉"),
    "objection.answer": gettext_noop("答复异议"),
    "objection.decide": gettext_noop("处理投诉"),
    "expert.add": gettext_noop("专家入库"),
    "expert.end": gettext_noop("专家出库"),
    "unit.create": gettext_noop("新增单位"),
    "post.create": gettext_noop("新增岗位"),
    "person.create": gettext_noop("新增人员"),
    "parameter.set": gettext_noop("设置参数"),
    "regulation.publish": gettext_noop("发布制度"),
    "bundle.publish": gettext_noop("发布流程与决策表"),
    "installation.organisation": gettext_noop("建立组织"),
    "installation.figures": gettext_noop("载入参数"),
    "installation.calendar": gettext_noop("载入工作日历"),
    "parties.register": gettext_noop("登记企业"),
    "parties.account": gettext_noop("登记账户"),
    "parties.tie": gettext_noop("登记关联"),
    "access.view": gettext_noop("查阅项目"),
    "access.export": gettext_noop("导出"),
    "process.step": gettext_noop("办理环节"),
    "process.withdraw": gettext_noop("撤销事项"),
    "meeting.call": gettext_noop("召集会议"),
    "meeting.put_on_agenda": gettext_noop("列入议题"),
    "meeting.take_off_agenda": gettext_noop("议题缓议"),
    "meeting.send_materials": gettext_noop("送达会议材料"),
    "meeting.record_presence": gettext_noop("登记到会"),
    "meeting.recuse_member": gettext_noop("会议回避"),
    "meeting.express_view": gettext_noop("发表意见"),
    "meeting.cast": gettext_noop("表决"),
    "meeting.file_minutes": gettext_noop("归入会议纪要"),
    "meeting.describe_item": gettext_noop("议题说明"),
    "meeting.advise": gettext_noop("议题审查意见"),
    "meeting.invite_observer": gettext_noop("通知列席"),
    "meeting.keep_record": gettext_noop("会议记录"),
    "meeting.number_minutes": gettext_noop("会议纪要编号"),
    "meeting.sign_minutes": gettext_noop("签发会议纪要"),
    "works_plan.enter": gettext_noop("登记年度计划项目"),
    "works_plan.import": gettext_noop("导入年度计划"),
    "works_project.open": gettext_noop("项目登记"),
    "meeting.conclude": gettext_noop("形成会议结论"),
    "import.batch": gettext_noop("导入批次"),
    "project.archive": gettext_noop("导入存档项目"),
    "payment.hold": gettext_noop("搁置支付"),
    "payment.lift": gettext_noop("解除搁置"),
    "bank.import": gettext_noop("导入银行对账单"),
    "bank.explain": gettext_noop("说明未匹配流水"),
    "bank.undertake": gettext_noop("对账差异交办"),
    "relocation.budget": gettext_noop("登记征迁预算"),
    "relocation.remeasure": gettext_noop("复测征迁户"),
    "tender.bid": gettext_noop("密封投标"),
    "tender.bid_withdraw": gettext_noop("撤回投标"),
    "tender.unseal": gettext_noop("投标文件解密"),
    "tender.ask": gettext_noop("提出疑问"),
    "tender.draft_answer": gettext_noop("澄清答复拟稿"),
    "tender.issue_answer": gettext_noop("澄清答复发布"),
    "tender.declare": gettext_noop("无利害关系承诺（评标）"),
    "tender.preliminary": gettext_noop("初步评审"),
    "tender.score": gettext_noop("评分锁定"),
    "tender.sign": gettext_noop("签署评标报告"),
    "tender.apply": gettext_noop("正式投标人报名"),
    "tender.seat_group": gettext_noop("确定推荐小组"),
    "tender.shortlist_vote": gettext_noop("推荐评分"),
    "award.declare": gettext_noop("无利害关系承诺（定标）"),
    "award.ballot": gettext_noop("定标投票"),
    "award.lose": gettext_noop("取消定标结果"),
    "trail.verify": gettext_noop("核验留痕"),
}
AFTER = {
    "open": gettext_noop("发起"),
    "withdraw": gettext_noop("撤销"),
    "timer": gettext_noop("到期提醒"),
    "return": gettext_noop("退回"),
    "suspend": gettext_noop("暂停计时"),
    "resume": gettext_noop("恢复计时"),
}


def in_english() -> bool:
    """True where the reader has chosen English."""
    return not (get_language() or "zh").startswith("zh")


def text_of(text: Text) -> str:
    """Return a declared word in the reader's language."""
    return text.en if in_english() else text.zh


def item_name(item: WorkItem) -> str:
    """Return the name of a step in the reader's language."""
    return item.name_en if in_english() and item.name_en else item.name


def procedure_words() -> dict[str, str]:
    """Return the label of every installed procedure by its key."""
    return {each.key: text_of(each.label) for domain in domains() for each in domain.procedures}


def step_words(keys: Iterable[str]) -> dict[tuple[str, str], str]:
    """Return (process key, step) → name for the latest version of each process: one query."""
    rows = ProcessStep.objects.filter(definition__key__in=set(keys)).order_by("definition__version")
    column = "name_en" if in_english() else "name"
    return {
        (key, step): name or step
        for key, step, name in rows.values_list("definition__key", "step_key", column)
    }


def act_words(acts: Iterable[str]) -> dict[str, str]:
    """Return what each verb is called: “支付·审计审”, “退回（支付·审计审）”; a verb without a word stays as it is."""
    verbs = set(acts)
    processes = procedure_words()
    steps = step_words({verb.split(".")[0] for verb in verbs} & set(processes))
    return {verb: _act_word(verb, processes, steps) for verb in verbs}


def _act_word(verb: str, processes: dict[str, str], steps: dict[tuple[str, str], str]) -> str:
    if verb in ACTS:
        return _(ACTS[verb])
    parts = verb.split(".")
    process = processes.get(parts[0])
    if process is None or len(parts) < 2:
        return verb
    step = steps.get((parts[0], parts[1]))
    if step is None:
        return f"{process}·{_(AFTER[parts[1]])}" if parts[1] in AFTER else verb
    suffix = parts[2] if len(parts) > 2 else ""
    return f"{process}·{step}·{_(AFTER[suffix])}" if suffix in AFTER else f"{process}·{step}"


def timeline_acts(lines: Iterable[ActLine], day: date) -> list[dict[str, Any]]:
    """Return lines as parts/timeline.html draws them."""
    shown = list(lines)
    words = act_words(line.act for line in shown)
    titles: dict[str, str] = {}
    for line in shown:
        if line.clause and line.is_refused and line.clause not in titles:
            titles[line.clause] = clause_title(line.clause, day)
    return [_timeline_act(line, words, titles) for line in shown]


def _timeline_act(line: ActLine, words: dict[str, str], titles: dict[str, str]) -> dict[str, Any]:
    person = line.person or _("系统")
    if line.on_behalf:
        person = _("%(person)s（受%(holder)s委托）") % {"person": person, "holder": line.on_behalf}
    act = words[line.act]
    return {
        "time": line.when,
        "person": person,
        "post": "·".join(filter(None, (line.unit, line.post))),
        "act": _("被拒：%(act)s") % {"act": act} if line.is_refused else act,
        "text": line.reason,
        "url": address("event", line.event_id),
        "tone": "bad"
        if line.is_refused
        else "warn"
        if line.act.endswith((".return", ".withdraw"))
        else "good",
        "clause": titles.get(line.clause, ""),
        "late": _lag(line),
    }


def _lag(line: ActLine) -> str:
    """Return by how much an entry came after the fact (补录), "" where nothing was claimed."""
    if line.happened is None:
        return ""
    days = (line.when - line.happened).days
    return _("晚%(days)s天") % {"days": days} if days > 0 else ""


def address(view: str, *args: object) -> str:
    """Return the address of a page, "" where this installation has none of that name."""
    try:
        return reverse(view, args=args)
    except NoReverseMatch:
        return ""


def clause_address(reference: str, day: date) -> str:
    """Return the page of a clause as it stood on a day, "" for no reference."""
    if not reference:
        return ""
    return f"{reverse('clause', args=[reference.replace('#', '~')])}?on={day.isoformat()}"


def refusal_words(refusal: Refusal, day: date) -> dict[str, Any]:
    """Return what parts/refusal.html shows: sentence, clause with its page of that day, whether it is recorded."""
    return {
        "refusal": refusal,
        "clause_label": clause_title(refusal.clause, day) if refusal.clause else "",
        "clause_url": clause_address(refusal.clause, day),
        "recorded": refusal.ground.is_recorded,
    }
