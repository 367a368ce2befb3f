"""Compiles conditions and decision cells to closures over the variables; never `eval`.

Numbers are exact (integers and fractions, no binary floats). A comparison of unlike kinds, or of nothing with `<`,
is refused instead of counting as false: a missing amount must not choose a path in silence.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from lianjing.kernel.process import feel
from lianjing.kernel.process.fault import ExplainedError

Value: TypeAlias = str | int | bool | list[str] | None
Operand: TypeAlias = "str | int | bool | Fraction | Decimal | date | Sequence[Operand] | None"
Variables: TypeAlias = Mapping[str, Value]
ParameterLookup: TypeAlias = Callable[[str], Decimal | int]

_Scope: TypeAlias = Mapping[str, Operand]
_Closure: TypeAlias = Callable[[_Scope, ParameterLookup], Operand]
_Check: TypeAlias = Callable[[Operand, _Scope, ParameterLookup], bool]

_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class UnknownName(ExplainedError):
    """The variable `name` is not set."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__("没有名为“%(name)s”的变量", name=name)


class NotComparable(ExplainedError):
    """Two values of unlike kinds, or a missing value, in a calculation or comparison."""

    def __init__(self, left: object, right: object, sign: str) -> None:
        super().__init__("“%(left)s”与“%(right)s”不能作“%(sign)s”运算", left=left, right=right, sign=sign)


