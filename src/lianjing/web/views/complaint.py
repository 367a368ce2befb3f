"""The reports before the supervision group: list, one report unsealed by the pass-phrase, its handling, the key."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.access.locks import waiting_minutes
from lianjing.runtime.access.logins import failed, wait_sentence
from lianjing.runtime.complaint import keys
from lianjing.runtime.complaint.models import Complaint, ComplaintFile, ComplaintKey
from lianjing.runtime.complaint.queries import complaints_for, key_on, offices_of, steps_of
from lianjing.runtime.complaint.sealing import unseal, unseal_text, unwrap
from lianjing.runtime.complaint.services import (
    FINAL,
    NEXT,
    Report,
    handle,
    name_subject,
    place_of,
    receive,
)
from lianjing.runtime.org.models import LoginAccount, Person, Unit
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.doing import done, number_of
from lianjing.web.listing import Column, DateFilter, Filter
from lianjing.web.middleware import status_of
from lianjing.web.register import Register
from lianjing.web.session_keeping import origin_of, require_recent
from lianjing.web.tip_forms import EnteredTipForm, HandleForm
from lianjing.web.views.tip import grouped

SUPERVISOR = ("supervisor",)
COOKIE, HELD = "lj_unsealed", "complaint_keys"
OPEN_FOR = timedelta(minutes=20)


@signed_in(kinds=SUPERVISOR)
@require_safe
def complaints(request: HttpRequest) -> HttpResponse:
    """List the reports to the reader's group; nothing of their words."""
    asked = cast(PageRequest, request)
    day = asked.today
    late = {"late": ~Q(state__in=FINAL) & Q(due_on__lt=day), "unregistered": Q(state="received")}
    listing = Register(
        request,
        complaints_for(asked.who.id, day).select_related("about_unit", "about_person").order_by("-id"),
        [
            Column(
                "id",
                _("序号"),
                lambda row: row.pk,
                "id",
                "number",
                url=lambda row: reverse("complaint", args=[row.pk]),
            ),
            Column("received", _("收到日"), lambda row: row.received_on, "received_on", "day"),
            Column(
                "channel", _("渠道"), lambda row: codes.label("complaint_channel", row.channel), "channel"
            ),
            Column("harm", _("问题类型"), lambda row: codes.label("harm", row.harm), "harm"),
            Column("unit", _("被反映单位"), lambda row: row.about_unit.name if row.about_unit else ""),
            Column("person", _("被反映人"), lambda row: row.about_person.name if row.about_person else ""),
            Column("named", _("署名"), lambda row: _("匿名") if row.is_anonymous else _("署名")),
            Column("due", _("办结期限"), lambda row: row.due_on, "due_on", "day"),
            Column(
                "state",
                _("状态"),
                lambda row: codes.label("complaint_state", row.state),
                "state",
                "status",
                tone=lambda row: _tone(row, asked),
            ),
        ],
        ("about_unit__name", "about_person__name"),
        [
            Filter("state", _("状态"), codes.choices("complaint_state"), "state"),
            Filter("harm", _("问题类型"), codes.choices("harm"), "harm"),
            Filter(
                "late",
                _("期限"),
                [("late", _("逾期未办结")), ("unregistered", _("尚未受理"))],
                lambda value: late[value],
            ),
        ],
        [
            DateFilter("from", _("收到起"), "received_on__gte"),
            DateFilter("to", _("收到止"), "received_on__lte"),
        ],
        table="complaints",
        search_label=_("被反映单位或人员"),
        empty_text=_("没有收到举报"),
    )
    if listing.wants_excel:
        return listing.excel(_("举报登记"))
    offices = offices_of(asked.who.id, day)
    context = {"listing": listing, "keyless": [each for each in offices if key_on(each, day) is None]}
    return render(request, "lianjing/complaints.html", context)


def _tone(row: Complaint, request: PageRequest) -> str:
    if row.state in FINAL:
        return "good"
    return "bad" if row.due_on < request.today else "doing"


@never_cache
@signed_in(kinds=SUPERVISOR)
@require_http_methods(["GET", "POST"])
def complaint(request: HttpRequest, complaint_id: int) -> HttpResponse:
    """Show a report with its words while the pass-phrase is given, and handle it."""
    asked = cast(PageRequest, request)
    found = _found(asked, complaint_id)
    form = HandleForm(NEXT.get(found.state, ()), request.POST if request.method == "POST" else None)

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        return render(request, "lianjing/complaint.html", _context(asked, found, form) | told, status=status)

    if request.method != "POST":
        return again({}, 200)
    if not form.is_valid():
        return again({}, 422)

    def do() -> str:
        handle(complaint_id=found.pk, person_id=asked.who.id, now=asked.now, **form.cleaned_data)
        return reverse("complaint", args=[found.pk])

    return done(asked, do, again)


