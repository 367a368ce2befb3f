"""The checks of a revision: each part by itself, then against the rules, posts and figures that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.kernel.process import decision, soundness
from lianjing.kernel.process.decision import DecisionTable, parse_decision
from lianjing.kernel.process.graph import BoundaryTimer, CatchTimer, Graph, Task, parse
from lianjing.kernel.process.lint import lint
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes
from lianjing.runtime.domains import procedure
from lianjing.runtime.org.models import Post, Unit
from lianjing.runtime.parameter.queries import MissingFigure, figure, parameter_on
from lianjing.runtime.regulation.queries import clause_on, latest_definition
from lianjing.runtime.revision.bearing import (
    has_processes,
    known_to_process,
    known_to_table,
    matters_of,
    users_of,
)
from lianjing.runtime.revision.in_code import checks_in_code
from lianjing.runtime.revision.models import Revision, RevisionPart
from lianjing.runtime.revision.queries import CheckFault, is_stale
from lianjing.runtime.revision.texts import heading_of, require_sound, said
from lianjing.runtime.revision.weakening import weakened

Found = Iterator[tuple[str, str, bool]]  # element, sentence, whether it only warns


class Draft:
    """The parts of a revision as they would stand on a day, beside everything else that is in force then."""

    def __init__(self, rows: Sequence[RevisionPart], day: date) -> None:
        self.texts = {(row.kind, row.key): row.text for row in rows}
        self.day = day

    def has_clause(self, reference: str) -> bool:
        """True for a clause that will be in force on the day."""
        if ("clause", reference) in self.texts:
            return bool(self.texts["clause", reference].strip())
        return clause_on(reference, self.day) is not None

    def has_figure(self, key: str) -> bool:
        """True for a figure that has a value on the day."""
        try:
            row = parameter_on(key, self.day)
        except MissingFigure:
            return False
        return row.value_number is not None or row.value is not None or bool(row.value_text)

    def table(self, key: str) -> DecisionTable | None:
        """Return the decision table of a key as it would stand, None for an unknown one."""
        text = self.texts.get(("decision", key)) or _published(key)
        return parse_decision(text) if text else None

    def graph(self, key: str) -> Graph | None:
        """Return the process of a key as it would stand, None for an unknown one."""
        text = self.texts.get(("process", key)) or _published(key)
        return parse(text) if text else None


def _published(key: str) -> str:
    version = latest_definition(key)
    return version.xml if version else ""


def faults_in(revision: Revision, rows: Sequence[RevisionPart], day: date) -> list[CheckFault]:
    """Return all that the checks find in the parts of a revision, if it came into force on the day."""
    draft = Draft(rows, day)
    found: list[CheckFault] = []
    for row in rows:
        if is_stale(row):
            found.append(_fault(row, "", _("已有另一次修订在先：请与施行中的版本对照后再确认以其为底稿")))
        try:
            require_sound(row.kind, row.key, row.text) if row.kind != "repeal" else None
            found += [_fault(row, *each) for each in CHECKS[row.kind](draft, row, revision)]
        except BadInput as error:
            found.append(_fault(row, "", str(error)))
    return found


def _fault(row: RevisionPart, element: str, text: str, is_warning: bool = False) -> CheckFault:
    return CheckFault(row.kind, row.key, element, text, is_warning)


def _process(draft: Draft, row: RevisionPart, _revision: Revision) -> Found:
    graph = parse(row.text)
    yield from ((each.element_id, said(each), False) for each in soundness.check(graph))
    yield from _unsaid(row, graph)
    try:
        declared = {step.id for step in procedure(row.key)[1].steps}
    except KeyError:
        yield "", _("没有这个编号的办理程序：流程的编号须是系统已有的程序"), False
        return
    known = known_to_process(row.key)
    for task in graph.tasks:
        yield from _task(draft, task, task.id in declared)
    yield from _calls(draft, graph)
    yield from _timers(draft, graph)
    yield from _variables(draft, graph, known)
    for missing in sorted(declared - {task.id for task in graph.tasks}):
        yield missing, _("办理程序的环节“%(id)s”没有画出，将不再办理") % {"id": missing}, True
    before = latest_definition(row.key)
    if before is not None:
        yield from ((place, text, True) for place, text in weakened(parse(before.xml), graph))


def _unsaid(row: RevisionPart, graph: Graph) -> Found:
    """What a diagram leaves unsaid stops a revision only where the version in force says it."""
    before = latest_definition(row.key)
    known = {(each.element_id, each.reason) for each in lint(parse(before.xml))} if before else set()
    for each in lint(graph):
        yield each.element_id, said(each), (each.element_id, each.reason) in known


def _task(draft: Draft, task: Task, is_declared: bool) -> Found:
    post = task.lane.post if task.lane else ""
    if post and not Post.objects.filter(key=post).exists():
        yield task.id, _("没有“%(post)s”这一标准岗位") % {"post": post}, False
    for reference in filter(None, (task.clause, *(rule.clause for rule in task.documents))):
        yield from _reference(draft, task.id, reference)
    yield from _deadline(draft, task.id, task.deadline)
    for rule in task.documents:
        if not codes.has("document_kind", rule.kind):
            yield task.id, _("没有“%(kind)s”这一文件种类") % {"kind": rule.kind}, False
    if task.decision and draft.table(task.decision) is None:
        yield task.id, _("没有决策表“%(key)s”") % {"key": task.decision}, False
    if not is_declared and not task.decision:
        yield task.id, _("新增环节按通用环节办理：填写意见、上传资料"), True
        if not task.differs_from:
            yield task.id, _("新增环节未限定与哪个环节不得为同一人"), True


def _reference(draft: Draft, place: str, reference: str) -> Found:
    if not draft.has_clause(reference):
        yield place, _("依据条款“%(clause)s”在施行日不存在") % {"clause": reference}, False


def _deadline(draft: Draft, place: str, deadline: str) -> Found:
    if deadline.startswith("@") and not draft.has_figure(deadline[1:]):
        yield place, _("参数“%(key)s”在施行日没有数值") % {"key": deadline[1:]}, False


def _calls(draft: Draft, graph: Graph) -> Found:
    for call in graph.calls:
        if draft.graph(call.called) is None:
            yield call.id, _("没有所调用的流程“%(key)s”") % {"key": call.called}, False
        elif round_way := _back_to(draft, graph.key, call.called):
            way = " → ".join((graph.key, *round_way))
            yield call.id, _("流程绕回调用自身，永不办结：%(way)s；请去掉其中一处调用") % {"way": way}, False
        if call.clause:
            yield from _reference(draft, call.id, call.clause)


def _back_to(draft: Draft, key: str, called: str) -> tuple[str, ...]:
    """Return the way by which a called process comes back to its caller, () where it never does."""
    waiting: list[tuple[str, ...]] = [(called,)]
    seen = {called}
    while waiting:
        way = waiting.pop(0)
        if way[-1] == key:
            return way
        graph = draft.graph(way[-1])
        for call in graph.calls if graph else ():
            if call.called not in seen:
                seen.add(call.called)
                waiting.append((*way, call.called))
    return ()


def _timers(draft: Draft, graph: Graph) -> Found:
    for node in graph.nodes.values():
        if isinstance(node, BoundaryTimer | CatchTimer):
            yield from _deadline(draft, node.id, node.duration)


def _variables(draft: Draft, graph: Graph, known: frozenset[str]) -> Found:
    """What a condition or a table asks for must be given by a step or by a table: nobody else makes variables."""
    tables = [(task, draft.table(task.decision)) for task in graph.tasks if task.decision]
    given = known | {name for _task, table in tables if table for name in table.outputs}
    asked = [(flow.id, flow.condition.names) for flow in graph.flows.values() if flow.condition]
    asked += [(task.id, _inputs(table)) for task, table in tables if table]
    asked += [(task.id, frozenset({task.multi.collection})) for task in graph.tasks if task.multi]
    for place, names in asked:
        for name in sorted(names - given):
            yield place, _unknown(name, given), False


def _inputs(table: DecisionTable) -> frozenset[str]:
    return frozenset(name for column in table.inputs for name in column.expression.names)


def _unknown(name: str, given: frozenset[str]) -> str:
    return _("没有环节给出“%(name)s”；可用的有：%(given)s") % {
        "name": name,
        "given": "、".join(sorted(given)),
    }


def _decision(draft: Draft, row: RevisionPart, _revision: Revision) -> Found:
    table = parse_decision(row.text)
    missing = [key for key in sorted(table.parameters) if not draft.has_figure(key)]
    yield from (("", _("参数“%(key)s”在施行日没有数值") % {"key": key}, False) for key in missing)
    if not missing:
        faults = decision.check(table, _figures(draft.day))
        yield from ((each.element_id, said(each), False) for each in faults)
    for rule in table.rules:
        if not rule.clause:
            yield rule.id, _("第%(row)s行没有写明依据条款") % {"row": rule.index}, False
        else:
            yield from _reference(draft, rule.id, rule.clause)
    yield from _columns(row, table)


def _columns(row: RevisionPart, table: DecisionTable) -> Found:
    known = known_to_table(row.key)
    for name in sorted(_inputs(table) - known):
        yield "", _unknown(name, known), False
    before = latest_definition(row.key)
    lost = set(parse_decision(before.xml).outputs) - set(table.outputs) if before else set()
    for name in sorted(lost):
        yield "", _("缺少原有的输出列“%(name)s”，流程仍要使用") % {"name": name}, False


def _figures(day: date) -> Callable[[str], Decimal]:
    return lambda name: figure(name, day)


def _form(draft: Draft, row: RevisionPart, _revision: Revision) -> Found:
    process, _mark, step = row.key.partition("/")
    graph = draft.graph(process)
    if graph is None or step not in {task.id for task in graph.tasks}:
        yield "", _("没有“%(key)s”这一环节") % {"key": row.key}, False


def _clause(draft: Draft, row: RevisionPart, _revision: Revision) -> Found:
    if row.text.strip():
        return
    if not row.base_sha256:
        yield "", _("新增的条文没有内容"), False
    for name in users_of(row.key):
        kind, _mark, key = name.partition(":")
        text = draft.texts.get((kind, key))
        if text is None or row.key in text:
            yield "", _("“%(name)s”仍以该条为依据，不能删去") % {"name": key}, False
    for each in checks_in_code().get(row.key, ()):
        yield "", _("“%(name)s”仍以该条为依据，不能删去") % {"name": each.name}, False


def _heading(_draft: Draft, row: RevisionPart, _revision: Revision) -> Found:
    owner = heading_of(row.text).owner_unit
    if owner and not Unit.objects.filter(code=owner).exists():
        yield "", _("没有编码为“%(code)s”的单位") % {"code": owner}, False


def _repeal(_draft: Draft, _row: RevisionPart, revision: Revision) -> Found:
    """A rule that others still rest on cannot go; its own matters run on under it.

    Where it has processes of its own, the program's checks end with them; without any they are everybody's.
    """
    own = f"{revision.regulation.key}#"
    resting = sum(len(found) for clause, found in checks_in_code().items() if clause.startswith(own))
    if resting:
        is_everybodys = not has_processes(revision.regulation_id)
        yield (
            "",
            _("程序中有%(count)s项检查以本制度为依据，须有新制度接替") % {"count": resting},
            not is_everybodys,
        )
    for name in users_of(revision.regulation.key, others_only=True):
        yield "", _("“%(name)s”仍以本制度为依据，请先修订该制度") % {"name": name.partition(":")[2]}, False
    running = matters_of(revision.regulation_id)
    if running:
        yield "", _("尚有%(count)s件在办事项，将按原制度办结") % {"count": running}, True


CHECKS: dict[str, Callable[[Draft, RevisionPart, Revision], Found]] = {
    "process": _process,
    "decision": _decision,
    "form": _form,
    "clause": _clause,
    "heading": _heading,
    "repeal": _repeal,
}
