"""OCDS and OC4IDS as the domain declares them: what the command line may import and export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from lianjing.domains.works import models as works
from lianjing.domains.works.exchange import facts, oc4ids_out, ocds_out
from lianjing.domains.works.exchange.given import Complaint, Given
from lianjing.domains.works.exchange.merge import merged
from lianjing.domains.works.exchange.oc4ids_in import read_project
from lianjing.domains.works.exchange.ocds_in import read_release
from lianjing.domains.works.exchange.process_writer import (
    refuse_own,
    refuse_own_project,
    title_of,
    write_process,
)
from lianjing.domains.works.exchange.project_reader import project_of, projects
from lianjing.domains.works.exchange.project_writer import budget_of_process, follow_project
from lianjing.domains.works.exchange.reader import Reading, processes_of
from lianjing.domains.works.exchange.writer import OPEN, Writing
from lianjing.intake.ledger import Fault
from lianjing.intake.records import Document, RecordKind
from lianjing.intake.rows import Line
from lianjing.kernel.declaration import Text
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.batch.ledger import LedgerKind, Notice, Result, Row, Run, Taken
from lianjing.runtime.org.models import Unit
from lianjing.runtime.trail.act import Act

PER_PACKAGE = 500
OCDS_PATHS = {
    "ocid": "tender",
    "planning/budget": "project.approved_budget",
    "parties": "enterprise",
    "tender": "tender, lot, clarification",
    "bids/details": "bid",
    "awards": "award",
    "contracts": "contract, contract_item, amendment, milestone",
    "contracts/implementation/transactions": "payment_application",
    "documents": "stated_paper",
}
OC4IDS_PATHS = {
    "id": "project",
    "budget": "project.approved_budget",
    "forecasts": "cost_baseline, project.total_investment",
    "completion": "project.completed_on, cost_baseline",
    "contractingProcesses/summary": "tender, contract, payment_application, settlement",
    "documents": "stated_paper",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to export: of all projects or of one, what is as new as a day."""

    today: date
    now: datetime
    project: str = ""
    since: date | None = None


# ---------------------------------------------------------------- out


def export_ocds(wanted: Wanted) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield packages under their file names: releases and records of the same processes."""
    publisher = _publisher()
    found = list(_processes(wanted))
    for place in range(0, len(found), PER_PACKAGE):
        part, number = found[place : place + PER_PACKAGE], place // PER_PACKAGE + 1
        releases = [release for process in part for release in ocds_out.releases(process)]
        records = [ocds_out.record(process) for process in part]
        yield f"releases-{number:04d}.json", ocds_out.package("releases", releases, publisher, wanted.now)
        yield f"records-{number:04d}.json", ocds_out.package("records", records, publisher, wanted.now)


def export_oc4ids(wanted: Wanted) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the package of projects."""
    reading = _reading(wanted.today)
    found = [project_of(project, reading) for project in _known(wanted)]
    if wanted.since is not None:
        found = [each for each in found if any(_is_since(process, wanted) for process in each.processes)]
    made = [oc4ids_out.project(each) for each in found]
    yield "projects.json", oc4ids_out.package(made, _publisher(), wanted.now)


def _processes(wanted: Wanted) -> Iterator[facts.Process]:
    reading = _reading(wanted.today)
    for project in _known(wanted):
        for process in processes_of(project, reading):
            if _is_since(process, wanted):
                yield process


def _is_since(process: facts.Process, wanted: Wanted) -> bool:
    latest = ocds_out.known_on(process)
    return wanted.since is None or (latest is not None and latest >= wanted.since)


def _known(wanted: Wanted) -> Sequence[works.Project]:
    rows = list(projects(wanted.project))
    if wanted.project and not rows:
        raise BadInput(_("没有项目“%(project)s”") % {"project": wanted.project}, "project")
    return rows


def _reading(today: date) -> Reading:
    return Reading(today, settings.LIANJING_OCID_PREFIX, settings.LIANJING_OC4IDS_PREFIX)


def _publisher() -> ocds_out.Publisher:
    zone = Unit.objects.filter(kind="zone").order_by("pk").first()
    return ocds_out.Publisher(
        zone.name if zone else "Lianjing", settings.LIANJING_OCID_PREFIX, settings.LIANJING_PUBLIC_URI
    )


# ---------------------------------------------------------------- in


def ocds() -> RecordKind:
    """Return the import of releases and records."""
    return RecordKind(_kind("ocds", Text("开放合同数据", "OCDS"), take_process), read_ocds, OCDS_PATHS)


def oc4ids() -> RecordKind:
    """Return the import of infrastructure projects."""
    return RecordKind(
        _kind("oc4ids", Text("基础设施开放数据", "OC4IDS"), take_project), read_oc4ids, OC4IDS_PATHS
    )


def _kind(key: str, label: Text, take: Any) -> LedgerKind:
    return LedgerKind(
        key=key,
        label=label,
        verb=f"{key}.archive",
        posts=("archives_officer", "project_officer"),
        columns=(),
        requires=(),
        row_key=lambda row: row.text("key"),
        take=take,
        is_person_needed=False,
        is_owned=True,
    )


