"""A draw done through the pages: what each role sees and may do, and what anyone computes again."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from django.urls import reverse

from lianjing.runtime.draw import queries
from lianjing.runtime.draw.models import Draw, DrawCandidate
from lianjing.runtime.matter.services import begin, join_party
from lianjing.runtime.org.models import LoginAccount, Person
from lianjing.runtime.parties.experts import add_expert
from lianjing.runtime.parties.models import Enterprise, Expert
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.models import Body
from lianjing.runtime.trail.sequencer import sequence_all
from lianjing.runtime.trail.verify import verify

OPERATOR, COMMITTER, SUPERVISOR, HEAD, FIRM = "20703", "20102", "30001", "20701", "40001"
LEADER = "20001"


@pytest.fixture
def project(zone):
    with recorded("test.setup", chain="unit:1", actor=SYSTEM, now=zone.now) as act:
        unit = Person.objects.get(id=zone.person(OPERATOR)).unit_id
        matter = begin(act, domain="works", kind="project", title="评标项目", unit_id=unit, stage="tendering")
        firm = Enterprise.objects.get(credit_code="91990101MAA26N8C19")
        join_party(act, matter, enterprise_id=firm.pk, role="contractor")
        for number in range(43001, 43007):
            add_expert(act, person_id=zone.person(str(number)), pool="zone", specialty="市政")
        Expert.objects.filter(person_id=zone.person("43006")).first()
        return matter


def as_(client, number):
    client.force_login(LoginAccount.objects.get(number=number))
    return client


def page(draw):
    return reverse("draw", args=[draw.pk])


@pytest.fixture
def asked(client, zone, project):
    sent = {
        "kind": "expert",
        "title": "施工评标专家抽取",
        "pick_count": "3",
        "committer": zone.person(COMMITTER),
    }
    answer = as_(client, OPERATOR).post(reverse("draw_new", args=[project.pk]), sent)
    assert answer.status_code == 302, answer.content.decode()
    return Draw.objects.get()


def commit(client, draw):
    text = as_(client, COMMITTER).get(page(draw)).content.decode()
    value = re.search(r"data-secret>([0-9a-f]{64})<", text).group(1)
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', text).group(1)
    assert client.post(page(draw), {"action": "commit", "digest": digest}).status_code == 302
    return value


def lock(client, draw, **changes):
    offered = as_(client, OPERATOR).get(page(draw)).context["offered"]
    sent = {"action": "lock"}
    for row in offered:
        sent |= {f"in-{row['place']}": "on", f"ref-{row['place']}": row["member"].ref}
        sent |= {f"weight-{row['place']}": row["weight"], f"reason-{row['place']}": row["reason"]}
    return client.post(page(draw), sent | changes)


@pytest.fixture
def drawn(client, zone, asked):
    value = commit(client, asked)
    assert lock(client, asked).status_code == 302
    assert as_(client, COMMITTER).post(page(asked), {"action": "reveal", "value": value}).status_code == 302
    return Draw.objects.get()


def test_a_draw_goes_from_asked_to_drawn_and_the_page_computes_it_again(client, zone, drawn, tmp_path):
    shown = as_(client, OPERATOR).get(page(drawn))
    text = shown.content.decode()
    assert "重算一致" in text and drawn.seed in text and drawn.commitment in text
    assert [row.pick_order for row in shown.context["picks"]] == [1, 2, 3]
    assert reverse("event", args=[drawn.locked_event]) in text
    data = client.get(reverse("draw_json", args=[drawn.pk]))
    script = client.get(reverse("draw_script"))
    (tmp_path / "draw.json").write_bytes(data.content)
    (tmp_path / "recompute.py").write_bytes(script.content)
    command = [sys.executable, "-I", "recompute.py", "draw.json"]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == 0
    assert json.loads(data.content)["picks"] == [row.seq for row in queries.own_picks(drawn)]
    sequence_all()
    assert verify().is_good


def test_the_page_says_so_when_a_result_was_changed_by_hand(client, zone, drawn):
    passed = next(row for row in queries.pool(drawn) if not row.is_picked)
    DrawCandidate.objects.filter(draw=drawn, pick_order=1).update(is_picked=False, pick_order=None)
    DrawCandidate.objects.filter(pk=passed.pk).update(is_picked=True, pick_order=1)
    assert "重算不一致" in as_(client, SUPERVISOR).get(page(drawn)).content.decode()


def test_the_value_is_shown_to_the_committer_alone_and_stands_nowhere(client, zone, asked):
    assert "data-secret" not in as_(client, OPERATOR).get(page(asked)).content.decode()
    answer = as_(client, COMMITTER).get(page(asked))
    assert answer["Cache-Control"] == "no-store"
    value = commit(client, asked)
    assert "data-secret" not in client.get(page(asked)).content.decode()
    assert not any(value.encode() in bytes(body.content) for body in Body.objects.all())


def test_a_value_of_ones_own_is_taken_by_its_digest(client, zone, asked):
    own = "ab" * 32
    as_(client, COMMITTER)
    assert client.post(page(asked), {"action": "commit", "own_value": "kurz"}).status_code == 422
    assert client.post(page(asked), {"action": "commit", "own_value": own}).status_code == 302
    lock(client, asked)
    as_(client, COMMITTER)
    assert client.post(page(asked), {"action": "reveal", "value": "cd" * 32}).status_code == 403
    assert client.post(page(asked), {"action": "reveal", "value": own}).status_code == 302


def test_the_pool_is_closed_to_others_until_drawn_and_to_firms_until_the_award(client, zone, asked):
    value = commit(client, asked)
    lock(client, asked)
    event = queries.lock_event(asked)
    for number in (LEADER, FIRM):
        shown = as_(client, number).get(page(asked))
        assert shown.status_code == 200 and shown.context["pool"] == []
        assert "逄昀" not in shown.content.decode()
        assert client.get(reverse("draw_json", args=[asked.pk])).status_code == 404
        proof = client.get(reverse("event", args=[event.pk]))
        assert "expert:" not in proof.content.decode()
        answer = client.get(reverse("api:event", args=[event.pk]))
        assert "expert:" not in answer.content.decode()
    assert len(as_(client, SUPERVISOR).get(page(asked)).context["pool"]) == 6
    as_(client, COMMITTER).post(page(asked), {"action": "reveal", "value": value})
    assert len(as_(client, LEADER).get(page(asked)).context["pool"]) == 6
    assert as_(client, FIRM).get(page(asked)).context["pool"] == []


def test_refused_steps_are_told_with_their_clause(client, zone, asked):
    answer = as_(client, OPERATOR).post(page(asked), {"action": "commit", "digest": "ab" * 32})
    assert answer.status_code == 403 and "zone_organisation~11" in answer.content.decode()
    assert client.post(page(asked), {"action": "reveal", "value": "ab" * 32}).status_code == 403
    assert client.post(page(asked), {"action": "dance"}).status_code == 422
    commit(client, asked)
    assert lock(client, asked, **{"weight-0": "viel"}).status_code == 422
    assert lock(client, asked).status_code == 302
    assert as_(client, OPERATOR).post(page(asked), {"action": "lock"}).status_code in (403, 422)


def test_replies_and_a_redraw_are_shown_with_their_count(client, zone, drawn):
    as_(client, OPERATOR)
    pick = queries.own_picks(drawn)[0]
    assert (
        client.post(page(drawn), {"action": "reply", "pick": pick.pk, "reply": "declined"}).status_code == 302
    )
    answer = client.post(page(drawn), {"action": "redraw", "reason": "declined"})
    again = Draw.objects.get(redraw_of=drawn)
    assert answer["Location"] == page(again)
    text = client.get(page(drawn)).content.decode()
    assert "第 1 次重抽" in text and page(again) in text
    commit(client, again)
    offered = as_(client, OPERATOR).get(page(again)).context["offered"]
    assert sorted(row["reason"] for row in offered if row["is_fixed"]) == ["declined", "picked", "picked"]


def test_the_list_is_searched_filtered_and_exported(client, zone, drawn):
    as_(client, OPERATOR)
    listing = reverse("draws")
    assert "施工评标专家抽取" in client.get(listing, {"q": "施工评标", "status": "drawn"}).content.decode()
    assert "施工评标专家抽取" not in client.get(listing, {"status": "asked"}).content.decode()
    assert client.get(listing, {"export": "xlsx"}).content[:2] == b"PK"
    assert as_(client, FIRM).get(listing).status_code == 403


def test_a_stranger_to_the_matter_finds_no_draw(client, zone, drawn):
    stranger = as_(client, "20111").get(page(drawn))
    assert stranger.status_code == 404
    zone.now += timedelta(days=1)
    assert as_(client, "10001").get(page(drawn)).status_code in (403, 404)


def test_a_draw_that_lacks_its_title_is_told_on_the_form(client, zone, project):
    answer = as_(client, OPERATOR).post(reverse("draw_new", args=[project.pk]), {"kind": "expert"})
    assert answer.status_code == 422 and not Draw.objects.exists()


def test_the_pages_are_there_in_english(client, zone, drawn):
    client.cookies["django_language"] = "en"
    assert as_(client, OPERATOR).get(page(drawn)).status_code == 200
