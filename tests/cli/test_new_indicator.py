"""`lianjing new indicator`: what it writes passes the linter and its own examples; a taken code is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from lianjing.analysis.engine.duck import DuckEngine
from lianjing.analysis.indicator.examples import answer, expected, gaps, laid
from lianjing.analysis.indicator.examples import read as examples_of
from lianjing.analysis.indicator.library import read
from lianjing.cli.new_indicator import write
from lianjing.kernel.refusal import BadInput

WORDS = {"@TITLE@": "试验", "@TITLE_EN@": "Trial"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "src/lianjing/domains/works").mkdir(parents=True)
    return tmp_path


def test_the_new_files_run_as_they_are(checkout: Path) -> None:
    written = write("M-T99", "trial", domain="works", into=checkout, words=WORDS)
    assert [path.name for path in written] == ["mt99_trial.sql", "mt99_trial.toml"]
    indicator = read(written[0])
    examples = examples_of(indicator.examples)
    assert gaps(indicator.header, examples) == []
    engine = DuckEngine(memory="200MB", threads=1)
    for number, example in enumerate(examples):
        folder = checkout / str(number)
        folder.mkdir()
        engine.attach(laid(folder, indicator, example))
        assert answer(engine, indicator, example) == expected(example), example.name
    engine.close()


@pytest.mark.parametrize(
    ("code", "slug", "domain"),
    [("T99", "trial", "works"), ("M-T99", "A b", "works"), ("M-T99", "trial", "moon")],
)
def test_a_bad_code_name_or_domain_is_refused(checkout: Path, code: str, slug: str, domain: str) -> None:
    with pytest.raises(BadInput):
        write(code, slug, domain=domain, into=checkout, words=WORDS)


def test_a_taken_code_is_refused_and_nothing_is_overwritten(checkout: Path) -> None:
    first = write("M-T99", "trial", domain="works", into=checkout, words=WORDS)
    first[0].write_text("mine")
    with pytest.raises(BadInput):
        write("M-T99", "other", domain="works", into=checkout, words=WORDS)
    assert first[0].read_text() == "mine"