def read_ocds(documents: Sequence[Document]) -> list[Line]:
    """Return a line for each contracting process: its releases, wherever they stand in the file, are merged."""
    by_ocid: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
    lines: list[Line] = []
    for document in documents:
        for release in _releases(document.content):
            ocid = release.get("ocid") if isinstance(release, Mapping) else None
            if isinstance(ocid, str) and ocid.strip():
                by_ocid.setdefault(ocid.strip(), []).append((document.line, release))
            else:
                lines.append(_rejected(document.line, _("没有ocid的记录，或不是对象")))
    for ocid, found in by_ocid.items():
        whole = found[0][1] if len(found) == 1 else merged(release for _line, release in found)
        complaints: list[Complaint] = []
        given = Given({**whole, "ocid": ocid}, "", complaints)
        lines.append(_line(found[0][0], ocid, "process", read_release(given), given))
    return _numbered(lines)


def _releases(content: Any) -> Iterator[Any]:
    """Yield the releases of a release, a record, a package of either, or a list of them."""
    if isinstance(content, list):
        for each in content:
            yield from _releases(each)
    elif isinstance(content, Mapping) and isinstance(content.get("records"), list):
        for each in content["records"]:
            yield from _releases(each)
    elif isinstance(content, Mapping) and isinstance(content.get("compiledRelease"), Mapping):
        yield content["compiledRelease"]
    elif isinstance(content, Mapping) and isinstance(content.get("releases"), list):
        yield from content["releases"]
    else:
        yield content


def read_oc4ids(documents: Sequence[Document]) -> list[Line]:
    """Return a line for each project."""
    lines: list[Line] = []
    for document in documents:
        for project in _projects(document.content):
            number = project.get("id") if isinstance(project, Mapping) else None
            if not isinstance(number, str) or not number.strip():
                lines.append(_rejected(document.line, _("没有id的项目，或不是对象")))
                continue
            given = Given(dict(project), "", [])
            lines.append(_line(document.line, number, "project", read_project(given), given))
    return _numbered(lines)


def _projects(content: Any) -> Iterable[Any]:
    if isinstance(content, list):
        return content
    if isinstance(content, Mapping) and isinstance(content.get("projects"), list):
        return list(content["projects"])
    return [content]


def _line(number: int, key: str, name: str, found: Any, given: Given) -> Line:
    line = Line(number, key=key)
    values = {
        "key": key,
        name: found,
        "not_taken": tuple(given.not_taken()),
        "complaints": tuple(given.complaints),
    }
    line.row = Row(number, values)
    line.notices = [Notice(each.kind, each.text, each.path, each.value) for each in given.complaints]
    return line


def _rejected(number: int, reason: str) -> Line:
    line = Line(number)
    line.reject(Fault(number, "", "", reason, _("改正后重新导入")))
    return line


def _numbered(lines: list[Line]) -> list[Line]:
    """Give each record a place of its own: a package holds many on one line of the file."""
    if len({line.line for line in lines}) == len(lines):
        return lines
    for place, line in enumerate(lines, start=1):
        line.line = place
        if line.row is not None:
            line.row = Row(place, line.row.values)
    return lines


def take_process(act: Act, row: Row, run: Run) -> Taken:
    """Take one contracting process in as archive, or bring it up to date. BadInput for one that the platform keeps."""
    process = row.values["process"]
    refuse_own(process)
    write = _writing(act, run)
    stored = write.find("tender", process.ocid)
    if stored is not None and process.known_on and stored.opened_on > process.known_on:
        text = _("已有更新的记录（%(day)s），未采用") % {"day": stored.opened_on.isoformat()}
        return Taken(Result.UNCHANGED, (Notice("older_release", text, "date", str(process.known_on)),))
    matter = write.open_project(
        process.project_id or process.ocid, process.project_title or title_of(process)
    )
    project = follow_project(write, matter, process)
    tender = write_process(write, process, project)
    budget_of_process(write, project, process, tender)
    for each in row.values.get("complaints", ()):
        write.notices.append(Notice(each.kind, each.text, each.path, each.value, tender))
    return _taken(write, project, is_new=stored is None)


def take_project(act: Act, row: Row, run: Run) -> Taken:
    """Take one project with the summaries of its processes in as archive, or bring it up to date."""
    project = row.values["project"]
    refuse_own_project(project)
    for process in project.processes:
        refuse_own(process)
    write = _writing(act, run)
    is_new = write.find("project", project.id) is None
    matter = write.open_project(project.id, project.title or project.id)
    kept = follow_project(write, matter, project)
    for process in project.processes:
        if not _is_known_in_detail(write, process):
            write_process(write, process, kept)
    for each in row.values.get("complaints", ()):
        write.notices.append(Notice(each.kind, each.text, each.path, each.value, kept))
    return _taken(write, kept, is_new=is_new)


def _is_known_in_detail(write: Writing, process: facts.Process) -> bool:
    """True where releases of the process were taken in: its summary adds nothing to them."""
    tender = write.find("tender", process.ocid)
    if tender is None:
        return False
    summary = f"{process.ocid}-contract"
    own = works.Bid.objects.filter(tender_id=tender.pk).exists() or works.Award.objects.filter(
        tender_id=tender.pk
    )
    numbered = write.children("contract", tender).exclude(external_no=summary)
    return bool(own) or numbered.exists()


def _writing(act: Act, run: Run) -> Writing:
    if run.unit_id is None:
        raise BadInput(_("没有指明建设单位"), "unit")
    return Writing(act, run.unit_id, run.source or OPEN)


def _taken(write: Writing, project: works.Project, *, is_new: bool) -> Taken:
    act = write.act
    act.chain, act.matter_id, act.root_matter_id = f"matter:{project.pk}", project.pk, project.pk
    changed = Result.UPDATED if act.index_rows() else Result.UNCHANGED
    return Taken(Result.IMPORTED if is_new else changed, tuple(write.notices))
