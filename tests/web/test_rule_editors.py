"""The editors of the rules over HTTP: what is sent is checked like an upload, faults name their element, nothing else is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lianjing.kernel.process.graph import parse
from lianjing.runtime.revision import services
from lianjing.runtime.revision.models import Revision, RevisionPart
from lianjing.runtime.revision.queries import part_text
from lianjing.runtime.revision.texts import digest
from tests.web.conftest import Browser

DRAFTER, SUPERVISOR, OFFICER = "20603", "30002", "20703"
JSON = {"HTTP_ACCEPT": "application/json"}
PROCESS, TABLE, FORM = "works_change", "works_change_class", "works_change/price"


class Editor:
    """The drafter before the editors of one draft."""

    def __init__(self, zone: Any, browser: Browser) -> None:
        self.client: Client = browser(DRAFTER)
        self.revision: Revision = services.begin(
            regulation_key="zone_change",
            bundle_key="",
            title="变更办法修订",
            reason="审计建议",
            person_id=zone.person(DRAFTER),
            now=zone.pass_time(hours=0.1),
        )

    def place(self, kind: str, key: str) -> str:
        return f"/revisions/{self.revision.pk}/{kind}/{key}/"

    def text(self, kind: str = "process", key: str = PROCESS) -> str:
        return part_text(self.revision.pk, kind, key)

    def save(self, text: str, *, seen: str = "") -> Any:
        given = {"text": text, "seen": seen or digest(self.text())}
        return self.client.post(self.place("process", PROCESS), given, **JSON)

    def table(self, **changed: str) -> Any:
        """Send the form of the table as the page shows it, with some fields changed."""
        page = self.client.get(self.place("decision", TABLE))
        shown, fields = page.context["table"], {"seen": page.context["seen"], "do": "save"}
        fields |= {"name": shown.name, "description": shown.description, "policy": shown.policy}
        fields |= {"inputs": str(len(shown.inputs)), "outputs": str(len(shown.outputs))}
        fields["rows"] = str(len(shown.rows))
        for kind, heads in (("in", shown.inputs), ("out", shown.outputs)):
            for place, head in enumerate(heads):
                fields |= {f"{kind}-{place}-label": head.label, f"{kind}-{place}-expression": head.expression}
                fields |= {f"{kind}-{place}-type": head.type, f"{kind}-{place}-values": head.values}
        for place, row in enumerate(shown.rows):
            fields |= {f"cell-{place}-{column}": cell for column, cell in enumerate(row.cells)}
            fields |= {f"id-{place}": row.id, f"note-{place}": row.note, f"clause-{place}": row.clause}
        return self.client.post(self.place("decision", TABLE), fields | changed)


@pytest.fixture
def editor(zone: Any, browser: Browser) -> Editor:
    return Editor(zone, browser)


def kept() -> int:
    return RevisionPart.objects.count()


def test_a_changed_diagram_is_kept_and_answered_with_its_faults(editor: Editor) -> None:
    answer = editor.save(editor.text().replace('name="变更估价"', 'name="变更造价"'))
    assert answer.status_code == 200
    assert all(each["is_warning"] for each in answer.json()["faults"])
    assert answer.json()["seen"] == digest(editor.text())
    assert parse(editor.text()).task("price").name == "变更造价"


def test_an_unsound_diagram_is_kept_with_the_fault_on_its_element(editor: Editor) -> None:
    text = editor.text().replace('lj:clause="zone_change#7"', 'lj:clause="zone_change#777"', 1)
    answer = editor.save(text)
    assert answer.status_code == 200
    stops = [each for each in answer.json()["faults"] if not each["is_warning"]]
    assert stops and all(each["element"] in parse(text).nodes for each in stops)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<endEvent", '<scriptTask id="evil"/><endEvent'),
        ("<endEvent", '<userTask id="nowhere" name="x"/><endEvent'),
        ("<process ", "<!DOCTYPE x><process "),
        ('sourceRef="price"', 'sourceRef="gone"'),
    ],
)
def test_what_the_profile_does_not_hold_is_refused_with_its_place_and_not_kept(
    editor: Editor, old: str, new: str
) -> None:
    answer = editor.save(editor.text().replace(old, new, 1))
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["text"]
    assert kept() == 0


def test_a_file_that_is_uploaded_passes_the_same_checks(editor: Editor) -> None:
    place, seen = editor.place("process", PROCESS), digest(editor.text())
    bad = SimpleUploadedFile("a.bpmn", editor.text().replace("<userTask", "<scriptTask").encode())
    assert editor.client.post(place, {"file": bad, "seen": seen}).status_code == 422
    latin = SimpleUploadedFile("a.bpmn", editor.text().encode("gbk", "ignore"))
    assert editor.client.post(place, {"file": latin, "seen": seen}).status_code == 422
    assert kept() == 0
    good = SimpleUploadedFile("a.bpmn", editor.text().replace("变更估价", "变更造价").encode("utf-8-sig"))
    assert editor.client.post(place, {"file": good, "seen": seen}).status_code == 200
    assert "变更造价" in editor.text()


def test_what_another_tab_saved_meanwhile_is_not_written_over(editor: Editor) -> None:
    text = editor.text()
    assert editor.save(text.replace("变更估价", "变更造价")).status_code == 200
    assert editor.save(text, seen=digest(text)).status_code == 409
    assert "变更造价" in editor.text()


def test_a_drawing_is_laid_out_anew_without_being_kept(editor: Editor) -> None:
    answer = editor.client.post(
        editor.place("process", PROCESS), {"text": editor.text(), "layout": "1"}, **JSON
    )
    assert "BPMNShape" in answer.json()["xml"]
    assert kept() == 0


def test_who_only_reads_sees_the_diagram_and_cannot_save(editor: Editor, browser: Browser) -> None:
    other = browser(SUPERVISOR)
    page = other.get(editor.place("process", PROCESS))
    assert page.status_code == 200
    assert not page.context["editor"]["mayEdit"]
    assert b"bpmn-navigated-viewer" in page.content
    given = {"text": editor.text().replace("变更估价", "变更造价"), "seen": digest(editor.text())}
    assert other.post(editor.place("process", PROCESS), given, **JSON).status_code == 403
    assert browser(OFFICER).get(editor.place("process", PROCESS)).status_code == 404
    assert kept() == 0


def test_the_process_of_another_regulation_is_no_part_of_the_draft(editor: Editor) -> None:
    assert editor.client.get(editor.place("process", "works_payment")).status_code == 404
    assert editor.client.get(editor.place("compare", "works_payment")).status_code == 404


def test_a_threshold_is_changed_in_a_table(editor: Editor) -> None:
    answer = editor.table(**{"cell-3-0": ">= 1000000"})
    assert answer.status_code == 200
    assert ">= 1000000" in answer.content.decode().replace("&gt;", ">")
    assert "&gt;= 1000000" in editor.text("decision", TABLE)
    compared = editor.client.get(editor.place("compare", TABLE))
    assert [each.new for each in compared.context["lines"]] == ["≥ ¥10,000.00"]


def test_an_expression_outside_the_subset_stays_in_the_form_beside_its_fault(editor: Editor) -> None:
    answer = editor.table(**{"cell-3-0": "exec('rm')"})
    assert answer.status_code == 422
    row = answer.context["rows"][3]
    assert row["faults"] and row["row"].cells[0] == "exec('rm')"
    assert kept() == 0


def test_overlapping_rows_of_a_unique_table_are_named_beside_the_row(editor: Editor) -> None:
    answer = editor.table(policy="UNIQUE")
    assert answer.status_code == 200
    assert any(row["faults"] for row in answer.context["rows"])


def test_a_gap_is_shown_when_the_last_row_is_taken_away(editor: Editor) -> None:
    page = editor.client.get(editor.place("decision", TABLE))
    last = len(page.context["rows"]) - 1
    shorter = editor.table(do=f"remove:{last}")
    assert len(shorter.context["rows"]) == last
    assert kept() == 0
    answer = editor.table(rows=str(last))
    assert answer.context["faults"]


def test_rows_and_columns_move_without_any_script(editor: Editor) -> None:
    first = editor.table(do="down:0").context["table"]
    before = editor.client.get(editor.place("decision", TABLE)).context["table"]
    assert [row.id for row in first.rows[:2]] == [before.rows[1].id, before.rows[0].id]
    wider = editor.table(do="input").context["table"]
    assert len(wider.inputs) == len(before.inputs) + 1
    assert all(row.cells[len(before.inputs)] == "-" for row in wider.rows)
    narrower = editor.table(do="drop:0").context["table"]
    assert narrower.inputs == before.inputs[1:]
    assert editor.table(do="add:0").context["table"].rows[1].cells == ("",) * 6
    assert editor.table(do="nonsense:99999").context["table"].rows == before.rows


@pytest.mark.parametrize("rows", ["-1", "x", "99999", ""])
def test_a_form_with_a_wrong_count_is_refused(editor: Editor, rows: str) -> None:
    assert editor.table(rows=rows).status_code == 422
    assert kept() == 0


def test_fields_are_added_to_a_step_and_shown_as_the_office_will_see_them(editor: Editor) -> None:
    given = {"seen": digest(""), "rows": "2", "label-0": "照片张数", "name-0": "photos", "kind-0": "integer"}
    given |= {
        "required-0": "on",
        "label-1": "原因",
        "name-1": "cause",
        "kind-1": "choice",
        "choices-1": "设计\n地质",
    }
    answer = editor.client.post(editor.place("form", FORM), given | {"do": "save"})
    assert answer.status_code == 200
    assert [each["label"] for each in answer.context["shown"]] == ["照片张数", "原因"]
    fields = json.loads(editor.text("form", FORM))["fields"]
    assert fields[0] == {"name": "photos", "label": "照片张数", "type": "integer", "required": True}
    compared = editor.client.get(editor.place("compare", FORM))
    assert [mark for _sign, mark, *_rest in compared.context["fields"]] == ["added", "added"]


def test_a_field_without_choices_is_refused_beside_its_row(editor: Editor) -> None:
    given = {"seen": digest(""), "rows": "1", "label-0": "原因", "name-0": "cause", "kind-0": "choice"}
    answer = editor.client.post(editor.place("form", FORM), given | {"do": "save"})
    assert answer.status_code == 422
    assert answer.context["lines"][0]["faults"]
    assert kept() == 0


def test_rows_of_a_form_come_and_go_before_anything_is_kept(editor: Editor) -> None:
    place = editor.place("form", FORM)
    given = {"seen": digest(""), "rows": "2", "label-0": "甲", "label-1": "乙"}
    shown = editor.client.post(place, given | {"do": "down:0"}).context["lines"]
    assert [each["line"].label for each in shown] == ["乙", "甲"]
    assert len(editor.client.post(place, given | {"do": "remove:0"}).context["lines"]) == 1
    assert len(editor.client.post(place, given | {"do": "add"}).context["lines"]) == 3
    assert editor.client.post(place, given | {"rows": "99"}).status_code == 422
    assert kept() == 0


def test_what_changed_is_told_in_words_and_marked_on_the_diagram(editor: Editor) -> None:
    text = editor.text().replace('lj:returns="propose"', "", 1).replace('name="变更估价"', 'name="变更造价"')
    assert editor.save(text).status_code == 200
    page = editor.client.get(editor.place("compare", PROCESS))
    lines = page.context["lines"]
    assert {"变更造价"} <= {each.new for each in lines}
    assert all(each.word == "修改" for each in lines)
    marks = {shape.title: shape.sign for shape in page.context["new_diagram"].shapes if shape.mark}
    assert marks["变更造价"] == "△"
    assert b"is-changed" in page.content
