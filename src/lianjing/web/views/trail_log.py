"""检查点与共签: the published log, who cosigned it and when, what is not covered, and everything to take away."""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
import tempfile
import zipfile
from importlib.resources import files
from pathlib import Path
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from lianjing.kernel.refusal import BadInput
from lianjing.kernel.trail.note import note_bytes
from lianjing.runtime.job.errands import Kind, Result, Work, enqueue
from lianjing.runtime.process.queries import check_states
from lianjing.runtime.trail import keys, witnesses
from lianjing.runtime.trail.act import LEGAL_ZONE
from lianjing.runtime.trail.folder import export
from lianjing.runtime.trail.models import Checkpoint
from lianjing.runtime.trail.standing import cosigners, latest, note_of, overview
from lianjing.runtime.trail.verify import verify
from lianjing.web import access_log
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.context import TRAIL
from lianjing.web.listing import Column
from lianjing.web.register import Register
from lianjing.web.session_keeping import require_recent

SUPERVISOR = ("supervisor",)
LARGEST = 64 * 1024  # bytes of a cosignature that is handed in
VERIFY, EXPORT = "trail.verify", "trail.export"
PROGRAMS = {
    "verifier": ("verifier.py", "text/x-python"),
    "procedure": ("verify-the-trail.md", "text/markdown"),
}


def root_text(row: Checkpoint) -> str:
    """Return the root as the 44 signs that stand in the minutes."""
    return base64.b64encode(bytes.fromhex(row.root)).decode()


@signed_in(kinds=TRAIL)
@require_safe
def trail_log(request: HttpRequest) -> HttpResponse:
    """Show the checkpoints with their cosignatures, and what can be downloaded or handed in."""
    asked = cast(PageRequest, request)
    held: dict[int, str] = {}

    def load(rows: list[Checkpoint]) -> None:
        for row in rows:
            found = cosigners(row) if row.cosignatures.exists() else []
            held[row.size] = "、".join(
                f"{name} {time.astimezone(LEGAL_ZONE):%Y-%m-%d %H:%M}" for name, time in found
            )

    listing = Register(
        asked,
        Checkpoint.objects.order_by("-size"),
        [
            Column("size", _("规模"), lambda row: row.size, "size", "number"),
            Column("signed", _("签名时间"), lambda row: row.signed_at, "signed_at", "time"),
            Column("root", _("根（44字符）"), root_text),
            Column("cosigned", _("共签"), lambda row: held.get(row.size) or _("未经监督组共签")),
        ],
        prepare=load,
        table="checkpoints",
        empty_text=_("日志尚未公布，还没有检查点"),
    )
    if listing.wants_excel:
        return listing.excel(_("检查点"))
    program = (files("lianjing.kernel.trail") / PROGRAMS["verifier"][0]).read_bytes()
    context = {
        "listing": listing,
        "log": overview(),
        "root": root_text(row) if (row := latest()) else "",
        "witnesses": [(key.name, key.text) for key in keys.policy().witnesses.values()]
        if keys.has_witness()
        else [],
        "origin": keys.signer().name,
        "is_demonstration": keys.is_demonstration(keys.signer().name),
        "verifier_sha256": hashlib.sha256(program).hexdigest(),
        "is_supervisor": "supervisor" in asked.roles,
    }
    return render(request, "lianjing/trail_log.html", context)


@signed_in(kinds=TRAIL)
@require_safe
def trail_download(request: HttpRequest, what: str) -> HttpResponse:
    """Hand out the checkpoint, the policy, the stand-alone verifier or its procedure."""
    if what in PROGRAMS:
        name, kind = PROGRAMS[what]
        return _download((files("lianjing.kernel.trail") / name).read_bytes(), name, kind)
    if what == "policy":
        return _download(keys.policy().text.encode(), "policy", "text/plain")
    row = latest()
    if what != "checkpoint" or row is None:
        raise Http404
    return _download(note_bytes(note_of(row)), "checkpoint", "text/plain")


def _download(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@signed_in(kinds=SUPERVISOR)
@require_POST
def trail_request(request: HttpRequest) -> HttpResponse:
    """Make what a witness is asked to cosign: a file of about 1 KB for the stick."""
    old = request.POST.get("old", "").strip()
    size = int(old) if old.isascii() and old.isdigit() and len(old) < 16 else None
    made = witnesses.request(request.POST.get("witness", ""), size)
    return _download(made, "cosign-request", "text/plain")


@signed_in(kinds=SUPERVISOR)
@require_POST
def trail_cosignature(request: HttpRequest) -> HttpResponse:
    """Take in what the witness returned."""
    asked = cast(PageRequest, request)
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > LARGEST:
        raise BadInput(_("请选择共签文件（不超过64千字节）"), "file")
    taken = witnesses.accept(file.read(), asked.now)
    said = {"name": taken[0].witness, "size": taken[0].checkpoint_id}
    messages.success(request, _("%(name)s 的共签已收入，覆盖前 %(size)s 条留痕") % said)
    return HttpResponseRedirect(reverse("trail_log"))


@signed_in(kinds=SUPERVISOR)
@require_POST
def trail_export(request: HttpRequest) -> HttpResponse:
    """Have the whole trail exported in the background; the taking away is itself recorded."""
    asked = cast(PageRequest, request)
    require_recent(request)
    enqueue(
        kind=EXPORT, person_id=asked.who.id, arguments={"tables": "tables" in request.POST}, now=asked.now
    )
    access_log.note_export(asked.who, _("留痕导出"), overview().size, asked.now)
    messages.success(request, _("正在导出，完成后在后台任务中下载"))
    return HttpResponseRedirect(reverse("errands"))


def carry_out_export(work: Work) -> Result:
    """Carry out the errand: the export folder as one archive, made beside the data, never in memory whole."""
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as place:
        folder = Path(place) / "trail"
        folder.mkdir()
        done = export(folder, bool(work.arguments.get("tables")))
        work.report_progress(1, 2)
        archive = shutil.make_archive(str(Path(place) / "trail"), "zip", folder)
        content = Path(archive).read_bytes()
    text = _("%(size)s 条留痕，%(pending)s 条尚未公布") % {"size": done.size, "pending": done.pending}
    return Result(text, "trail.zip", "application/zip", content)


def carry_out_verify(work: Work) -> Result:
    """Carry out the errand: the whole verification, with its progress; the file lists what does not agree."""
    verdict = verify([check_states], progress=work.report_progress)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        lines = [f"{problem.kind}\t{problem.where}\t{problem.detail}" for problem in verdict.problems]
        book.writestr("problems.txt", "\n".join(lines) + "\n")
    if verdict.is_good:
        return Result(_("核验通过：%(events)s 条留痕全部相符") % {"events": verdict.events})
    text = _("发现 %(count)s 处不符（共核验 %(events)s 条留痕）")
    said = {"count": len(verdict.problems), "events": verdict.events}
    return Result(text % said, "problems.zip", "application/zip", target.getvalue())


ERRANDS = (
    Kind(VERIFY, gettext_noop("核验留痕"), carry_out_verify),
    Kind(EXPORT, gettext_noop("导出留痕"), carry_out_export),
)
