"""The REST interface /api/v1: the same acts as the pages, through the same services, with the session's person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as BodyError

from lianjing.api.auth import BearerToken, SessionPerson, TooMany, rate_headers
from lianjing.api.in_the_act import told
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.org.models import Person
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.process.in_the_act import Signalled

STATUS = {Ground.SCOPE: 404, Ground.STALE: 409, Ground.FORM: 422}
FIXED_POST = "zone_organisation#2"


class ApiRequest(HttpRequest):
    """What the site's middleware adds to a request."""

    person: Person | None
    now: datetime
    today: date
    held: list[Any]


def actor_of(request: HttpRequest) -> tuple[int, datetime, date]:
    """Return who asks and when; Refusal(POST) for one without a post today or with the first pass-phrase unchanged."""
    asked = cast(ApiRequest, request)
    if not asked.held or asked.person is None:
        raise Refusal(Ground.POST, "post.none_today", _("您今日没有在任岗位，不能进入业务页面"), FIXED_POST)
    if getattr(request.user, "must_change_password", False):
        raise Refusal(Ground.POST, "login.password_due", _("首次登录须先修改密码"), FIXED_POST)
    return asked.person.id, asked.now, asked.today


def key_of(request: HttpRequest) -> str:
    """Return the key under which a request happens once; BadInput for a longer one than the trail can keep."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > 100:
        raise BadInput(_("Idempotency-Key 最长100个字符"), "Idempotency-Key")
    return key


class TellingApi(NinjaAPI):
    """Tells every caller in its headers how many requests he has left."""

    def create_response(self, request: HttpRequest, data: Any, **details: Any) -> HttpResponse:
        """Return the answer with the caller's standing."""
        response = super().create_response(request, data, **details)
        standing = getattr(request, "rate_standing", None)
        for name, value in rate_headers(standing).items() if standing else ():
            response.headers.setdefault(name, value)
        return response


api = TellingApi(
    title="Lianjing 廉镜",
    version="1",
    description="The acts and lists of the pages, for other programs. See docs/reference/api.md.",
    auth=[BearerToken(), SessionPerson()],
    docs_url=None,
    urls_namespace="api",
)


@api.exception_handler(TooMany)
def too_many(request: HttpRequest, fault: TooMany) -> HttpResponse:
    """Answer a caller who asks too often with when he may ask again."""
    response = api.create_response(request, {"message": _("请求过于频繁，请稍后再试")}, status=429)
    for name, value in rate_headers(fault.standing).items():
        response.headers[name] = value
    response.headers["Retry-After"] = str(fault.standing.reset_seconds)
    return response


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer a refusal with its rule, sentence, clause and ground."""
    told = {
        "rule": refusal.rule,
        "message": str(refusal.message),
        "clause": refusal.clause,
        "ground": refusal.ground.value,
    }
    return api.create_response(request, told, status=STATUS.get(refusal.ground, 403))


@api.exception_handler(InvalidForm)
def invalid(request: HttpRequest, fault: InvalidForm) -> HttpResponse:
    """Answer a form that does not hold with each field's faults."""
    return api.create_response(request, {"message": str(fault), "errors": dict(fault.errors)}, status=422)


@api.exception_handler(BadInput)
def bad_input(request: HttpRequest, fault: BadInput) -> HttpResponse:
    """Answer input that cannot be taken; what the indicators found goes with it."""
    answer: dict[str, Any] = {"message": str(fault), "errors": {fault.field: [str(fault)]}}
    if isinstance(fault, Signalled):
        answer["in_the_act"] = told(fault.looked)
    return api.create_response(request, answer, status=422)


@api.exception_handler(BodyError)
def bad_body(request: HttpRequest, fault: BodyError) -> HttpResponse:
    """Answer a body of the wrong shape."""
    errors: dict[str, list[str]] = {}
    for each in fault.errors:
        errors.setdefault(".".join(str(part) for part in each["loc"][1:]), []).append(str(each["msg"]))
    return api.create_response(request, {"message": _("请求内容有误"), "errors": errors}, status=422)


@api.exception_handler(HttpError)
def other(request: HttpRequest, fault: HttpError) -> HttpResponse:
    """Answer what the framework itself refuses."""
    return api.create_response(request, {"message": str(fault)}, status=fault.status_code)
