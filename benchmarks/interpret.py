"""How many times faster than SpiffWorkflow the interpreter takes one step, both with their state through JSON."""

from __future__ import annotations

import argparse
import io
import json
import time
from collections.abc import Callable

from lianjing.kernel.process.decision import DecisionResult
from lianjing.kernel.process.graph import Graph, parse
from lianjing.kernel.process.interpret import INITIAL, Action, Complete, Start, State, interpret

OPEN = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:lj="urn:lianjing:bpmn:1"'
    ' targetNamespace="urn:bench"><bpmn:process id="payment" isExecutable="true">'
)
STEPS = ("apply", "audit", "internal", "planning", "finance", "land", "decide", "pay")
FLOWS = (
    ("start", "apply"),
    ("apply", "audit"),
    ("audit", "internal"),
    ("internal", "split"),
    ("split", "planning"),
    ("split", "finance"),
    ("split", "land"),
    ("planning", "join"),
    ("finance", "join"),
    ("land", "join"),
    ("join", "above"),
    ("above", "decide"),
    ("above", "merge"),
    ("decide", "merge"),
    ("merge", "pay"),
    ("pay", "end"),
)
TIMED = ("audit", "internal", "finance")  # each with a reminder that opens a step of its own
VARIABLES = {"amount_fen": 100_000_000, "payee": "某建设有限公司", "contract": "HT-2026-018"}


def payment_xml(equals: str, duration: str) -> str:
    """The payment process with three parallel reviews and reminders, conditions and durations in either dialect."""
    nodes = "".join(f'<bpmn:userTask id="{key}" name="{key}"/>' for key in STEPS)
    nodes += '<bpmn:startEvent id="start"/><bpmn:endEvent id="end"/>'
    nodes += "".join(f'<bpmn:parallelGateway id="{key}"/>' for key in ("split", "join"))
    nodes += '<bpmn:exclusiveGateway id="above" default="above_merge"/><bpmn:exclusiveGateway id="merge"/>'
    nodes += "".join(_reminder(key, duration) for key in TIMED)
    condition = f"<bpmn:conditionExpression>amount_fen {equals} 100000000</bpmn:conditionExpression>"
    flows = "".join(
        f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">'
        f"{condition if target == 'decide' else ''}</bpmn:sequenceFlow>"
        for source, target in FLOWS
    )
    return f"{OPEN}{nodes}{flows}</bpmn:process></bpmn:definitions>"


def _reminder(task: str, duration: str) -> str:
    return (
        f'<bpmn:boundaryEvent id="late_{task}" attachedToRef="{task}" cancelActivity="false">'
        f"<bpmn:timerEventDefinition><bpmn:timeDuration>{duration}</bpmn:timeDuration>"
        f'</bpmn:timerEventDefinition></bpmn:boundaryEvent><bpmn:userTask id="remind_{task}" name="remind"/>'
        f'<bpmn:endEvent id="reminded_{task}"/>'
        f'<bpmn:sequenceFlow id="r1_{task}" sourceRef="late_{task}" targetRef="remind_{task}"/>'
        f'<bpmn:sequenceFlow id="r2_{task}" sourceRef="remind_{task}" targetRef="reminded_{task}"/>'
    )


def decide(decision: str, variables: object) -> DecisionResult:
    raise NotImplementedError("the payment process of this benchmark has no rule step")


def _seconds(run: Callable[[], int], rounds: int) -> tuple[float, int]:
    """Seconds a step and the length of the longest saved state, best of three."""
    best, size = float("inf"), 0
    for _ in range(3):
        begin = time.perf_counter()
        for _ in range(rounds):
            size = run()
        best = min(best, (time.perf_counter() - begin) / rounds / len(STEPS))
    return best, size


def run_ours(graph: Graph) -> int:
    """One payment from application to receipt; every step reads and writes its state as JSON."""
    longest = 0
    text = interpret(graph, INITIAL, Start(VARIABLES), decide)[0].to_json()
    for step in STEPS:
        action: Action = Complete(step, "", {"opinion": "同意"})
        state, _ = interpret(graph, State.from_json(text), action, decide)
        text = state.to_json()
        longest = max(longest, len(text.encode()))
    assert state.is_ended
    return longest


def spiff_runner() -> Callable[[], int]:
    """The same payment in SpiffWorkflow; ImportError where the group `oracle` is not installed."""
    from SpiffWorkflow.bpmn.parser import BpmnParser  # noqa: PLC0415  (the peer is optional)
    from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer  # noqa: PLC0415
    from SpiffWorkflow.bpmn.workflow import BpmnWorkflow  # noqa: PLC0415
    from SpiffWorkflow.util.task import TaskState  # noqa: PLC0415

    parser = BpmnParser()
    parser.add_bpmn_io(io.BytesIO(payment_xml("==", "&quot;P3D&quot;").encode()))
    spec = parser.get_spec("payment")
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())

    def run() -> int:
        longest = 0
        workflow = BpmnWorkflow(spec)
        workflow.get_next_task(state=TaskState.READY).data.update(VARIABLES)
        workflow.do_engine_steps()
        text = serializer.serialize_json(workflow)
        for step in STEPS:
            workflow = serializer.deserialize_json(text)
            task = next(
                task
                for task in workflow.get_tasks(state=TaskState.READY, manual=True)
                if task.task_spec.bpmn_id == step
            )
            task.data["opinion"] = "同意"
            task.run()
            workflow.do_engine_steps()
            text = serializer.serialize_json(workflow)
            longest = max(longest, len(text.encode()))
        assert workflow.is_completed()
        return longest

    return run


def measure(rounds: int) -> dict[str, float]:
    """Take `rounds` payments of eight steps through both; milliseconds a step, bytes of state, and the ratio."""
    graph = parse(payment_xml("=", "3 working_day"))
    ours, our_bytes = _seconds(lambda: run_ours(graph), rounds)
    theirs, their_bytes = _seconds(spiff_runner(), max(1, rounds // 20))
    return {
        "interpreter_ms_a_step": round(ours * 1000, 4),
        "interpreter_state_bytes": our_bytes,
        "spiff_ms_a_step": round(theirs * 1000, 4),
        "spiff_state_bytes": their_bytes,
        "ratio": round(theirs / ours, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=400, help="payments of eight steps each (default 400)")
    print(json.dumps(measure(parser.parse_args().rounds), indent=2))


if __name__ == "__main__":
    main()
