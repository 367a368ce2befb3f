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
    "appointment.propose": gettext_noop("提出任职"),
    "appointment.refuse": gettext_noop("不予任职授权"),
    "scope.grant": gettext_noop("授权数据范围"),
    "scope.end": gettext_noop("收回数据范围"),
    "login.open": gettext_noop("开立账号"),
    "login.reset": gettext_noop("重置口令"),
    "login.close": gettext_noop("停用账号"),
    "login.grant": gettext_noop("账号授权"),
    "administrator.propose": gettext_noop("提出更换管理员"),
    "administrator.change": gettext_noop("更换管理员"),
    "administrator.refuse": gettext_noop("不同意更换管理员"),
    "policy.propose": gettext_noop("提出登录策略从宽"),
    "policy.decide": gettext_noop("审定登录策略变更"),
    "dictionary.add": gettext_noop("增加字典项"),
    "dictionary.end": gettext_noop("停用字典项"),
    "notice.draft": gettext_noop("起草通知"),
    "notice.publish": gettext_noop("发布通知"),
    "notice.withdraw": gettext_noop("撤回通知"),
    "calendar.propose": gettext_noop("提出年度工作日安排"),
    "calendar.announce": gettext_noop("审定年度工作日安排"),
    "calendar.close": gettext_noop("提出停止办公"),
    "calendar.closed": gettext_noop("审定停止办公"),
    "calendar.revoke": gettext_noop("撤销停止办公"),
    "calendar.refuse": gettext_noop("不同意日历变更"),
    "calendar.recomputed": gettext_noop("重算在办期限完成"),
    "clock.move": gettext_noop("日历变更，重算期限"),
    "parameter.propose": gettext_noop("提出参数变更"),
    "parameter.refuse": gettext_noop("不同意参数变更"),
    "handover.prepare": gettext_noop("编制离岗交接"),
    "handover.agree": gettext_noop("同意代为交接"),
    "handover.withdraw": gettext_noop("撤回离岗交接"),
    "handover.done": gettext_noop("离岗交接"),
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
    "finding.detect": gettext_noop("生成预警"),
    "finding.open": gettext_noop("登记预警"),
    "finding.dispatch": gettext_noop("分办预警"),
    "finding.release": gettext_noop("预警告知单位"),
    "finding.sign_in": gettext_noop("签收预警"),
    "finding.extend": gettext_noop("预警核查延期"),
    "finding.verify": gettext_noop("核查预警"),
    "finding.handle": gettext_noop("处置预警"),
    "finding.feed_back": gettext_noop("预警反馈"),
    "finding.review": gettext_noop("复核预警"),
    "finding.close": gettext_noop("预警销号"),
    "finding.lower_colour": gettext_noop("预警降色"),
    "finding.look_back": gettext_noop("预警回头看"),
    "finding.escalate": gettext_noop("预警升级督办"),
    "finding.paper": gettext_noop("签发监督文书"),
    "risk.propose": gettext_noop("起草风险点清单"),
    "risk.carry": gettext_noop("结转风险点清单"),
    "risk.put": gettext_noop("填报风险点"),
    "risk.drop": gettext_noop("撤除风险点"),
    "risk.adopt": gettext_noop("审定风险点清单"),
    "risk.control": gettext_noop("登记内控措施"),
    "risk.control_end": gettext_noop("停止内控措施"),
    "risk.control_test": gettext_noop("测试内控措施"),
    "campaign.open": gettext_noop("开展专项整治"),
    "campaign.gather": gettext_noop("归集专项预警"),
    "campaign.put_in": gettext_noop("预警列入专项"),
    "campaign.member": gettext_noop("增加专项成员"),
    "campaign.member_end": gettext_noop("减少专项成员"),
    "campaign.close": gettext_noop("结束专项整治"),
    "key_person.enter": gettext_noop("列入关键少数"),
    "key_person.leave": gettext_noop("移出关键少数"),
    "key_person.education": gettext_noop("登记廉政教育"),
    "key_file.open": gettext_noop("查看廉政档案"),
    "declaration.file": gettext_noop("个人申报"),
    "declaration.check": gettext_noop("抽查个人申报"),
    "finding.recuse": gettext_noop("预警回避"),
    "finding.reply": gettext_noop("回复监督文书"),
    "case.merge": gettext_noop("预警并案"),
    "change.request": gettext_noop("提出制度修改建议"),
    "change.answer": gettext_noop("答复制度修改建议"),
    "change.take_up": gettext_noop("制度修改建议列入修订"),
    "change.verify": gettext_noop("验证制度修改"),
    "indicator.register": gettext_noop("登记监督模型"),
    "indicator.review": gettext_noop("监督模型转入复审"),
    "indicator.stop": gettext_noop("停用监督模型"),
    "external_finding.issue": gettext_noop("登记巡察审计反馈"),
    "external_finding.assign": gettext_noop("明确整改责任人"),
    "external_finding.answer": gettext_noop("答复整改要求"),
    "external_finding.accept": gettext_noop("核验整改销号"),
    "external_finding.return": gettext_noop("退回整改答复"),
    "injury.open": gettext_noop("登记工伤"),
    "injury.facts": gettext_noop("登记核定依据"),
    "injury.transfer": gettext_noop("登记转付"),
    "injury.link": gettext_noop("签发职工确认链接"),
    "injury.link_look": gettext_noop("职工打开确认链接"),
    "injury.confirm": gettext_noop("职工确认到手金额"),
    "injury.screen": gettext_noop("排查类似情况"),
    "injury.enter_ledger": gettext_noop("列入整改台账"),
    "injury.home_check": gettext_noop("登记上门核查"),
    "injury.home_check_sign": gettext_noop("确认上门核查"),
    "injury.urge": gettext_noop("签发工伤督促函"),
    "injury.urge_receive": gettext_noop("签收工伤督促函"),
    "injury.escalate": gettext_noop("督促到期升级督办"),
    "injury.take_over": gettext_noop("登记平台前工伤案件"),
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
    "draw.by_checkpoint": gettext_noop("以共签检查点抽取"),
    "trail.heartbeat": gettext_noop("日志心跳"),
    "trail.witness_added": gettext_noop("登记见证"),
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
    "access.policy": gettext_noop("设定登录策略"),
    "access.unlock": gettext_noop("解除登录锁定"),
    "session.revoke": gettext_noop("结束会话"),
    "password.change": gettext_noop("修改密码"),
    "password.reset": gettext_noop("重置密码"),
    "factor.enrol": gettext_noop("绑定认证因素"),
    "factor.remove": gettext_noop("解除认证因素"),
    "factor.recovery_codes": gettext_noop("生成恢复码"),
    "login.rescue": gettext_noop("在服务器上恢复登录"),
    "identity.link": gettext_noop("登记外部身份"),
    "identity.unlink": gettext_noop("停用外部身份"),
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
    "works_plan.carry": gettext_noop("结转年度计划"),
    "works_budget.carry": gettext_noop("结转预算指标余额"),
    "works_budget.carry_undo": gettext_noop("撤销结转预算指标"),
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
    "circulation.send": gettext_noop("传阅"),
    "circulation.read": gettext_noop("阅知"),
    "circulation.withdraw": gettext_noop("撤回传阅"),
    "inquiry.answer": gettext_noop("答复征询"),
    "phrase.add": gettext_noop("新增常用意见"),
    "phrase.end": gettext_noop("停用常用意见"),
    "message.address": gettext_noop("设置消息地址"),
    "message.resend": gettext_noop("重发消息"),
    "trail.verify": gettext_noop("核验留痕"),
    "exchange.register": gettext_noop("登记数据源"),
    "complaint.key_propose": gettext_noop("提出更换举报密钥"),
    "complaint.key_refuse": gettext_noop("不同意更换举报密钥"),
    "complaint.key": gettext_noop("启用举报密钥"),
    "complaint.receive": gettext_noop("收到举报"),
    "complaint.add": gettext_noop("补充举报"),
    "complaint.handle": gettext_noop("办理举报"),
    "complaint.subject": gettext_noop("写明被反映人"),
    "erasure.ask": gettext_noop("申请删除留痕正文"),
    "erasure.reject": gettext_noop("不同意删除留痕正文"),
    "trail.erase": gettext_noop("删除留痕正文"),
    "exchange.red": gettext_noop("数据源中断"),
    "exchange.live": gettext_noop("数据源恢复"),
    "exchange.stop": gettext_noop("停用数据源"),
    "exchange.start": gettext_noop("启用数据源"),
    "exchange.take": gettext_noop("收入外部记录"),
    "exchange.resend": gettext_noop("重发报文"),
    "exchange.explain": gettext_noop("说明差异"),
    "operation.restore": gettext_noop("恢复备份"),
    "regulation.amend": gettext_noop("修改制度"),
    "regulation.settle": gettext_noop("制度题头或者废止到期生效"),
    "revision.begin": gettext_noop("起草制度修订"),
    "revision.draft": gettext_noop("编写修订内容"),
    "revision.drop_part": gettext_noop("去掉修订内容"),
    "revision.rebase": gettext_noop("改以现行版本为底稿"),
    "revision.check": gettext_noop("校验修订"),
    "revision.replay": gettext_noop("发起历史回放"),
    "revision.replayed": gettext_noop("历史回放结束"),
    "revision.submit": gettext_noop("修订送审"),
    "revision.approve": gettext_noop("批准修订"),
    "revision.reject": gettext_noop("不予批准修订"),
    "revision.withdraw": gettext_noop("撤回修订"),
    "revision.repeal": gettext_noop("提请废止制度"),
    "report.keep": gettext_noop("保存报表"),
    "report.end": gettext_noop("停用报表"),
    "report.schedule": gettext_noop("定期生成报表"),
    "retention.rule": gettext_noop("设定保管期限"),
    "retention.hold": gettext_noop("冻结"),
    "retention.release": gettext_noop("解除冻结"),
    "retention.propose": gettext_noop("提出销毁"),
    "retention.decide": gettext_noop("审定销毁"),
    "token.issue": gettext_noop("签发访问令牌"),
    "token.revoke": gettext_noop("撤销访问令牌"),
    "webhook.subscribe": gettext_noop("订阅事件推送"),
    "webhook.end": gettext_noop("停止事件推送"),
    "webhook.resend": gettext_noop("重发事件推送"),
    "operation.backup": gettext_noop("备份"),
    "operation.upgrade": gettext_noop("升级"),
}
AFTER = {
    "open": gettext_noop("发起"),
    "withdraw": gettext_noop("撤销"),
    "timer": gettext_noop("到期提醒"),
    "return": gettext_noop("退回"),
    "suspend": gettext_noop("暂停计时"),
    "resume": gettext_noop("恢复计时"),
    "ask": gettext_noop("征询"),
    "ask_withdraw": gettext_noop("撤回征询"),
    "reassign": gettext_noop("转办"),
    "urge": gettext_noop("催办"),
    "add_signer": gettext_noop("加签"),
    "sign": gettext_noop("签署加签意见"),
    "take_back": gettext_noop("收回"),
    "terminate": gettext_noop("终止"),
    "restart": gettext_noop("终止重办"),
    "migrate": gettext_noop("改按新制度办理"),
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


def step_address(procedure: str, step: str) -> str:
    """Return the page that documents a step."""
    return reverse("help_step", args=[procedure, step])


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
