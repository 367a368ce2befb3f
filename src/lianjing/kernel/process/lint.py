"""What a sound diagram still leaves unsaid: names, posts, deadlines, defaults. Each fault names its remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lianjing.kernel.process.fault import Fault
from lianjing.kernel.process.graph import (
    CallActivity,
    EndEvent,
    Gateway,
    GatewayKind,
    Graph,
    Node,
    Task,
    TaskKind,
)

_NO_NAME = "没有名称,请填写办理人看得懂的名称"
_SAME_NAME = "与另一环节同名“%(name)s”,请区别命名"
_NO_LANE = "没有岗位,请放进写明岗位的泳道"
_NO_DEADLINE = "依据“%(clause)s”办理,但没有时限,请填写时限或参数"
_NO_CLAUSE = "没有依据条款,请写明条款"
_NO_DEFAULT = "各条流出都有条件,条件都不成立时流程停住,请指定默认流"
_NO_CHOICE = "只有一条流入和一条流出,不起作用,请删去"
_NO_PROCESS_NAME = "流程没有名称,请填写"


def lint(graph: Graph) -> list[Fault]:
    """List what is missing, in the order of the document; an empty list where nothing is."""
    faults = [] if graph.name.strip() else [Fault(graph.key, _NO_PROCESS_NAME)]
    names = Counter(node.name for node in graph.nodes.values() if isinstance(node, Task | CallActivity))
    for node in graph.nodes.values():
        if isinstance(node, Task | CallActivity):
            faults += _step(node)
            if node.name.strip() and names[node.name] > 1:
                faults.append(Fault(node.id, _SAME_NAME, {"name": node.name}))
        elif isinstance(node, Gateway):
            faults += _gateway(graph, node)
        elif isinstance(node, EndEvent) and not node.name.strip():
            faults.append(Fault(node.id, _NO_NAME))
    return faults


def _step(node: Task | CallActivity) -> Iterator[Fault]:
    if not node.name.strip():
        yield Fault(node.id, _NO_NAME)
    if not node.clause:
        yield Fault(node.id, _NO_CLAUSE)
    if not _is_users(node):
        return
    if node.lane is None or not node.lane.post:
        yield Fault(node.id, _NO_LANE)
    if node.clause and isinstance(node, Task) and not node.deadline:
        yield Fault(node.id, _NO_DEADLINE, {"clause": node.clause})


def _is_users(node: Node) -> bool:
    return isinstance(node, Task) and node.kind is TaskKind.USER


def _gateway(graph: Graph, gateway: Gateway) -> Iterator[Fault]:
    outgoing = graph.outgoing(gateway.id)
    if len(outgoing) == 1 and len(graph.incoming(gateway.id)) == 1:
        yield Fault(gateway.id, _NO_CHOICE)
    is_choice = gateway.kind is not GatewayKind.PARALLEL and len(outgoing) > 1
    if is_choice and not any(flow.is_default for flow in outgoing):
        yield Fault(gateway.id, _NO_DEFAULT)
