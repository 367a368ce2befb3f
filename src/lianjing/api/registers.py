"""The lists of the pages for other programs: the same search, filters, order, scope and columns, page by page by key."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema

from lianjing.api.auth import require_list, require_named
from lianjing.api.cursor import cursor_of, list_digest, place_in
from lianjing.api.entry import actor_of
from lianjing.kernel.refusal import BadInput, Ground, Refusal

MOST = 200
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Lists that a token reads only where it was given their scope by name.
NAMED = {"complaints": "confidence"}
OWN = ("cursor", "limit", "export", "after", "before", "page", "per_page", "group", "cols", "reason")


class RegisterOut(Schema):
    """A page of a list: its columns, its rows by column, its filters (on the first page), where the next begins."""

    title: str
    columns: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    filters: list[dict[str, Any]] = []
    next: str | None


def register_router(names: Sequence[str]) -> Router:
    """Return the addresses of the lists with these url names."""
    router = Router(tags=["registers"])

    @router.get("/registers", url_name="registers", response=list[str])
    def all_registers(request: HttpRequest) -> Any:
        """Name the lists; which of them one may read depends on one's posts."""
        actor_of(request)
        return list(names)

    @router.get("/registers/{name}", url_name="register", response=RegisterOut)
    def register(
        request: HttpRequest,
        name: str,
        q: str = Query("", max_length=80),
        sort: str = Query("", max_length=80),
        cursor: str = "",
        limit: int = Query(50, ge=1, le=MOST),
        object: str = Query("", max_length=80),  # noqa: A002 - what a list of one thing is about
    ) -> Any:
        """Read a list as its page shows it; each of its filters is a further parameter of its own name."""
        _admit(request, name, names)
        return _rows(request, name, object, cursor)

    @router.get("/registers/{name}/file", url_name="register_file")
    def register_file(
        request: HttpRequest,
        name: str,
        reason: str = Query("", max_length=300),
        object: str = Query("", max_length=80),  # noqa: A002
    ) -> Any:
        """Take a whole list away as a sheet, which is recorded; with personal columns in it a `reason` is asked for."""
        _admit(request, name, names)
        require_named(request, "export")
        return _sheet(request, name, object)

    return router


def _admit(request: HttpRequest, name: str, names: Sequence[str]) -> None:
    actor_of(request)
    require_list(request, name)
    require_named(request, NAMED.get(name, ""))
    if name not in names:
        raise Refusal(Ground.SCOPE, "scope.register", _("没有这个台账"))


def _sheet(request: HttpRequest, name: str, about: str) -> HttpResponse:
    narrowed = {key: str(value) for key, value in request.GET.items() if key not in OWN or key == "reason"}
    asked = QueryDict(mutable=True)
    asked.update({**narrowed, "export": "xlsx"})
    asked.pop("object", None)
    page = copy.copy(request)
    setattr(page, "GET", asked)  # noqa: B010 - the stubs hold the words of a request for fixed
    view, arguments = _view(name, about)
    answer: HttpResponse = view(page, **arguments)
    if answer.headers.get("Content-Type", "").partition(";")[0] == SHEET:
        return answer
    if answer.status_code in (200, 422) and "reason" not in narrowed:
        raise BadInput(_("含个人信息或不能导出的台账：请写明理由"), "reason")
    raise Refusal(Ground.SCOPE, "scope.register", _("您今日的岗位没有这个台账"))


def _rows(request: HttpRequest, name: str, about: str, cursor: str) -> dict[str, Any]:
    narrowed = {key: str(value) for key, value in request.GET.items() if key not in OWN}
    digest = list_digest(name, narrowed)
    asked = QueryDict(mutable=True)
    asked.update({**narrowed, "export": "rows", "limit": request.GET.get("limit", "50")})
    asked.pop("object", None)
    if cursor:
        asked["after"] = place_in(cursor, digest)
    page = copy.copy(request)
    setattr(page, "GET", asked)  # noqa: B010 - the stubs hold the words of a request for fixed
    view, arguments = _view(name, about)
    told: dict[str, Any] | None = getattr(view(page, **arguments), "told", None)
    if told is None:
        raise Refusal(Ground.SCOPE, "scope.register", _("您今日的岗位没有这个台账"))
    following = told.pop("following")
    return told | {"next": cursor_of(following, digest) if following else None}


def _view(name: str, about: str) -> tuple[Callable[..., Any], dict[str, Any]]:
    """Return the page of a list and what it is about."""
    try:
        match = resolve(reverse(name, args=[about] if about else []))
    except NoReverseMatch as error:
        raise BadInput(_("此台账须用 object 指明对象"), "object") from error
    return match.func, match.kwargs