def _no_parameter(key: str) -> Decimal:
    raise UnknownName(key)


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression; equal when the text is equal. Calling it raises UnknownName or NotComparable."""

    text: str
    names: frozenset[str] = field(compare=False)
    _run: _Closure = field(repr=False, compare=False)

    def __call__(self, variables: Mapping[str, Operand]) -> Operand:
        return self._run(variables, _no_parameter)

    def holds(self, variables: Mapping[str, Operand]) -> bool:
        """The truth of a condition; NotComparable where it is neither true nor false."""
        return _truth(self._run(variables, _no_parameter), self.text)


@dataclass(frozen=True, slots=True)
class UnaryTest:
    """One compiled cell; `parameters` are the keys it asks the lookup for."""

    text: str
    parameters: frozenset[str] = field(compare=False)
    tests: feel.Tests = field(repr=False, compare=False)
    _run: _Check = field(repr=False, compare=False)

    def __call__(self, value: Operand, parameter: ParameterLookup = _no_parameter) -> bool:
        return self._run(value, {}, parameter)


def compile_expression(text: str) -> Expression:
    """Compile a condition or an input expression; BadExpression where the text is outside the subset."""
    node = feel.parse_expression(text)
    return Expression(text.strip(), frozenset(_names(node)), _expression(node))


def compile_unary(text: str) -> UnaryTest:
    """Compile one input cell of a decision table; BadExpression where the text is outside the subset."""
    tests = feel.parse_unary(text)
    return UnaryTest(text.strip(), frozenset(_parameters(tests)), tests, _tests(tests))


def compile_literal(text: str) -> Callable[[ParameterLookup], Operand]:
    """Compile one output cell: a literal, a list of literals or a parameter."""
    run = _expression(feel.parse_literal(text))
    return lambda parameter: run({}, parameter)


def endpoint_value(node: feel.Node, parameter: ParameterLookup) -> Operand:
    """The value of an endpoint of a unary test, numbers as int or Fraction."""
    return _expression(node)({}, parameter)


def _children(node: feel.Node) -> tuple[feel.Node, ...]:
    match node:
        case feel.Negative(inner) | feel.Not(inner) | feel.Compare(_, inner):
            return (inner,)
        case feel.Binary(_, left, right) | feel.Range(left, right, _, _) | feel.In(left, right):
            return (left, right)
        case feel.ListOf(items) | feel.Tests(items, _):
            return items
    return ()


def _names(node: feel.Node) -> list[str]:
    own = [node.name] if isinstance(node, feel.Name) else []
    return own + [name for child in _children(node) for name in _names(child)]


def _parameters(node: feel.Node) -> list[str]:
    own = [node.key] if isinstance(node, feel.Parameter) else []
    return own + [key for child in _children(node) for key in _parameters(child)]


def _expression(node: feel.Node) -> _Closure:
    match node:
        case feel.Literal(value):
            return lambda scope, parameter: value
        case feel.Name(name):
            return _name(name)
        case feel.Parameter(key):
            return lambda scope, parameter: _exact(parameter(key))
        case feel.Negative(inner):
            return _calculation("-", lambda scope, parameter: 0, _expression(inner))
        case feel.ListOf(items):
            runs = [_expression(item) for item in items]
            return lambda scope, parameter: [run(scope, parameter) for run in runs]
        case feel.Binary(sign, left, right):
            return _binary(sign, _expression(left), _expression(right))
    return _condition(node)


def _condition(node: feel.Node) -> _Closure:
    if isinstance(node, feel.Not):
        run = _expression(node.operand)
        return lambda scope, parameter: not _truth(run(scope, parameter), "not")
    if isinstance(node, feel.In):
        value, check = _expression(node.left), _tests(node.tests)
        return lambda scope, parameter: check(value(scope, parameter), scope, parameter)
    raise TypeError(node)  # the other kinds stand only inside Tests: the reader builds nothing else


def _name(name: str) -> _Closure:
    def run(scope: _Scope, parameter: ParameterLookup) -> Operand:
        try:
            return scope[name]
        except KeyError:
            raise UnknownName(name) from None

    return run


def _binary(sign: str, left: _Closure, right: _Closure) -> _Closure:
    if sign == "and":
        return lambda s, p: _truth(left(s, p), sign) and _truth(right(s, p), sign)
    if sign == "or":
        return lambda s, p: _truth(left(s, p), sign) or _truth(right(s, p), sign)
    if sign == "=":
        return lambda s, p: is_equal(left(s, p), right(s, p))
    if sign == "!=":
        return lambda s, p: not is_equal(left(s, p), right(s, p))
    if sign in _ORDER:
        return lambda s, p: is_ordered(sign, left(s, p), right(s, p))
    return _calculation(sign, left, right)


def _truth(value: Operand, sign: str) -> bool:
    if not isinstance(value, bool):
        raise NotComparable(value, "true/false", sign)
    return value


def _exact(value: Operand) -> Operand:
    """Turn a Decimal into an int or a Fraction, so that all arithmetic is exact."""
    if isinstance(value, Decimal):
        number = Fraction(value)
        return int(number) if number.denominator == 1 else number
    return value


def _calculation(sign: str, left: _Closure, right: _Closure) -> _Closure:
    def run(scope: _Scope, parameter: ParameterLookup) -> Operand:
        first, second = _exact(left(scope, parameter)), _exact(right(scope, parameter))
        if isinstance(first, bool) or isinstance(second, bool):
            raise NotComparable(first, second, sign)
        if not isinstance(first, int | Fraction) or not isinstance(second, int | Fraction):
            raise NotComparable(first, second, sign)
        if sign == "+":
            return first + second
        if sign == "-":
            return first - second
        if sign == "*":
            return first * second
        if second == 0:
            raise NotComparable(first, second, sign)
        return Fraction(first) / second

    return run


def _kind(value: Operand) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | Fraction | Decimal):
        return "number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, date):
        return "date"
    return "list" if isinstance(value, list | tuple) else type(value).__name__


def _alike(left: Operand, right: Operand, sign: str) -> tuple[Operand, Operand]:
    """Bring two values to one kind (a text beside a date is read as a date), or refuse."""
    kinds = _kind(left), _kind(right)
    if kinds[0] == kinds[1] and kinds[0] in ("boolean", "number", "text", "date", "list"):
        return left, right
    try:
        if kinds == ("text", "date"):
            return date.fromisoformat(str(left)), right
        if kinds == ("date", "text"):
            return left, date.fromisoformat(str(right))
    except ValueError:
        raise NotComparable(left, right, sign) from None
    raise NotComparable(left, right, sign)


def is_equal(left: Operand, right: Operand) -> bool:
    """Compare two values of one kind; nothing equals only nothing."""
    if left is None or right is None:
        return left is right
    if type(left) is type(right):
        return left == right
    first, second = _alike(left, right, "=")
    return first == second


def is_ordered(sign: str, left: Operand, right: Operand) -> bool:
    """Compare two numbers, texts or dates by `<`, `<=`, `>` or `>=`."""
    if type(left) is int and type(right) is int:
        return _ORDER[sign](left, right)
    first, second = _alike(left, right, sign)
    if isinstance(first, bool | list | tuple):
        raise NotComparable(left, right, sign)
    return _ORDER[sign](first, second)


def _tests(tests: feel.Tests) -> _Check:
    checks = [_test(node) for node in tests.alternatives]
    if not checks:
        return lambda value, scope, parameter: True
    if tests.is_negated:
        return lambda value, scope, parameter: not any(check(value, scope, parameter) for check in checks)
    if len(checks) == 1:
        return checks[0]
    return lambda value, scope, parameter: any(check(value, scope, parameter) for check in checks)


def _test(node: feel.Node) -> _Check:
    match node:
        case feel.Compare(sign, endpoint):
            return _comparison(sign, _expression(endpoint))
        case feel.Range(low, high, is_low_open, is_high_open):
            above = _comparison(">" if is_low_open else ">=", _expression(low))
            below = _comparison("<" if is_high_open else "<=", _expression(high))
            return lambda value, scope, parameter: (
                above(value, scope, parameter) and below(value, scope, parameter)
            )
    run = _expression(node)

    def check(value: Operand, scope: _Scope, parameter: ParameterLookup) -> bool:
        expected = run(scope, parameter)
        if isinstance(expected, list) and not isinstance(value, list | tuple):
            return any(is_equal(value, item) for item in expected)
        return is_equal(value, expected)

    return check


def _comparison(sign: str, run: _Closure) -> _Check:
    if sign == "=":
        return lambda value, scope, parameter: is_equal(value, run(scope, parameter))
    if sign == "!=":
        return lambda value, scope, parameter: not is_equal(value, run(scope, parameter))
    compare = _ORDER[sign]

    def check(value: Operand, scope: _Scope, parameter: ParameterLookup) -> bool:
        bound = run(scope, parameter)
        if type(value) is int and type(bound) is int:  # fen against fen: the cells of nearly every table
            return compare(value, bound)
        return is_ordered(sign, value, bound)

    return check