def _found(request: PageRequest, complaint_id: int) -> Complaint:
    rows = complaints_for(request.who.id, request.today).select_related("about_unit", "about_person", "unit")
    found = rows.filter(pk=complaint_id).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.complaint", _("没有该件，或不在您的受理范围内"))
    return found


def _context(request: PageRequest, found: Complaint, form: HandleForm) -> dict[str, Any]:
    keys = unsealed_keys(request)
    steps = [
        {
            "step": step,
            "word": codes.label("complaint_state", step.state),
            "note": _words(keys, step.key_id, step.note),
        }
        for step in steps_of(found)
    ]
    files = [
        {"file": each, "name": _words(keys, each.key_id, each.name)}
        for each in ComplaintFile.objects.filter(complaint=found).order_by("id")
    ]
    return {
        "complaint": found,
        "is_sealed": found.key_id not in keys,
        "words": _words(keys, found.key_id, found.content),
        "steps": steps,
        "files": files,
        "form": form,
        "is_final": found.state in FINAL,
        "units": Unit.objects.filter(to_on__isnull=True).order_by("code"),
    }


def _words(keys: dict[int, bytes], key_id: int, sealed: str) -> str:
    return unseal_text(keys[key_id], sealed) if key_id in keys else ""


@signed_in(kinds=SUPERVISOR)
@require_POST
def complaint_subject(request: HttpRequest, complaint_id: int) -> HttpResponse:
    """Write down whom a report is about."""
    asked = cast(PageRequest, request)
    name_subject(
        complaint_id=_found(asked, complaint_id).pk,
        person_id=asked.who.id,
        about_person_id=_named(request.POST.get("person", "").strip()),
        about_unit_id=number_of(request.POST.get("unit", "")),
        now=asked.now,
    )
    messages.success(request, _("已办理，留痕已记录"))
    return HttpResponseRedirect(reverse("complaint", args=[complaint_id]))


def _named(words: str) -> int | None:
    """Return the person of an account number, or the only one of a name; None for an empty field, BadInput otherwise."""
    if not words:
        return None
    found = list(Person.objects.filter(Q(login__number=words) | Q(name=words)).order_by("id")[:2])
    if len(found) != 1:
        raise BadInput(_("有重名，请填写账号") if found else _("没有这个人员"), "about_person")
    return int(found[0].pk)


@sensitive_post_parameters()
@signed_in(kinds=SUPERVISOR)
@require_POST
def complaint_unseal(request: HttpRequest) -> HttpResponse:
    """Open the keys that the pass-phrase opens, for twenty minutes: half of each lies in the session, half in a cookie.

    Guessing is counted and noted like guessing at the log-in.
    """
    asked = cast(PageRequest, request)
    place = (
        reverse("complaint", args=[number])
        if (number := number_of(request.POST.get("complaint", "")))
        else reverse("complaints")
    )
    half, account, origin = os.urandom(32), cast(LoginAccount, request.user), origin_of(request)
    if minutes := waiting_minutes(account.number, origin.ip, asked.now):
        messages.error(request, wait_sentence(minutes))
        return HttpResponseRedirect(place)
    held = _opened(asked, half)
    if not held:
        failed(account, origin, asked.now, method="", reason="not_opened")
        messages.error(request, _("口令不对"))
        return HttpResponseRedirect(place)
    request.session[HELD] = {"until": (asked.now + OPEN_FOR).isoformat(), "keys": held}
    response = HttpResponseRedirect(place)
    response.set_cookie(
        COOKIE,
        half.hex(),
        max_age=int(OPEN_FOR.total_seconds()),
        httponly=True,
        samesite="Strict",
        secure=request.is_secure(),
    )
    return response


def _opened(request: PageRequest, half: bytes) -> dict[str, str]:
    """Return the keys of one's group that the pass-phrase opens, each closed again under `half`."""
    held = {}
    keys = ComplaintKey.objects.filter(unit_id__in=offices_of(request.who.id, request.today))
    for key in keys.select_related("secret"):
        try:
            private = unwrap(key.secret.wrapped, request.POST.get("phrase", ""))
        except BadInput:
            continue
        nonce = os.urandom(12)
        held[str(key.pk)] = (nonce + AESGCM(half).encrypt(nonce, private, None)).hex()
    return held


