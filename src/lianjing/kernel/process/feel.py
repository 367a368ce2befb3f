"""Reads the FEEL subset of conditions and decision cells into a small closed syntax tree."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeAlias

from lianjing.kernel.process.fault import ExplainedError

MAX_TEXT = 4_000
MAX_DEPTH = 40
COMPARISONS = ("<=", ">=", "!=", "<", ">", "=")

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)"
    r'|(?P<string>"(?:[^"\\]|\\.)*")'
    r"|(?P<parameter>@[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<sign>\.\.|<=|>=|!=|[-<>=+*/()\[\],]))"
)
_ESCAPE = re.compile(r"\\(.)")
_WORDS = frozenset({"and", "or", "not", "in", "true", "false", "null"})


class BadExpression(ExplainedError):
    """Text outside the subset; `position` counts characters from 0."""

    def __init__(self, text: str, position: int, reason: str, /, **values: object) -> None:
        self.text = text
        self.position = position
        super().__init__(reason, **values)


@dataclass(frozen=True, slots=True)
class Literal:
    value: bool | int | Fraction | str | date | None


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Parameter:
    key: str


@dataclass(frozen=True, slots=True)
class Negative:
    operand: Node


@dataclass(frozen=True, slots=True)
class Not:
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class ListOf:
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Range:
    low: Node
    high: Node
    is_low_open: bool
    is_high_open: bool


@dataclass(frozen=True, slots=True)
class Compare:
    """`< 50`: the left side is the value under test."""

    operator: str
    endpoint: Node


@dataclass(frozen=True, slots=True)
class Tests:
    """Alternatives of one cell; an empty tuple is `-`, which any value passes."""

    alternatives: tuple[Node, ...]
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class In:
    left: Node
    tests: Tests


Node: TypeAlias = Literal | Name | Parameter | Negative | Not | Binary | ListOf | Range | Compare | Tests | In


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def _tokens(text: str) -> list[_Token]:
    if len(text) > MAX_TEXT:
        raise BadExpression(text, MAX_TEXT, "表达式过长")
    found: list[_Token] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            raise BadExpression(text, position, "不能识别的字符“%(sign)s”", sign=text[position:].lstrip()[:1])
        kind = match.lastgroup or ""
        found.append(_Token(kind, match.group(kind), match.start(kind)))
        position = match.end()
    found.append(_Token("end", "", end))
    return found


class _Reader:
    def __init__(self, text: str, *, names_allowed: bool, parameters_allowed: bool) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.index = 0
        self.depth = 0
        self.names_allowed = names_allowed
        self.parameters_allowed = parameters_allowed

    def fail(self, reason: str, **values: object) -> BadExpression:
        return BadExpression(self.text, self.tokens[self.index].position, reason, **values)

    def peek(self, *texts: str) -> bool:
        token = self.tokens[self.index]
        return token.kind in ("sign", "name") and token.text in texts

    def take(self, *texts: str) -> str | None:
        if not self.peek(*texts):
            return None
        self.index += 1
        return self.tokens[self.index - 1].text

    def expect(self, *texts: str) -> str:
        taken = self.take(*texts)
        if taken is None:
            raise self.unexpected()
        return taken

    def unexpected(self) -> BadExpression:
        token = self.tokens[self.index]
        if token.kind == "end":
            return self.fail("表达式不完整")
        return self.fail("此处不能用“%(sign)s”", sign=token.text)

    def nested(self, read: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fail("表达式嵌套过深")
        node = read()
        self.depth -= 1
        return node

    def finish(self) -> None:
        if self.tokens[self.index].kind != "end":
            raise self.unexpected()

    # expression: or > and > comparison > sum > product > unary > primary

    def expression(self) -> Node:
        return self.chain(("or",), lambda: self.chain(("and",), self.comparison))

    def chain(self, operators: tuple[str, ...], read: Callable[[], Node]) -> Node:
        node = read()
        count = 0
        while operator := self.take(*operators):
            count += 1
            if count > MAX_DEPTH:
                raise self.fail("表达式嵌套过深")
            node = Binary(operator, node, read())
        return node

    def comparison(self) -> Node:
        left = self.sum()
        if operator := self.take(*COMPARISONS):
            return Binary(operator, left, self.sum())
        if self.take("in"):
            return In(left, self.membership())
        return left

    def sum(self) -> Node:
        return self.chain(("+", "-"), lambda: self.chain(("*", "/"), self.unary))

    def unary(self) -> Node:
        if self.take("-"):
            return Negative(self.nested(self.unary))
        if self.take("not"):
            self.expect("(")
            inner = self.nested(self.expression)
            self.expect(")")
            return Not(inner)
        if self.take("("):
            inner = self.nested(self.expression)
            self.expect(")")
            return inner
        return self.endpoint(self.expression)

    def endpoint(self, item: Callable[[], Node]) -> Node:
        """Read a literal, a name, a parameter or a list of `item`."""
        token = self.tokens[self.index]
        if token.kind == "parameter" and self.parameters_allowed:
            self.index += 1
            return Parameter(token.text[1:])
        if token.kind == "name" and token.text not in _WORDS:
            return self.word(token)
        if self.take("["):
            return self.list_after_bracket(self.nested(item), item)
        return Literal(self.literal(token))

    def word(self, token: _Token) -> Node:
        self.index += 1
        if token.text == "date" and self.peek("("):
            return self.date()
        if not self.names_allowed:
            self.index -= 1
            raise self.fail("此处不能用名称“%(name)s”,文字须加双引号", name=token.text)
        return Name(token.text)

    def date(self) -> Node:
        self.expect("(")
        token = self.tokens[self.index]
        text = self.literal(token)
        try:
            value = date.fromisoformat(text if isinstance(text, str) else "")
        except ValueError:
            self.index -= 1
            raise self.fail("日期“%(date)s”不是年-月-日", date=token.text) from None
        self.expect(")")
        return Literal(value)

    def literal(self, token: _Token) -> bool | int | Fraction | str | None:
        self.index += 1
        if token.kind == "number":
            return Fraction(token.text) if "." in token.text else int(token.text)
        if token.kind == "string":
            return _ESCAPE.sub(r"\1", token.text[1:-1])
        if token.kind == "name" and token.text in ("true", "false"):
            return token.text == "true"
        if token.kind == "name" and token.text == "null":
            return None
        self.index -= 1
        raise self.unexpected()

    def list_after_bracket(self, first: Node, item: Callable[[], Node]) -> Node:
        items = [first]
        while self.take(","):
            items.append(self.nested(item))
        self.expect("]")
        return ListOf(tuple(items))

    # unary tests

    def membership(self) -> Tests:
        """Read what stands after `in`: one test, or several in parentheses, or an open range."""
        if not self.take("("):
            return Tests((self.test(),))
        first = self.test()
        if self.take(".."):
            return Tests((self.range_end(first, is_low_open=True),))
        tests = [first]
        while self.take(","):
            tests.append(self.test())
        self.expect(")")
        return Tests(tuple(tests))

    def test(self) -> Node:
        if operator := self.take(*COMPARISONS):
            return Compare(operator, self.bound())
        if self.take("(", "]"):
            low = self.bound()
            self.expect("..")
            return self.range_end(low, is_low_open=True)
        if self.take("["):
            low = self.bound()
            if self.take(".."):
                return self.range_end(low, is_low_open=False)
            return self.list_after_bracket(low, self.bound)
        return self.bound()

    def bound(self) -> Node:
        if self.take("-"):
            return Negative(self.endpoint(self.bound))
        return self.endpoint(self.bound)

    def range_end(self, low: Node, *, is_low_open: bool) -> Node:
        high = self.bound()
        return Range(low, high, is_low_open, self.expect("]", ")", "[") != "]")

    def tests(self) -> Tests:
        if self.take("-"):
            if self.tokens[self.index].kind == "end":
                return Tests(())
            self.index -= 1
        if self.take("not"):
            self.expect("(")
            alternatives = self.alternatives()
            self.expect(")")
            return Tests(alternatives, is_negated=True)
        return Tests(self.alternatives())

    def alternatives(self) -> tuple[Node, ...]:
        tests = [self.test()]
        while self.take(","):
            tests.append(self.test())
        return tuple(tests)


def parse_expression(text: str) -> Node:
    """Read a condition or an input expression; a parameter name has no place here."""
    reader = _Reader(text, names_allowed=True, parameters_allowed=False)
    node = reader.expression()
    reader.finish()
    return node


def parse_unary(text: str) -> Tests:
    """Read one cell of a decision table: `-`, `< 50`, `[50..400)`, lists, `not(…)`, `@parameter`."""
    reader = _Reader(text, names_allowed=False, parameters_allowed=True)
    tests = reader.tests()
    reader.finish()
    return tests


def parse_literal(text: str) -> Node:
    """Read one output cell: a literal, a list of literals or a parameter."""
    reader = _Reader(text, names_allowed=False, parameters_allowed=True)
    node = reader.bound()
    reader.finish()
    return node
