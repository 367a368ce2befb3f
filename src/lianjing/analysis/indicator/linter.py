"""The portable subset: what an indicator's SELECT may hold so that every engine gives the same answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope

from lianjing.analysis.indicator.header import Header
from lianjing.analysis.lake.schema import schema

OUTPUT = re.compile(r"(subject|part|score|ev_table|ev_key|person_id|person_role|[fe]_[a-z][a-z0-9_]*)")
NEEDED = ("subject", "part", "score", "ev_table", "ev_key", "person_id", "person_role")
ALLOWED: frozenset[type[exp.Expr]] = frozenset((
    exp.Select, exp.Subquery, exp.CTE, exp.With, exp.From, exp.Join, exp.Where, exp.Group, exp.Having,
    exp.Order, exp.Ordered, exp.Union, exp.Table, exp.TableAlias, exp.Alias, exp.Identifier, exp.Column,
    exp.Literal, exp.Null, exp.Placeholder, exp.Paren, exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.LT,
    exp.LTE, exp.GT, exp.GTE, exp.Is, exp.In, exp.Between, exp.Exists, exp.Case, exp.If, exp.Add, exp.Sub,
    exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.DPipe, exp.Cast, exp.DataType, exp.DataTypeParam,
    exp.Coalesce, exp.Nullif, exp.Abs, exp.Sqrt, exp.Ln, exp.Exp, exp.Sum, exp.Count, exp.Min, exp.Max,
    exp.Star, exp.Distinct, exp.Window, exp.WindowSpec, exp.RowNumber, exp.Lead, exp.Lag, exp.Boolean,
))  # fmt: skip
TYPES = frozenset((exp.DataType.Type.BIGINT, exp.DataType.Type.DOUBLE, exp.DataType.Type.VARCHAR))
FRAMED = (exp.Sum, exp.Count, exp.Min, exp.Max)


class NotPortable(ValueError):
    """What of a text is outside the subset; one sentence each in `faults`."""

    def __init__(self, place: str, faults: list[str]) -> None:
        super().__init__(f"{place}: " + "; ".join(faults))
        self.faults = faults


def check(sql: str, header: Header) -> exp.Expr:
    """Return the qualified tree of the text; NotPortable says all that is outside the subset."""
    tree = _parsed(sql, header.code)
    faults = [*_node_faults(tree), *_parameter_faults(tree, header), *_table_faults(tree)]
    if not faults:
        types = schema().types()
        read: dict[str, object] = {name: types[name] for name in tables_of(tree)}
        try:
            tree = annotate_types(
                qualify(tree.copy(), schema=read, dialect="duckdb", validate_qualify_columns=True),
                schema=read,
                dialect="duckdb",
            )
        except SqlglotError as fault:
            faults.append(str(fault))
        else:
            faults += _output_faults(tree)
    if faults:
        raise NotPortable(header.code, faults)
    return tree


def tables_of(tree: exp.Expr) -> frozenset[str]:
    """Return the lake's tables that a text reads; a part of its own that bears the name of one is none."""
    sources = (source for scope in traverse_scope(tree) for source in scope.sources.values())
    return frozenset(
        each.name for each in sources if isinstance(each, exp.Table) and each.name in schema().tables
    )


def columns_of(tree: exp.Expr) -> frozenset[tuple[str, str]]:
    """Return the (table, column) pairs of the lake that a qualified text reads; an alias counts in its own part."""
    pairs = {
        (_source_of(scope, column.table), column.name)
        for scope in traverse_scope(tree)
        for column in scope.columns
    }
    return frozenset(pair for pair in pairs if pair[0] in schema().tables and _has(*pair))


def _source_of(scope: Scope | None, alias: str) -> str:
    """Return the table that an alias stands for in a part of a text or in those around it, '' where it is none."""
    while scope is not None:
        source = scope.sources.get(alias)
        if source is not None:
            return source.name if isinstance(source, exp.Table) else ""
        scope = scope.parent
    return ""


def _has(table: str, column: str) -> bool:
    return schema().tables[table].column(column) is not None


def _parsed(sql: str, place: str) -> exp.Expr:
    try:
        statements = [each for each in sqlglot.parse(sql, read="duckdb") if each is not None]
    except SqlglotError as fault:
        raise NotPortable(place, [str(fault)]) from fault
    if len(statements) != 1 or not isinstance(statements[0], exp.Select | exp.Union):
        raise NotPortable(place, ["write one SELECT and nothing else"])
    return statements[0]


def _node_faults(tree: exp.Expr) -> Iterator[str]:
    for node in tree.walk():
        if type(node) not in ALLOWED:  # exactly these: TRY_CAST is a CAST to isinstance
            yield f"{node.sql('duckdb')[:60]} ({type(node).__name__}) is outside the portable subset"
        else:
            yield from _care(node)


def _care(node: exp.Expr) -> Iterator[str]:
    """Yield what must be written with care: sums, divisions, decimal numbers, casts, windows, stars, joins."""
    rule = CARE.get(type(node))
    if rule is not None:
        yield from rule(node)