def unsealed_keys(request: PageRequest) -> dict[int, bytes]:
    """Return the private keys open in this session; none once the time is over."""
    held = request.session.get(HELD)
    if not held or datetime.fromisoformat(held["until"]) < request.now:
        return {}
    try:
        half = AESGCM(bytes.fromhex(request.COOKIES.get(COOKIE, "")))
        opened = {}
        for number, sealed in held["keys"].items():
            data = bytes.fromhex(sealed)
            opened[int(number)] = half.decrypt(data[:12], data[12:], None)
    except (ValueError, InvalidTag):
        return {}
    own = offices_of(request.who.id, request.today)
    allowed = set(ComplaintKey.objects.filter(unit_id__in=own, pk__in=opened).values_list("pk", flat=True))
    return {number: key for number, key in opened.items() if number in allowed}


@never_cache
@signed_in(kinds=SUPERVISOR)
@require_safe
def complaint_file(request: HttpRequest, file_id: int) -> HttpResponse:
    """Hand out a file of a report, opened; always as a download."""
    asked = cast(PageRequest, request)
    found = ComplaintFile.objects.filter(pk=file_id).first()
    if found is None:
        raise Http404
    _found(asked, found.complaint_id)
    keys = unsealed_keys(asked)
    if found.key_id not in keys:
        raise BadInput(_("请先输入口令解密"), "phrase")
    place = place_of(found.sha256)
    if not place.exists():
        raise BadInput(_("附件已不在存储中，请联系系统管理员"), "file")
    content = unseal(keys[found.key_id], place.read_bytes())
    response = HttpResponse(content, content_type="application/octet-stream")
    name = unseal_text(keys[found.key_id], found.name)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


@sensitive_post_parameters()
@signed_in(kinds=SUPERVISOR)
@require_http_methods(["GET", "POST"])
def complaint_new(request: HttpRequest) -> HttpResponse:
    """Enter what came by telephone, visit or letter."""
    asked = cast(PageRequest, request)
    form = EnteredTipForm(request.POST or None, request.FILES or None)
    fault = ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        report = Report(
            text=given["text"],
            about=given["about"],
            contact=given["contact"],
            harm=given["harm"],
            about_unit_id=given["unit"].pk if given["unit"] else None,
            channel=given["channel"],
            files=form.contents(),
        )
        try:
            number = receive(report, now=asked.now, person_id=asked.who.id)
        except BadInput as error:
            fault = str(error)
        else:
            messages.success(
                request, _("已登记，回执编号 %(number)s，只显示这一次") % {"number": grouped(number)}
            )
            return HttpResponseRedirect(reverse("complaints"))
    status = 422 if request.method == "POST" else 200
    return render(request, "lianjing/complaint_new.html", {"form": form, "fault": fault}, status=status)


@sensitive_post_parameters()
@signed_in(kinds=SUPERVISOR)
@require_http_methods(["GET", "POST"])
def complaint_key(request: HttpRequest) -> HttpResponse:
    """Make the key of one's group under a pass-phrase that is stored nowhere; replace it, or confirm that another does."""
    asked = cast(PageRequest, request)
    (office, *_others) = sorted(offices_of(asked.who.id, asked.today))
    fault, status = "", 200
    if request.method == "POST":
        require_recent(request)
        try:
            messages.success(request, _key_act(asked, office))
        except BadInput as error:
            fault, status = str(error), 422
        except Refusal as refusal:
            fault, status = str(refusal.message), status_of(refusal)
        else:
            return HttpResponseRedirect(reverse("complaint_key"))
    found = ComplaintKey.objects.filter(unit_id=office).select_related("made_by_person").order_by("-id")
    context = {
        "keys": found,
        "fault": fault,
        "unit": Unit.objects.get(pk=office),
        "waiting": keys.pending(office),
        "has_key": key_on(office, asked.today) is not None,
    }
    return render(request, "lianjing/complaint_key.html", context, status=status)


def _key_act(request: PageRequest, office: int) -> str:
    """Do what was posted and return its sentence."""
    who: dict[str, Any] = {"person_id": request.who.id, "now": request.now}
    waiting, action = keys.pending(office), request.POST.get("action", "")
    if action in ("confirm", "refuse"):
        if waiting is None:
            raise BadInput(_("没有待确认的密钥更换"), "action")
        if action == "confirm":
            keys.confirm_key(proposal_id=waiting.pk, **who)
            return _("新的举报密钥已启用；旧件仍用旧口令打开")
        keys.refuse_key(proposal_id=waiting.pk, **who)
        return _("密钥更换已作罢")
    phrase = request.POST.get("phrase", "")
    if phrase != request.POST.get("again", ""):
        raise BadInput(_("两次输入的口令不同"), "again")
    if key_on(office, request.today) is None:
        keys.set_key(unit_id=office, phrase=phrase, **who)
        return _("举报密钥已启用；口令请密封保管，遗失后已收件不能解密")
    keys.propose_key(unit_id=office, phrase=phrase, **who)
    return _("密钥更换已提出，由监督组另一人确认后启用")
