"""Decision tables (决策表) from DMN 1.3 XML: evaluated by compiled cells, each row with its clause."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias, TypeVar
from xml.etree.ElementTree import Element

from lianjing.kernel.process import cover, xml_source
from lianjing.kernel.process.expression import (
    Expression,
    NotComparable,
    Operand,
    ParameterLookup,
    UnaryTest,
    Value,
    compile_expression,
    compile_literal,
    compile_unary,
)
from lianjing.kernel.process.fault import ExplainedError, Fault
from lianjing.kernel.process.feel import BadExpression
from lianjing.kernel.process.xml_source import BadSource, allowed, children, own, text

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"

BadDecision = BadSource
T = TypeVar("T")
Output: TypeAlias = Callable[[ParameterLookup], Operand]


class NoRule(ExplainedError):
    """No row fits the case."""

    def __init__(self, decision: str, inputs: Mapping[str, Operand]) -> None:
        self.decision = decision
        super().__init__(
            "决策表“%(decision)s”没有一行适用于%(inputs)s", decision=decision, inputs=dict(inputs)
        )


class Overlap(ExplainedError):
    """More than one row of a UNIQUE table fits the case."""

    def __init__(self, decision: str, rules: Sequence[str]) -> None:
        self.decision = decision
        self.rules = tuple(rules)
        super().__init__(
            "决策表“%(decision)s”有多行同时适用:%(rules)s", decision=decision, rules=", ".join(rules)
        )


class HitPolicy(StrEnum):
    UNIQUE = "UNIQUE"
    FIRST = "FIRST"
    COLLECT = "COLLECT"


@dataclass(frozen=True, slots=True)
class MatchedRule:
    """A row that fitted; `index` counts from 1, as the office reads the table."""

    id: str
    index: int
    clause: str


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """What the table answered; `inputs` are the values of its input columns by their expressions."""

    outputs: Mapping[str, Value]
    matched: tuple[MatchedRule, ...]
    inputs: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """One input: its expression, type ("number", "integer", "string", "boolean", "date") and allowed values."""

    label: str
    expression: Expression
    type: str
    values: UnaryTest | None


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    index: int
    clause: str
    description: str
    tests: tuple[UnaryTest, ...]
    outputs: tuple[Output, ...] = field(repr=False, compare=False)
    answers: tuple[str, ...] = ()  # the output cells as they are written


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """One decision; its id in the diagram's XML is its key."""

    key: str
    name: str
    hit_policy: HitPolicy
    inputs: tuple[Column, ...]
    outputs: tuple[str, ...]
    rules: tuple[Rule, ...]

    @property
    def parameters(self) -> frozenset[str]:
        """The parameter keys that the input cells name."""
        return frozenset(key for rule in self.rules for test in rule.tests for key in test.parameters)

    def evaluate(self, variables: Mapping[str, Operand], parameter: ParameterLookup) -> DecisionResult:
        """Answer for these variables.

        UNIQUE and FIRST give one value an output, COLLECT the list of all hits in order (empty without a hit).
        NoRule and Overlap say that the table does not cover the case; UnknownName that a variable is missing.
        """
        inputs = {column.expression.text: column.expression(variables) for column in self.inputs}
        values = tuple(inputs.values())
        hits: list[Rule] = []
        for rule in self.rules:
            for test, value in zip(rule.tests, values, strict=True):
                if not test(value, parameter):
                    break
            else:
                hits.append(rule)
                if self.hit_policy is HitPolicy.FIRST:
                    break
        return DecisionResult(
            self._answer(hits, inputs, parameter),
            tuple(MatchedRule(rule.id, rule.index, rule.clause) for rule in hits),
            {name: _plain(value) for name, value in inputs.items()},
        )

    def _answer(
        self, hits: Sequence[Rule], inputs: Mapping[str, Operand], parameter: ParameterLookup
    ) -> dict[str, Value]:
        if self.hit_policy is HitPolicy.COLLECT:
            return {
                name: _collected([rule.outputs[i](parameter) for rule in hits])
                for i, name in enumerate(self.outputs)
            }
        if not hits:
            raise NoRule(self.key, inputs)
        if len(hits) > 1:
            raise Overlap(self.key, [rule.id for rule in hits])
        return {
            name: _plain(give(parameter)) for name, give in zip(self.outputs, hits[0].outputs, strict=True)
        }


