"""What every page shows around its content: menu, viewer, addresses, the state of the trail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lianjing.kernel.declaration import MenuEntry
from lianjing.runtime.domains import domains
from lianjing.runtime.process.queries import items_for
from lianjing.runtime.trail.act import LEGAL_ZONE
from lianjing.runtime.trail.standing import overview
from lianjing.runtime.zone_mark import page_mark, paper_mark
from lianjing.web.access import ADMINISTRATORS, OFFICIALS, STAFF, PageRequest
from lianjing.web.money_unit import UNITS, shown_unit
from lianjing.web.words import address, text_of

ALL = STAFF | {"external"}
WATCHERS = frozenset({"supervisor", "head", "approver"})
TRAIL = frozenset({"supervisor", "audit_admin"})
NOTIFIERS = frozenset({"system_admin", "head"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu: its word, the url name, the kinds of posts that see it."""

    word: str
    view: str
    kinds: frozenset[str] = ALL


@dataclass(frozen=True, slots=True)
class Group:
    """One group of the menu; entries of the domains join the group of their name."""

    word: str
    icon: str
    entries: tuple[Entry, ...]
    is_folded: bool = False  # begins folded however short it is


LONGEST_OPEN = 12  # a longer group of the menu begins folded

# Words and places are those of the back offices that officials know (papers 4.3).
MENU = (
    Group(
        gettext_noop("工作台"),
        "home",
        (
            Entry(gettext_noop("首页"), "workbench"),
            Entry(gettext_noop("待办与已办"), "items"),
            Entry(gettext_noop("消息"), "messages"),
            Entry(gettext_noop("传阅件"), "circulations", OFFICIALS),
            Entry(gettext_noop("征询"), "inquiries", OFFICIALS),
            Entry(gettext_noop("通知公告"), "notices"),
            Entry(gettext_noop("会议"), "meetings", OFFICIALS),
            Entry(gettext_noop("交办整改"), "undertakings", OFFICIALS),
            Entry(gettext_noop("年度结转"), "year_end", OFFICIALS),
        ),
    ),
    Group(
        gettext_noop("个人中心"),
        "user-circle",
        (
            Entry(gettext_noop("我的报表"), "reports"),
            Entry(gettext_noop("个人申报"), "own_declarations", OFFICIALS),
            Entry(gettext_noop("常用意见"), "phrases", OFFICIALS | {"external"}),
            Entry(gettext_noop("后台任务"), "errands"),
            Entry(gettext_noop("访问令牌"), "tokens"),
            Entry(gettext_noop("事件推送"), "webhooks"),
        ),
        is_folded=True,
    ),
    Group(
        gettext_noop("驾驶舱"), "layout-dashboard", (Entry(gettext_noop("监督驾驶舱"), "cockpit", WATCHERS),)
    ),
    Group(gettext_noop("工程项目"), "building-factory", ()),
    Group(gettext_noop("工程台账"), "list-details", ()),
    Group(gettext_noop("工伤待遇"), "users-group", ()),
    Group(gettext_noop("资金审查"), "file-dollar", ()),
    Group(
        gettext_noop("抽取与公示"),
        "scale",
        (
            Entry(gettext_noop("随机抽取"), "draws", OFFICIALS),
            Entry(gettext_noop("公示公告"), "publicities", OFFICIALS | {"external"}),
            Entry(gettext_noop("异议投诉"), "objections", OFFICIALS | {"external"}),
            Entry(gettext_noop("专家库"), "experts", OFFICIALS),
        ),
    ),
    Group(
        gettext_noop("监督预警"),
        "shield-check",
        (
            Entry(gettext_noop("预警"), "findings", OFFICIALS),
            Entry(gettext_noop("五类损害看板"), "finding_harms", OFFICIALS),
            Entry(gettext_noop("监督案卷"), "finding_cases", frozenset({"supervisor"})),
            Entry(gettext_noop("廉政风险点"), "risk_points", OFFICIALS),
            Entry(gettext_noop("全程监督计划"), "supervision_checks", OFFICIALS),
            Entry(gettext_noop("专项整治"), "campaigns", OFFICIALS),
            Entry(gettext_noop("关键少数"), "key_persons", frozenset({"supervisor"})),
            Entry(gettext_noop("企业与关系"), "enterprises", frozenset({"supervisor"})),
            Entry(gettext_noop("监督模型库"), "indicators", OFFICIALS),
            Entry(gettext_noop("制度修改建议"), "change_requests", OFFICIALS),
            Entry(gettext_noop("堵点"), "bottlenecks", OFFICIALS),
            Entry(gettext_noop("岗位用时"), "analysis_desk", OFFICIALS),
            Entry(gettext_noop("清廉与效能"), "analysis_conduct", WATCHERS),
            Entry(gettext_noop("堵点分析"), "analysis", WATCHERS),
            Entry(gettext_noop("巡察审计反馈"), "external_findings", OFFICIALS),
            Entry(gettext_noop("举报诉求"), "complaints", frozenset({"supervisor"})),
            Entry(gettext_noop("数据目录"), "feeds", ADMINISTRATORS | {"supervisor", "head", "approver"}),
            Entry(gettext_noop("脱敏查看记录"), "unmaskings", frozenset({"supervisor", "audit_admin"})),
        ),
    ),
    Group(
        gettext_noop("制度库"),
        "book",
        (
            Entry(gettext_noop("帮助"), "help"),
            Entry(gettext_noop("制度库"), "regulations"),
            Entry(gettext_noop("制度修订"), "revisions", OFFICIALS),
            Entry(gettext_noop("参数设置"), "parameters", STAFF),
            Entry(gettext_noop("工作日历"), "calendar", STAFF),
        ),
    ),
    Group(
        gettext_noop("人员与岗位"),
        "users",
        (
            Entry(gettext_noop("单位"), "org_units", STAFF),
            Entry(gettext_noop("岗位"), "org_posts", STAFF),
            Entry(gettext_noop("人员"), "org_persons", STAFF),
            Entry(gettext_noop("任职"), "org_appointments", STAFF),
            Entry(gettext_noop("授权委托"), "org_delegations", STAFF),
            Entry(gettext_noop("离岗交接"), "handovers", OFFICIALS),
            Entry(gettext_noop("不相容职责"), "org_conflicts", STAFF),
            Entry(gettext_noop("权力清单"), "org_powers", STAFF),
            Entry(gettext_noop("谁能办"), "org_who", STAFF),
        ),
    ),
    Group(
        gettext_noop("留痕"),
        "fingerprint",
        (
            Entry(gettext_noop("留痕核验"), "trail", TRAIL),
            Entry(gettext_noop("检查点与共签"), "trail_log", TRAIL),
            Entry(
                gettext_noop("留痕正文删除"),
                "erasures",
                frozenset({"head", "security_admin", "supervisor", "audit_admin"}),
            ),
        ),
    ),
    Group(
        gettext_noop("档案"),
        "archive",
        (
            Entry(gettext_noop("档案保管"), "retention", OFFICIALS),
            Entry(gettext_noop("冻结"), "legal_holds", TRAIL),
        ),
    ),
    Group(
        gettext_noop("系统管理"),
        "settings",
        (
            Entry(gettext_noop("账号管理"), "system_accounts", ADMINISTRATORS),
            Entry(gettext_noop("岗位授权"), "system_grants", ADMINISTRATORS | {"supervisor"}),
            Entry(gettext_noop("数据范围"), "system_scopes", ADMINISTRATORS | {"supervisor"}),
            Entry(gettext_noop("三员管理"), "system_seats", ADMINISTRATORS),
            Entry(gettext_noop("字典管理"), "system_dictionary", ADMINISTRATORS),
            Entry(gettext_noop("登录策略"), "system_policy", ADMINISTRATORS),
            Entry(gettext_noop("通知管理"), "notices_managed", NOTIFIERS),
            Entry(gettext_noop("操作日志"), "system_operations", TRAIL),
            Entry(gettext_noop("外部身份"), "system_identities", ADMINISTRATORS),
            Entry(gettext_noop("认证因素"), "system_factors", ADMINISTRATORS),
            Entry(gettext_noop("登录日志"), "system_logins", ADMINISTRATORS),
            Entry(gettext_noop("在线用户"), "system_sessions", ADMINISTRATORS),
            Entry(gettext_noop("消息发送"), "message_deliveries", frozenset({"system_admin"})),
        ),
    ),
)


