"""Papers: the layout of the standard, hostile and rare signs, the check, and who took which."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from datetime import UTC, date, datetime
from typing import Any

import pytest
import typst
from docx import Document as Word

from lianjing.kernel.process.graph import parse
from lianjing.kernel.trail.envelope import leaf_hash
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.trail.models import Event
from lianjing.web.diagram import draw
from lianjing.web.papers import faces, typeset, word
from lianjing.web.papers.drawn import svg_of
from lianjing.web.papers.minutes import numeral
from lianjing.web.papers.paper import (
    Cell,
    Check,
    Grid,
    Paper,
    Paragraph,
    Picture,
    clean,
    facts,
    long_day,
)
from tests.domains.works.playing import BUILDER, HEAD, OFFICER, OTHER_BUILDER, Play
from tests.web.conftest import Browser

NOW = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)
RARE = "祝䶮 邬𬭎 𬸚"
HOSTILE = '#panic("x") $a$ ] [ ") #read("/etc/passwd") \\u{41} *b* _c_ <l> @r <script>alert(1)</script> & "'
CONTROLS = "a\x00b\x08c\x0bd\ud800e\u202ef"
SIGNS = 28
LINES = 22


def paper(**columns: Any) -> Paper:
    return Paper(**{"title": "会议纪要", "blocks": (Paragraph("正文"),), **columns})


def described(made: Paper) -> dict[str, str]:
    return {"paper": typeset.json.dumps(typeset.described(made) | {"faces": faces.families()})}


def pages(made: Paper) -> int:
    drawn = typst.compile(
        typeset.TEMPLATE, format="svg", sys_inputs=described(made), font_paths=faces.fonts()
    )
    return len(drawn) if isinstance(drawn, list) else 1


def signs_in(pdf: bytes) -> set[str]:
    """Return the signs that the PDF says its glyphs stand for (ToUnicode), by which readers search and copy."""
    found: set[str] = set()
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            text = zlib.decompress(stream)
        except zlib.error:
            continue
        for part in re.findall(rb"beginbf(?:char|range)(.*?)endbf", text, re.DOTALL):
            for code in re.findall(rb"<([0-9A-Fa-f]+)>", part):
                if len(code) % 4 == 0:
                    found |= set(bytes.fromhex(code.decode()).decode("utf-16-be", "ignore"))
    return found


@pytest.fixture(autouse=True)
def _face() -> None:
    try:
        faces.families()
    except faces.NoChineseFace:
        pytest.skip("no Chinese type face on this machine: install fonts-noto-cjk")


def test_a_page_holds_22_lines_of_28_signs() -> None:
    line = "汉" * SIGNS
    body = paper(title="题", blocks=(Paragraph("　　"[:0] + "汉" * (SIGNS * 18 - 2)),))
    assert pages(body) == 1
    # A first-line indent of two signs, then whole lines: one sign more takes one line more.
    assert pages(paper(title="题", blocks=(Paragraph("汉" * (SIGNS * 40)),))) == 2
    assert len(line) == SIGNS


def test_a_pdf_is_an_archival_one_in_a4() -> None:
    made = typeset.pdf(paper(), now=NOW)
    assert made.startswith(b"%PDF-") and b"595.27" in made and b"841.88" in made


def test_rare_characters_are_signs_and_not_boxes() -> None:
    signs = signs_in(typeset.pdf(paper(blocks=(Paragraph(RARE),)), now=NOW))
    assert set("䶮𬭎𬸚祝邬") <= signs


def test_hostile_text_is_shown_as_it_stands() -> None:
    made = paper(
        title=HOSTILE,
        mark=HOSTILE,
        number=HOSTILE,
        recipients=HOSTILE,
        blocks=(
            Paragraph(HOSTILE, lead=HOSTILE),
            Paragraph(HOSTILE, level=1),
            Paragraph(HOSTILE, level=2),
            Grid((1, 3), ((Cell(HOSTILE, is_label=True), Cell(HOSTILE)),), 1, HOSTILE),
        ),
        signer=HOSTILE,
        attachments=(HOSTILE, HOSTILE),
        copies_to=HOSTILE,
        issued_by=HOSTILE,
        footer=(HOSTILE,),
        dated=date(2026, 3, 6),
    )
    assert set("#$[]\\*_<>@&") <= signs_in(typeset.pdf(made, now=NOW))
    text = word.docx(made, now=NOW)
    body = zipfile.ZipFile(io.BytesIO(text)).read("word/document.xml").decode()
    assert "<script>" not in body and "&lt;script&gt;" in body


def test_control_signs_never_reach_a_paper() -> None:
    assert clean(CONTROLS) == "abcdef"
    assert clean("一\r\n二\t三") == "一\n二\t三"
    made = paper(title=CONTROLS, blocks=(Paragraph(CONTROLS), Grid((1,), ((Cell(CONTROLS),),))))
    assert typeset.pdf(made, now=NOW) and word.docx(made, now=NOW)


def test_a_character_newer_than_this_program_is_kept() -> None:
    assert clean("\U00031350\U0002ebf0") == "\U00031350\U0002ebf0"


def test_word_keeps_the_box_of_the_standard() -> None:
    made = word.docx(
        paper(
            mark="澜汀经济技术开发区管理委员会文件",
            number="澜经〔2026〕5号",
            blocks=(Paragraph("正文"), Grid((1, 1, 1, 1), facts([("编号", "1"), ("长", "字" * 30)]))),
            dated=date(2026, 3, 6),
            signer="管委会",
            check=Check("https://example.org/matters/1/", "e", "ab" * 32),
        ),
        now=NOW,
    )
    book = Word(io.BytesIO(made))
    section = book.sections[0]
    lengths = (section.page_width, section.page_height, section.top_margin, section.left_margin)
    assert [round(each.mm) for each in lengths] == [210, 297, 37, 28]
    assert [round(each.mm) for each in (section.bottom_margin, section.right_margin)] == [35, 26]
    text = "\n".join(line.text for line in book.paragraphs)
    assert "2026年3月6日" in text and "澜经〔2026〕5号" in text
    assert len(book.inline_shapes) == 1


def test_without_a_chinese_face_no_pdf_is_made() -> None:
    with pytest.raises(faces.NoChineseFace):
        faces.chosen({"DejaVu Sans Mono", "Libertinus Serif"})
    assert faces.chosen({"SimSun", "FangSong"})["body"][0] == "FangSong"


def test_days_and_numerals_are_written_as_papers_do() -> None:
    assert long_day(date(2026, 3, 6)) == "2026年3月6日" and long_day(None) == ""
    assert [numeral(number) for number in (1, 10, 11, 20, 21)] == ["一", "十", "十一", "二十", "二十一"]


# ---- the pages


@pytest.fixture
def building(play: Play) -> tuple[Matter, Matter]:
    """A project under way with its contract."""
    return play.building()


def test_the_approval_form_names_every_step_the_sum_in_capitals_and_its_check(
    browser: Browser, building: Any
) -> None:
    _project, contract = building
    answer = browser(HEAD).get(f"/matters/{contract.pk}/print/")
    text = answer.content.decode()
    assert "合同审批单" in text and "人民币肆仟捌佰万元整" in text
    event = (
        Event.objects.filter(matter_id=contract.pk, is_refused=False).order_by("recorded_at", "oseq").last()
    )
    assert event is not None
    assert leaf_hash(bytes(event.envelope)).hex()[:16].upper() in text
    assert "<svg" in text and "works_contract 第" in text
    for name in ("靳棽", "傅昪", "艾甪"):
        assert name in text, name


def test_a_paper_is_taken_as_pdf_and_word_and_each_taking_is_noted(browser: Browser, building: Any) -> None:
    _project, contract = building
    client, place = browser(HEAD), f"/matters/{contract.pk}/print/"
    pdf, book = client.get(f"{place}?as=pdf"), client.get(f"{place}?as=docx")
    assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF-")
    assert zipfile.ZipFile(io.BytesIO(book.content)).testzip() is None
    assert "attachment" in book["Content-Disposition"]
    assert Event.objects.filter(act="access.export").count() == 2


def test_where_no_face_is_found_the_page_says_so_and_offers_word(
    browser: Browser, building: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _project, contract = building

    def none() -> Any:
        raise faces.NoChineseFace

    monkeypatch.setattr(faces, "families", none)
    answer = browser(HEAD).get(f"/matters/{contract.pk}/print/?as=pdf")
    assert answer.status_code == 503
    assert "LIANJING_FONTS" in answer.content.decode() and "?as=docx" in answer.content.decode()


def test_a_paper_is_read_within_the_scope_only(browser: Browser, building: Any) -> None:
    _project, contract = building
    assert browser(BUILDER).get(f"/matters/{contract.pk}/print/").status_code == 200
    assert browser(OTHER_BUILDER).get(f"/matters/{contract.pk}/print/").status_code == 404
    assert browser(OTHER_BUILDER).get(f"/matters/{contract.pk}/print/?as=pdf").status_code == 404


def test_the_award_notice_is_offered_once_it_was_sent(browser: Browser, building: Any) -> None:
    project, _contract = building
    tender = Matter.objects.filter(root=project, kind__in=("tender", "award")).order_by("-pk")
    offered = [
        each
        for each in tender
        if browser(HEAD).get(f"/matters/{each.pk}/papers/award_notice/").status_code == 200
    ]
    assert offered
    text = browser(HEAD).get(f"/matters/{offered[0].pk}/papers/award_notice/").content.decode()
    assert "中标通知书" in text and "元整" in text
    assert "award_notice" in browser(HEAD).get(f"/matters/{offered[0].pk}/").content.decode()


def test_no_paper_is_drawn_before_its_time(browser: Browser, play: Play) -> None:
    project = play.project()
    matter = play.open(OFFICER, "works_proposal", project, "立项")
    assert browser(OFFICER).get(f"/matters/{matter.pk}/papers/award_notice/").status_code == 404
    assert browser(OFFICER).get(f"/matters/{matter.pk}/papers/nothing/").status_code == 404
    assert browser(OFFICER).get("/publicities/99/paper/").status_code == 404


def drawing(name: str = "请示") -> str:
    text = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:lj="urn:lianjing:bpmn:1" id="d"'
        ' targetNamespace="urn:t"><process id="p" name="差事" isExecutable="true"><laneSet id="l"><lane id="o" name="经办岗"'
        ' lj:post="project_officer" lj:scope="matter_unit"><flowNodeRef>s</flowNodeRef><flowNodeRef>a</flowNodeRef>'
        f'<flowNodeRef>e</flowNodeRef></lane></laneSet><startEvent id="s"/><userTask id="a" name="{name}"/><endEvent id="e"/>'
        '<sequenceFlow id="f" sourceRef="s" targetRef="a"/><sequenceFlow id="g" sourceRef="a" targetRef="e"/>'
        "</process></definitions>"
    )
    return svg_of(draw(parse(text), {}, marks={"a": "changed"}))


def test_a_diagram_stands_in_the_pdf_on_a_page_of_its_own_and_in_word_as_an_image() -> None:
    made = paper(
        blocks=(Paragraph("正文"), Picture(drawing(), "流程图", ("△ 修改名称：请示",), is_wide=True))
    )
    assert pages(made) == 2
    assert set("请示经办岗△修改") <= signs_in(typeset.pdf(made, now=NOW))
    with zipfile.ZipFile(io.BytesIO(word.docx(made, now=NOW))) as parts:
        assert any(name.endswith(".png") for name in parts.namelist())


def test_where_no_chinese_face_is_at_hand_word_holds_the_words_of_a_diagram(monkeypatch) -> None:
    monkeypatch.setattr(word, "png", absent)
    made = word.docx(paper(blocks=(Picture(drawing(), "流程图", ("△ 修改名称：请示",)),)), now=NOW)
    assert "△ 修改名称：请示" in [each.text for each in Word(io.BytesIO(made)).paragraphs]
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        assert not any(name.endswith(".png") for name in parts.namelist())


def absent(_svg: str) -> bytes:
    raise faces.NoChineseFace


def test_a_hostile_name_in_a_diagram_stays_text() -> None:
    made = drawing("&lt;script>alert(1)&lt;/script>")
    assert "<script" not in made and "&lt;scr" in made