def _plain(value: Operand) -> Value:
    """A value as a process variable holds it; a fraction becomes its text, since variables know no fractions."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Sequence):
        return [str(item) for item in value]
    if isinstance(value, Fraction) and value.denominator == 1:
        return int(value)
    return str(value)


def _collected(values: Sequence[Operand]) -> list[str]:
    flat = [
        item
        for value in values
        for item in (value if isinstance(value, Sequence) and not isinstance(value, str) else [value])
    ]
    if not all(isinstance(item, str) for item in flat):
        raise NotComparable(flat, "text", "COLLECT")
    return [str(item) for item in flat]


_IGNORED = allowed(is_ignored=True)
_PROFILE = {
    "decision": allowed(
        "id name",
        children="decisionTable description question allowedAnswers variable"
        " informationRequirement extensionElements",
    ),
    "decisionTable": allowed(
        "id hitPolicy preferredOrientation outputLabel", children="input output rule annotation description"
    ),
    "input": allowed("id label", children="inputExpression inputValues description"),
    "inputExpression": allowed("id typeRef label", children="text description"),
    "inputValues": allowed("id", children="text"),
    "output": allowed("id label name typeRef", children="outputValues description"),
    "rule": allowed("id", "clause", "inputEntry outputEntry annotationEntry description"),
    "inputEntry": allowed("id label", children="text description"),
    "outputEntry": allowed("id label", children="text description"),
    "text": allowed(),
    "description": _IGNORED,
    "question": _IGNORED,
    "allowedAnswers": _IGNORED,
    "variable": _IGNORED,
    "outputValues": _IGNORED,
    "annotation": _IGNORED,
    "annotationEntry": _IGNORED,
    "informationRequirement": _IGNORED,
    "extensionElements": _IGNORED,
}
_TYPES = {
    "": "any",
    "number": "number",
    "integer": "integer",
    "long": "integer",
    "double": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
}


def parse_decision(xml: str | bytes) -> DecisionTable:
    """Read the one decision table of a DMN 1.3 document; BadDecision names the element and the reason."""
    root, _ = xml_source.read(xml)
    if root.tag != f"{{{DMN}}}definitions":
        raise BadDecision("", "文件不是DMN 1.3决策表")
    decisions = list(children(root, "decision"))
    if len(decisions) != 1:
        raise BadDecision("", "一个文件须有且只有一个决策,现有%(count)s个", count=len(decisions))
    decision = decisions[0]
    xml_source.check(decision, _PROFILE, namespace=DMN)
    tables = list(children(decision, "decisionTable"))
    if len(tables) != 1 or not decision.get("id"):
        raise BadDecision(decision.get("id", ""), "决策须有编号和一张决策表")
    return _table(decision, tables[0])


def _table(decision: Element, table: Element) -> DecisionTable:
    place = decision.get("id", "")
    policy = table.get("hitPolicy", "UNIQUE")
    if policy not in list(HitPolicy):
        raise BadDecision(place, "不支持命中策略“%(policy)s”", policy=policy)
    inputs = tuple(_column(element) for element in children(table, "input"))
    outputs = tuple(element.get("name", "") for element in children(table, "output"))
    if not inputs or not outputs or "" in outputs or len(set(outputs)) != len(outputs):
        raise BadDecision(place, "决策表须有输入列和名称不重复的输出列")
    if len({column.expression.text for column in inputs}) != len(inputs):
        raise BadDecision(place, "决策表有重复的输入列")
    rules = tuple(
        _rule(element, index, len(inputs), len(outputs))
        for index, element in enumerate(children(table, "rule"), 1)
    )
    if not rules or len({rule.id for rule in rules}) != len(rules):
        raise BadDecision(place, "决策表须有编号不重复的规则行")
    return DecisionTable(place, decision.get("name", ""), HitPolicy(policy), inputs, outputs, rules)


def _column(element: Element) -> Column:
    place = element.get("id", "")
    expressions = list(children(element, "inputExpression"))
    if len(expressions) != 1:
        raise BadDecision(place, "输入列须有且只有一个表达式")
    type_name = expressions[0].get("typeRef", "")
    if type_name not in _TYPES:
        raise BadDecision(place, "不支持类型“%(type)s”", type=type_name)
    values = [_text_of(child) for child in children(element, "inputValues")]
    expression = _compiled(compile_expression, place, _text_of(expressions[0]))
    return Column(
        element.get("label", "") or expression.text,
        expression,
        _TYPES[type_name],
        _compiled(compile_unary, place, values[0]) if values else None,
    )


def _rule(element: Element, index: int, input_count: int, output_count: int) -> Rule:
    place = element.get("id", "") or f"rule_{index}"
    tests = [_text_of(child) for child in children(element, "inputEntry")]
    outputs = [_text_of(child) for child in children(element, "outputEntry")]
    if len(tests) != input_count or len(outputs) != output_count:
        raise BadDecision(place, "规则行的格数与列数不符")
    return Rule(
        place,
        index,
        own(element, "clause"),
        text(next(children(element, "description"), None)),
        tuple(_compiled(compile_unary, place, cell or "-") for cell in tests),
        tuple(_compiled(compile_literal, place, cell) for cell in outputs),
        tuple(outputs),
    )


def _text_of(element: Element) -> str:
    return text(next(children(element, "text"), None))


def _compiled(compile_cell: Callable[[str], T], place: str, cell: str) -> T:
    try:
        return compile_cell(cell)
    except BadExpression as error:
        raise BadDecision(
            place,
            "“%(cell)s”写错,第%(position)s字处:%(error)s",
            cell=cell,
            position=error.position + 1,
            error=error.message,
        ) from None


def check(table: DecisionTable, parameter: ParameterLookup, *, limit: int = 20) -> list[Fault]:
    """Find cases that no row takes and, in a UNIQUE table, cases that two rows take; at most `limit` faults.

    Numbers and dates are cut exactly at the figures of the cells (whole numbers only where the type is integer);
    texts are those that the column names. A COLLECT table may leave cases out.
    """
    tests = [[rule.tests[i] for rule in table.rules] for i in range(len(table.inputs))]
    try:
        columns = [
            cover.cells(column, given.type, given.values, parameter)
            for column, given in zip(tests, table.inputs, strict=True)
        ]
    except NotComparable as error:
        return [Fault(table.key, error.reason, error.values)]
    bits = [cover.masks(column, cells, parameter) for column, cells in zip(tests, columns, strict=True)]
    faults: list[Fault] = []
    if table.hit_policy is not HitPolicy.COLLECT:
        faults += [
            Fault(table.key, "没有一行适用于:%(case)s", {"case": _case(table, labels)})
            for labels in cover.gaps(columns, bits, len(table.rules))
        ]
    if table.hit_policy is HitPolicy.UNIQUE:
        faults += [
            Fault(
                table.rules[second].id,
                "第%(first)s行与第%(second)s行同时适用于:%(case)s",
                {"first": str(first + 1), "second": str(second + 1), "case": _case(table, labels)},
            )
            for first, second, labels in cover.overlaps(columns, bits, len(table.rules))
        ]
    return faults[:limit]


def _case(table: DecisionTable, labels: Sequence[str]) -> str:
    return ", ".join(f"{column.label}: {label}" for column, label in zip(table.inputs, labels, strict=False))
