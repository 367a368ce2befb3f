"""Places written into a diagram: the same process is read from it, and every element has its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lianjing.domains.works
from lianjing.kernel.process.drawing import _drawn, with_places
from lianjing.kernel.process.graph import parse
from lianjing.kernel.process.xml_source import BadSource, read

SHIPPED = sorted((Path(lianjing.domains.works.__file__).parent / "processes").glob("*.bpmn"))
SMALL = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">
  <process id="p" name="{name}"><startEvent id="s"/><userTask id="a" name="办"/><endEvent id="e"/>
  <sequenceFlow id="f" sourceRef="s" targetRef="a"/><sequenceFlow id="g" sourceRef="a" targetRef="e"/></process>{more}
</definitions>"""


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_process_with_places_reads_as_the_process_without(path: Path) -> None:
    xml = path.read_text("utf-8")
    drawn = with_places(xml)
    before, after = parse(xml), parse(drawn)
    assert replace(after, sha256=before.sha256) == before
    places = _drawn(read(drawn)[0])
    assert places >= {*before.nodes, *before.flows, *(lane.id for lane in before.lanes)}


@pytest.mark.parametrize("path", SHIPPED[:3], ids=lambda path: path.stem)
def test_a_diagram_that_has_all_places_is_left_alone(path: Path) -> None:
    drawn = with_places(path.read_text("utf-8"))
    assert with_places(drawn) == drawn


def test_places_that_lack_one_element_are_written_anew() -> None:
    drawn = with_places(SMALL.format(name="n", more=""))
    partial = drawn.replace('bpmnElement="g"', 'bpmnElement="gone"')
    again = with_places(partial)
    assert 'bpmnElement="g"' in again
    assert again.count("BPMNDiagram") == 2


def test_a_pool_that_is_there_is_kept() -> None:
    pool = '<collaboration id="c"><participant id="mine" name="池" processRef="p"/></collaboration>'
    drawn = with_places(SMALL.format(name="n", more=pool))
    assert 'bpmnElement="mine"' in drawn
    assert drawn.count("<participant") == 1


@settings(max_examples=40)
@given(
    name=st.text(
        alphabet=st.characters(codec="utf-8", exclude_characters='&<"', exclude_categories=["C"]), max_size=20
    )
)
def test_any_name_survives(name: str) -> None:
    xml = SMALL.format(name=name, more="")
    assert parse(with_places(xml)).name == parse(xml).name


def test_a_text_that_hides_its_end_is_refused() -> None:
    with pytest.raises(BadSource):
        with_places(SMALL.format(name="n", more="") + "<!-- </definitions> -->")


def test_what_parse_refuses_is_refused() -> None:
    with pytest.raises(BadSource):
        with_places("<definitions/>")
