"""What every page shows around its content: menu, viewer, addresses, the state of the trail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lianjing.runtime.domains import domains
from lianjing.runtime.process.queries import items_for
from lianjing.runtime.trail.models import Leaf, Pending
from lianjing.web.access import OFFICIALS, STAFF, PageRequest
from lianjing.web.words import address, text_of

ALL = STAFF | {"external"}
WATCHERS = frozenset({"supervisor", "head", "approver"})
TRAIL = frozenset({"supervisor", "audit_admin"})


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


LONGEST_OPEN = 12  # a longer group of the menu begins folded

# Words and places are those of the back offices that officials know (papers 4.3).
MENU = (
    Group(
        gettext_noop("工作台"),
        "home",
        (
            Entry(gettext_noop("首页"), "workbench"),
            Entry(gettext_noop("待办与已办"), "items"),
            Entry(gettext_noop("会议"), "meetings", OFFICIALS),
            Entry(gettext_noop("交办整改"), "undertakings", OFFICIALS),
        ),
    ),
    Group(
        gettext_noop("驾驶舱"), "layout-dashboard", (Entry(gettext_noop("监督驾驶舱"), "cockpit", WATCHERS),)
    ),
    Group(gettext_noop("工程项目"), "building-factory", ()),
    Group(gettext_noop("工程台账"), "list-details", ()),
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
    Group(gettext_noop("监督预警"), "shield-check", (Entry(gettext_noop("堵点"), "bottlenecks", OFFICIALS),)),
    Group(
        gettext_noop("制度库"),
        "book",
        (
            Entry(gettext_noop("制度办法"), "regulations"),
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
            Entry(gettext_noop("不相容职责"), "org_conflicts", STAFF),
            Entry(gettext_noop("权力清单"), "org_powers", STAFF),
            Entry(gettext_noop("谁能办"), "org_who", STAFF),
        ),
    ),
    Group(gettext_noop("留痕"), "fingerprint", (Entry(gettext_noop("留痕核验"), "trail", TRAIL),)),
    Group(gettext_noop("系统管理"), "settings", ()),
)


def page(request: HttpRequest) -> Mapping[str, Any]:
    """Return the context of the frame; little for a visitor, nothing that costs a query."""
    asked = cast(PageRequest, request)
    frame: dict[str, Any] = {"language_url": address("set_language"), "home_url": address("workbench")}
    if getattr(asked, "person", None) is None:
        return frame
    assert asked.person is not None
    frame |= {
        "viewer": {"name": asked.person.name, "posts": [_post_word(each) for each in asked.held]},
        "logout_url": address("logout"),
        "query": request.GET.get("q", "")
        if request.resolver_match and request.resolver_match.url_name == "search"
        else "",
    }
    if asked.held:
        frame |= {"menu": _menu(asked), "search_url": address("search"), "trail_status": _trail_status(asked)}
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
        groups[group.word] = {"label": _(group.word), "icon": group.icon, "items": []}
        for entry in group.entries:
            if entry.kinds & request.roles:
                _add(groups[group.word], _(entry.word), entry.view, request)
    if request.roles & (OFFICIALS | {"external"}):
        for domain in domains():
            for own in domain.menu:
                into = groups.setdefault(own.group, {"label": own.group, "icon": own.icon, "items": []})
                _add(into, text_of(own.label), own.view, request)
    shown = [group for group in groups.values() if group["items"]]
    for each in shown:
        is_here = any(item["is_active"] for item in each["items"])
        each["is_open"] = is_here or len(each["items"]) <= LONGEST_OPEN
    return shown


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
    """How many acts the log holds, how many wait for their number; nobody cosigns yet, so never a green sign."""
    last = Leaf.objects.order_by("-idx").values_list("idx", flat=True).first()
    waiting = Pending.objects.count()
    count = 0 if last is None else last + 1
    if waiting:
        text = _("留痕 %(count)s 条，%(waiting)s 条待编号") % {"count": f"{count:,}", "waiting": waiting}
    else:
        text = _("留痕 %(count)s 条，均已编号 · 未经监督组共签") % {"count": f"{count:,}"}
    url = address("trail") if request.roles & TRAIL else ""
    return {"state": "waiting", "text": text, "url": url}