def _sum_faults(node: exp.Expr) -> Iterator[str]:
    if not _is_cast(node):
        yield f"{_shown(node)}: write CAST(SUM(x) AS BIGINT) or AS DOUBLE"


def _division_faults(node: exp.Expr) -> Iterator[str]:
    if not isinstance(_bare(node.expression), exp.Nullif | exp.Literal):
        yield f"{_shown(node)}: divide doubles by NULLIF(CAST(y AS DOUBLE), 0e0)"


def _number_faults(node: exp.Expr) -> Iterator[str]:
    if not node.is_string and "." in node.name and "e" not in node.name.lower():
        yield f"{node.name} is a decimal on one engine and a double on another: write {node.name}e0"


def _star_faults(node: exp.Expr) -> Iterator[str]:
    if not isinstance(node.parent, exp.Count):
        yield "* outside COUNT(*): name the columns"


def _join_faults(node: exp.Expr) -> Iterator[str]:
    is_plain = node.args.get("on") is not None or node.args.get("kind") == "CROSS"
    if node.args.get("method") or node.args.get("using") or not is_plain:
        yield f"{_shown(node)}: join with ON, or CROSS JOIN"


def _group_faults(node: exp.Expr) -> Iterator[str]:
    if node.args.get("all") is not None or not node.expressions:
        yield "GROUP BY ALL is not everywhere: name the columns"


def _union_faults(node: exp.Expr) -> Iterator[str]:
    if node.args.get("distinct") or node.args.get("by_name"):
        yield "write UNION ALL"


def _name_faults(node: exp.Expr) -> Iterator[str]:
    if not node.name:
        yield "name parameters: $name"


def _shown(node: exp.Expr) -> str:
    return node.sql("duckdb")[:60]


def _is_cast(node: exp.Expr) -> bool:
    above = node.parent
    if isinstance(above, exp.Window):
        above = above.parent
    return isinstance(above, exp.Cast)


def _bare(node: exp.Expr | None) -> exp.Expr | None:
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def _cast_faults(node: exp.Expr) -> Iterator[str]:
    if node.args["to"].this not in TYPES and node.args["to"].this != exp.DataType.Type.TEXT:
        yield f"{node.sql('duckdb')[:60]}: cast to BIGINT, DOUBLE or VARCHAR"


def _window_faults(node: exp.Expr) -> Iterator[str]:
    order = node.args.get("order")
    if isinstance(node.this, exp.RowNumber | exp.Lead | exp.Lag) and order is None:
        yield f"{node.sql('duckdb')[:60]}: order the window, a unique id last"
    if isinstance(node.this, FRAMED) and order is not None and node.args.get("spec") is None:
        yield f"{node.sql('duckdb')[:60]}: write the frame (ROWS or RANGE BETWEEN …)"


CARE: Mapping[type[exp.Expr], Callable[[exp.Expr], Iterator[str]]] = {
    exp.Sum: _sum_faults,
    exp.Div: _division_faults,
    exp.Literal: _number_faults,
    exp.Cast: _cast_faults,
    exp.Window: _window_faults,
    exp.Star: _star_faults,
    exp.Join: _join_faults,
    exp.Group: _group_faults,
    exp.Union: _union_faults,
    exp.Placeholder: _name_faults,
}


def _parameter_faults(tree: exp.Expr, header: Header) -> Iterator[str]:
    stated = {each.name for each in header.parameters}
    used = {each.name for each in tree.find_all(exp.Placeholder)}
    yield from (f"${name} is no parameter of the header" for name in sorted(used - stated - {"today"}))
    yield from (f"parameter {name} is never used" for name in sorted(stated - used))


def _table_faults(tree: exp.Expr) -> Iterator[str]:
    named = {each.alias for each in tree.find_all(exp.CTE)}
    known = schema().tables
    for each in tree.find_all(exp.Table):
        if each.name not in named and each.name not in known:
            yield f"{each.name} is no table of the lake"


def _output_faults(tree: exp.Expr) -> Iterator[str]:
    assert isinstance(tree, exp.Select | exp.Union)
    outputs: Mapping[str, exp.Expr] = {each.alias_or_name: each for each in tree.selects}
    yield from (f"output {name} is missing" for name in NEEDED if name not in outputs)
    for name, each in outputs.items():
        if not OUTPUT.fullmatch(name):
            yield f"output {name}: subject, part, score, f_…, e_…, ev_table, ev_key, person_id, person_role"
        kind = each.type.this if each.type is not None else None
        is_plain = kind in {*TYPES, exp.DataType.Type.TEXT, exp.DataType.Type.INT, exp.DataType.Type.NULL}
        if kind is not None and kind is not exp.DataType.Type.UNKNOWN and not is_plain:
            yield f"output {name} is {each.type.sql() if each.type else kind}: BIGINT, DOUBLE or VARCHAR only"
