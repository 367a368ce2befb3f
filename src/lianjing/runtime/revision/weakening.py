"""What a new version of a process demands less than the old one: said at the check, never taken over in silence."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from lianjing.kernel.process.graph import Graph, Task


def weakened(old: Graph, new: Graph) -> Iterator[tuple[str, str]]:
    """Yield element and sentence for each control that the new version loosens."""
    drawn = {task.id: task for task in new.tasks}
    for task in old.tasks:
        if task.id not in drawn:
            yield task.id, _("原环节“%(name)s”被取消") % {"name": task.name or task.id}
        else:
            yield from _looser(task, drawn[task.id])


def _looser(old: Task, new: Task) -> Iterator[tuple[str, str]]:
    for other in sorted(set(old.differs_from) - set(new.differs_from)):
        yield new.id, _("不再要求与环节“%(other)s”不是同一人") % {"other": other}
    kept = {rule.kind for rule in new.documents if rule.is_mandatory}
    for rule in old.documents:
        if rule.is_mandatory and rule.kind not in kept:
            yield new.id, _("不再要求必备资料“%(kind)s”") % {"kind": rule.kind}
    if old.deadline and not new.deadline:
        yield new.id, _("不再有办理时限")
    if old.clause and not new.clause:
        yield new.id, _("不再写明依据条款")
    if old.lane and new.lane and old.lane.post != new.lane.post:
        yield new.id, _("办理岗位由“%(old)s”改为“%(new)s”") % {"old": old.lane.post, "new": new.lane.post}
    if old.multi and not new.multi:
        yield new.id, _("不再由各部门分别办理")
