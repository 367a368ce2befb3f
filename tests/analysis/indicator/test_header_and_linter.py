"""What a header must say and what a text may hold; each refusal names the place and the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from lianjing.analysis.indicator.header import BadHeader, parse
from lianjing.analysis.indicator.library import Indicator, library, read
from lianjing.analysis.indicator.linter import NotPortable, check, tables_of
from lianjing.analysis.indicator.scoped import hindrance

GOOD = """-- code: M-T99
-- title: 试验 | Trial
-- domain: works
-- severity: red
-- evidences: 无
-- source: 无
-- subject: tender
-- rows: bid(tender_id), tender(id)
-- param: limit = 365 [30..730]
-- explain: {f_n}
-- explain_en: {f_n}
"""
SELECT = (
    "SELECT 'tender:' || b.tender_id AS subject, '' AS part, 1 AS score, $limit AS f_n, {extra} 'bid' AS ev_table, "
    "b.id AS ev_key, NULL AS person_id, '' AS person_role FROM bid b {rest}"
)


def text(extra: str = "", rest: str = "") -> str:
    return SELECT.format(extra=extra, rest=rest)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("-- severity: crimson", "severity crimson"),
        ("-- code: T99", "not of the form"),
        ("-- title: 只有中文", "English half"),
        ("-- rows: everything", "population"),
        ("-- param: limit 365", "name = 365"),
        ("-- colour: red", "not a header line"),
        ("-- severity:", "missing severity"),
    ],
)
def test_a_bad_header_is_refused_with_its_remedy(line: str, said: str) -> None:
    key = line.split(":")[0]
    lines = [line if each.startswith(key + ":") else each for each in GOOD.splitlines()]
    body = "\n".join(lines if line in lines else [*lines, line])
    with pytest.raises(BadHeader, match=said):
        parse(body, "mt99_trial.sql")


def test_a_header_gives_parameters_with_bounds_and_keys() -> None:
    header = parse(GOOD + "-- param: tier = @works.change.tier\n", "mt99_trial.sql")
    assert [(each.name, each.value, each.key, each.high) for each in header.parameters] == [
        ("limit", 365, "", 730.0),
        ("tier", None, "works.change.tier", None),
    ]
    assert header.rows == (("bid", "tender_id"), ("tender", "id")) and not header.is_population


def test_the_plain_text_is_portable() -> None:
    check(GOOD + text(), parse(GOOD, "x"))


@pytest.mark.parametrize(
    ("extra", "rest"),
    [
        ("percentile_cont(0.5) WITHIN GROUP (ORDER BY b.price_fen) AS f_x,", ""),
        ("SUM(b.price_fen) AS f_x,", "GROUP BY b.id, b.tender_id"),
        ("b.price_fen / b.days AS f_x,", ""),
        ("0.85 AS f_x,", ""),
        ("CAST(b.price_fen AS DECIMAL(10, 2)) AS f_x,", ""),
        ("TRY_CAST(b.rank AS BIGINT) AS f_x,", ""),
        ("arg_max(b.id, b.rank) AS f_x,", "GROUP BY b.id, b.tender_id"),
        ("mode(b.rank) AS f_x,", ""),
        ("median(b.rank) AS f_x,", ""),
        ("any_value(b.rank) AS f_x,", ""),
        ("list(b.id) AS f_x,", ""),
        ("{'a': 1} AS f_x,", ""),
        ("[1, 2] AS f_x,", ""),
        ("length(b.id) AS f_x,", ""),
        ("levenshtein(b.id, b.tender_id) AS f_x,", ""),
        ("substring(b.id, 1, 2) AS f_x,", ""),
        ("hash(b.id) AS f_x,", ""),
        ("log(b.price_fen) AS f_x,", ""),
        ("random() AS f_x,", ""),
        ("now() AS f_x,", ""),
        ("current_date AS f_x,", ""),
        ("DATE '2024-01-01' AS f_x,", ""),
        ("corr(b.rank, b.rank) AS f_x,", ""),
        ("ROW_NUMBER() OVER () AS f_x,", ""),
        ("COUNT(*) OVER (PARTITION BY b.tender_id ORDER BY b.id) AS f_x,", ""),
        ("b.no_such_column AS f_x,", ""),
        ("1 AS something,", ""),
        ("", "JOIN no_such_table n ON n.id = b.id"),
        ("", "JOIN tender t USING (id)"),
        ("", "NATURAL JOIN tender t"),
        ("", "ASOF JOIN tender t ON t.id = b.tender_id AND t.deadline_at >= b.received_at"),
        ("", "WHERE b.id LIKE 'a%'"),
        ("", "WHERE b.id = $other"),
        ("", "WHERE b.id = ?"),
        ("", "GROUP BY ALL"),
        ("", "QUALIFY ROW_NUMBER() OVER (ORDER BY b.id) = 1"),
        ("", "LIMIT 3"),
        ("", "UNION SELECT 1"),
        ("", ", read_csv('/etc/passwd') r"),
        ("", "; DROP TABLE bid"),
    ],
)
def test_what_engines_do_differently_is_refused(extra: str, rest: str) -> None:
    with pytest.raises(NotPortable):
        check(GOOD + text(extra, rest), parse(GOOD, "x"))


@pytest.mark.parametrize(
    "body", ["DELETE FROM bid", "ATTACH 'x'", "WITH x AS (DELETE FROM bid) SELECT 1", "SELEKT"]
)
def test_only_one_select_is_a_text(body: str) -> None:
    with pytest.raises(NotPortable):
        check(GOOD + body, parse(GOOD, "x"))


def test_a_part_that_bears_the_name_of_a_table_is_not_that_table() -> None:
    own = "WITH fact AS (SELECT t.id FROM tender t) " + text(rest="JOIN fact f ON f.id = b.tender_id")
    assert tables_of(check(GOOD + own, parse(GOOD, "x"))) == {"bid", "tender"}


@pytest.mark.parametrize("indicator", library(), ids=lambda each: each.header.code)
def test_the_rows_of_a_header_name_every_table_that_its_text_reads(indicator: Indicator) -> None:
    assert hindrance(indicator) in {"", "population"}


def test_a_parameter_that_no_text_uses_is_refused() -> None:
    with pytest.raises(NotPortable, match="never used"):
        check(GOOD + text().replace("$limit", "1"), parse(GOOD, "x"))


def test_a_file_is_named_by_its_code(tmp_path: Path) -> None:
    place = tmp_path / "mt98_trial.sql"
    place.write_text(GOOD + text())
    with pytest.raises(BadHeader, match="MT98"):
        read(place)


def test_the_library_holds_each_code_once() -> None:
    codes = [each.header.code for each in library()]
    assert len(codes) == len(set(codes)) and "M-T15" in codes
