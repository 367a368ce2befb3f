"""Who may open a page: logged in, still in service, at a post today; the scope of rows is asked of matter.queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import wraps
from typing import Any, cast
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.org.models import LoginAccount, Person
from lianjing.runtime.org.queries import Held, posts_held
from lianjing.runtime.scope.reader import ADMINISTRATORS as ADMINISTRATORS
from lianjing.runtime.scope.reader import OFFICIALS as OFFICIALS
from lianjing.runtime.scope.reader import STAFF as STAFF

FIXED_POST = "zone_organisation#2"
HAND_OVER = "zone_organisation#8"
SUPERVISION = "zone_organisation#9"


class PageRequest(HttpRequest):
    """What `CurrentPerson` adds to a request: the person, the moment, the legal day, the posts held today."""

    person: Person | None
    who: Person  # the person behind a page that needs a log-in; set by `signed_in`
    now: datetime
    today: date
    held: list[Held]
    roles: frozenset[str]


def is_gone(person: Person, today: date) -> bool:
    """True once a person's last day of service has passed."""
    return person.left_on is not None and today > person.left_on


def person_of(request: HttpRequest) -> Person:
    """Return the person of a log-in; Refusal(POST) for nobody and for one who has left the service."""
    asked = cast(PageRequest, request)
    if asked.person is None:
        raise Refusal(Ground.POST, "login.required", _("请先登录"), FIXED_POST)
    if is_gone(asked.person, asked.today):
        raise Refusal(
            Ground.POST, "login.left", _("您已离岗，账号不再办理业务；请联系组织人事部门"), HAND_OVER
        )
    return asked.person


def require_post(request: HttpRequest, kinds: Iterable[str] = ()) -> None:
    """Refuse anyone without a post today, or without one of these kinds."""
    asked = cast(PageRequest, request)
    if not asked.held:
        raise Refusal(Ground.POST, "post.none_today", _("您今日没有在任岗位，不能进入业务页面"), FIXED_POST)
    wanted = frozenset(kinds)
    if wanted and not wanted & asked.roles:
        raise Refusal(Ground.POST, "post.kind", _("您今日的岗位不能查看此页面"), FIXED_POST)


def signed_in(
    view: Callable[..., HttpResponseBase] | None = None, *, needs_post: bool = True, kinds: Iterable[str] = ()
) -> Any:
    """Guard a page: log-in, service, first pass-phrase changed, a post today (of these kinds, where given).

    A page without this guard is a public page and stands in the access test as such.
    """

    def guard(guarded: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(guarded)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if cast(PageRequest, request).person is None:
                return _to_login(request)
            cast(PageRequest, request).who = person_of(request)
            if cast(LoginAccount, request.user).must_change_password and guarded.__name__ != "password":
                return HttpResponseRedirect(reverse("password"))
            if needs_post:
                require_post(request, kinds)
            return guarded(request, *args, **kwargs)

        return checked

    return guard(view) if view is not None else guard


def _to_login(request: HttpRequest) -> HttpResponse:
    """Send to the log-in page; a page fetched in part is told to load the whole one."""
    place = reverse("login")
    if request.method == "GET":
        place += f"?next={quote(request.get_full_path())}"
    if ended := getattr(request, "session_ended", ""):  # set by KeptSession
        place += f"{'&' if '?' in place else '?'}ended={ended}"
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = place
        return response
    return HttpResponseRedirect(place)


def held_today(person: Person, today: date) -> list[Held]:
    """Return the posts at which a person may act today; none once he has left."""
    return [] if is_gone(person, today) else posts_held(person.id, today)