def page(request: HttpRequest) -> Mapping[str, Any]:
    """Return the context of the frame; little for a visitor, nothing that costs a query."""
    asked = cast(PageRequest, request)
    frame: dict[str, Any] = {
        "language_url": address("set_language"),
        "home_url": address("workbench"),
        "zone_mark": page_mark(),
        "paper_mark": paper_mark(),
    }
    if getattr(asked, "person", None) is None:
        return frame
    assert asked.person is not None
    frame |= {
        "viewer": {"name": asked.person.name, "posts": [_post_word(each) for each in asked.held]},
        "logout_url": address("logout"),
        "money_unit_url": address("set_money_unit"),
        "report_url": address("report_keep") if asked.held else "",
        "money_units": [
            {"key": key, "label": label, "is_shown": key == shown_unit()}
            for key, (_divisor, _sign, label) in UNITS.items()
        ],
        "query": request.GET.get("q", "")
        if request.resolver_match and request.resolver_match.url_name == "search"
        else "",
    }
    if asked.held:
        frame |= {
            "menu": _menu(asked),
            "opens_persons": bool(asked.roles & STAFF),
            "search_url": address("search"),
            "help_index_url": address("help"),
            "trail_status": _trail_status(asked),
        }
    return frame


def _post_word(held: Any) -> str:
    word = f"{held.post.unit.name}·{held.post.name}"
    return (
        _("%(post)s（代%(holder)s）") % {"post": word, "holder": held.on_behalf_of.name}
        if held.on_behalf_of
        else word
    )


