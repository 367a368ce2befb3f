"""C14: the household's money goes to its owner, and budget, agreements and payments come out equal."""

from __future__ import annotations

import pytest

from lianjing.domains.works.models import RelocationHousehold
from lianjing.runtime.parties.models import NaturalPerson
from tests.covers.conftest import SUPERVISOR, attempts, fields_of
from tests.domains.works.playing import FUNDS
from tests.domains.works.relocating import FIRST, HOUSE, RECHECKER, SECOND, TREES, Relocation


@pytest.mark.covers("C14")
def test_a_payee_who_is_not_the_owner_is_flagged_and_three_sums_come_out_equal(play, enter):
    project = play.project()
    play.approved(project)
    play.gate(project)
    move = Relocation(play, project)
    matter = move.to_agreement()
    place = f"/works/{project.pk}/relocation/"
    budget = {
        "action": "budget",
        "code": "2120801-07",
        "name": "征迁补偿",
        "fiscal_year": "2025",
        "fund_kind": "budget",
        "amount": "243,000.00",
    }
    assert enter(FIRST).post(place, budget).status_code == 403
    assert enter(FUNDS).post("/works/relocation/", {}).status_code == 405
    move.budget()

    item = play.scene.item(matter, "agree")
    play.paper(SECOND, matter, "agreement", item)
    officer = enter(SECOND)
    other = officer.post(f"/items/{item.pk}/", fields_of(move.agreement(holder_name="陈小明")))
    assert other.status_code == 403 and "/clauses/zone_relocation~3/" in other.content.decode()
    assert attempts("relocation.payee_not_owner")
    larger = {**HOUSE, "area_m2": "120.01"}
    above = officer.post(f"/items/{item.pk}/", fields_of(move.agreement(larger, TREES)))
    assert above.status_code == 403 and "/clauses/zone_relocation~6/" in above.content.decode()
    assert officer.post(f"/items/{item.pk}/", fields_of(move.agreement())).status_code == 302

    move.approved(matter)
    move.published(matter, "publish_result", "result", days=5)
    move.draw("household_sample", None, by=RECHECKER)
    checker = enter(RECHECKER)
    again = {"action": "remeasure", "household": str(matter.pk), "area": "120.00"}
    assert officer.post(place, again).status_code == 403
    assert checker.post(place, again).status_code == 302
    payment = move.compensation(matter)
    play.do(FIRST, payment, "apply", move.claim())
    watcher = enter(SUPERVISOR)
    page = watcher.get(place).content.decode()
    assert "协议减支付" in page and "¥243,000.00" in page
    move.paid(payment)
    page = watcher.get(place).content.decode()
    assert "三者相等" in page and "上篁畈-017" in page
    assert "三者相等" in watcher.get("/works/relocation/").content.decode()
    sheet = watcher.get(f"{place}?export=xlsx&reason=核对征迁付款")
    assert sheet.status_code == 200 and sheet["Content-Type"].startswith("application/vnd.openxml")

    # the table on the board names no identity and no account, and the person only in part
    row = RelocationHousehold.objects.get(pk=matter.pk)
    table = watcher.get(f"{place}table/").content.decode()
    assert "陈某某" in table and "陈大明" not in table
    person = NaturalPerson.objects.get(pk=int(row.owner.partition(":")[2]))
    for hidden in (person.id_no_masked, "0317", "11010519491231002X", "9900000000000000317"):
        assert hidden and hidden not in table