def _menu(request: PageRequest) -> list[dict[str, Any]]:
    groups: dict[str, dict[str, Any]] = {}
    for group in MENU:
        groups[group.word] = {
            "label": _(group.word),
            "icon": group.icon,
            "items": [],
            "is_folded": group.is_folded,
        }
        for entry in group.entries:
            if entry.kinds & request.roles:
                _add(groups[group.word], _(entry.word), entry.view, request)
    if request.roles & (OFFICIALS | {"external"}):
        for domain in domains():
            for own in filter(partial(_is_seen, request), domain.menu):
                into = groups.setdefault(own.group, {"label": own.group, "icon": own.icon, "items": []})
                _add(into, text_of(own.label), own.view, request)
    shown = [group for group in groups.values() if group["items"]]
    for each in shown:
        is_here = any(item["is_active"] for item in each["items"])
        each["is_open"] = is_here or (len(each["items"]) <= LONGEST_OPEN and not each.get("is_folded"))
    return shown


def _is_seen(request: PageRequest, entry: MenuEntry) -> bool:
    """Whether a domain's entry stands in this person's menu."""
    if not entry.kinds and not entry.posts:
        return True
    return bool(entry.kinds & request.roles) or any(held.post.key in entry.posts for held in request.held)


def _add(group: dict[str, Any], label: str, view: str, request: PageRequest) -> None:
    url = address(view)
    if not url:
        return
    match = request.resolver_match
    item = {
        "label": label,
        "url": url,
        "is_active": match is not None and match.url_name == view,
        "badge": "",
    }
    if view == "items" and request.person is not None:
        item["badge"] = items_for(request.person.id, request.today).count() or ""
    group["items"].append(item)


def _trail_status(request: PageRequest) -> dict[str, str]:
    """How far the log is numbered, published and cosigned; green only where witnesses cover all of it."""
    log = overview()
    state, said = "waiting", {"count": f"{log.size:,}", "waiting": log.waiting, "rest": f"{log.uncovered:,}"}
    if log.cosigned is not None:
        day = log.cosigners[-1][1].astimezone(LEGAL_ZONE)
        said |= {"names": "、".join(name for name, _time in log.cosigners), "time": f"{day:%Y-%m-%d %H:%M}"}
    if log.is_restored:
        state, text = "bad", _("数据库由较旧的备份恢复，缺少已签名的留痕，须先补回")
    elif log.waiting:
        text = _("留痕 %(count)s 条，%(waiting)s 条待编号") % said
    elif log.checkpoint is None:
        text = _("留痕 %(count)s 条，尚未公布 · 未经监督组共签") % said
    elif log.cosigned is None:
        text = _("留痕 %(count)s 条，已公布 · 未经监督组共签") % said
    elif log.uncovered:
        text = _("留痕 %(count)s 条，%(rest)s 条未经监督组共签（上次共签 %(time)s）") % said
    else:
        state, text = "good", _("留痕 %(count)s 条，均经 %(names)s 共签（%(time)s）") % said
    url = address("trail") if request.roles & TRAIL else ""
    return {"state": state, "text": text, "url": url}
