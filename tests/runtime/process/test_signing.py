"""A signer is added before or after the holder of a step: who may be asked, what he writes, what it does not decide."""

from __future__ import annotations

from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.matter.services import recuse
from lianjing.runtime.message.models import MessageDelivery
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.process import handing, services, signing
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.process.models import AddedSigner, Submission, WorkItem
from lianjing.runtime.process.opinions import sealed_items
from lianjing.runtime.process.queries import check_states, items_for
from lianjing.runtime.process.signing import add_signer, signers_of
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import COST, FINANCE_HEAD, FUNDS, HEAD, LEAD, OFFICER, Play, refused

pytestmark = pytest.mark.django_db
AGREE = {"result": "agree", "opinion": "同意资金来源"}


@pytest.fixture
def funding(zone: Any) -> tuple[Play, WorkItem]:
    """A step on the desk of the finance reviewer."""
    play = Play(zone)
    matter = play.proposal_at_head(play.project(), "望汀大道北延立项")
    play.do(HEAD, matter, "check")
    return play, play.scene.item(matter, "funds")


def ask(
    play: Play, item: WorkItem, to: str, *, is_before: bool = True, by: str = FUNDS, **more: Any
) -> AddedSigner:
    play.scene.pass_time(hours=0.2)
    return add_signer(
        item_id=item.pk,
        person_id=play.scene.person(by),
        signer_person_id=play.scene.person(to),
        is_before=is_before,
        reason=more.pop("reason", "请财政负责人把关"),
        now=play.scene.now,
        **more,
    )


def sign(play: Play, row: AddedSigner, number: str, data: dict[str, Any] | None = None) -> services.Outcome:
    play.scene.pass_time(hours=0.2)
    return services.complete(
        item_id=row.signing_item_id,
        person_id=play.scene.person(number),
        data=data or AGREE,
        now=play.scene.now,
    )


def open_steps(item: WorkItem) -> list[tuple[str, str]]:
    rows = WorkItem.objects.filter(matter=item.matter, closed_at=None)
    return list(rows.values_list("step_key", "element"))


def test_a_signer_before_sets_the_step_aside_until_he_has_signed(funding) -> None:
    play, item = funding
    row = ask(play, item, FINANCE_HEAD)
    assert open_steps(item) == [("funds", f"+{row.pk}")]
    with pytest.raises(Refusal) as caught:
        sign(play, row, FUNDS)
    assert caught.value.ground is Ground.POST
    assert (
        items_for(play.scene.person(FINANCE_HEAD), play.scene.today()).filter(id=row.signing_item_id).exists()
    )
    assert MessageDelivery.objects.filter(
        kind="signer_added", person_id=play.scene.person(FINANCE_HEAD)
    ).exists()
    sign(play, row, FINANCE_HEAD, {"result": "disagree", "opinion": "资金缺口未说明"})
    row.refresh_from_db()
    assert (row.result, row.opinion_text) == ("disagree", "资金缺口未说明")
    assert open_steps(item) == [("funds", "")]  # it decided nothing
    back = play.scene.item(item.matter, "funds")
    assert back.person_id == play.scene.person(FUNDS)
    assert MessageDelivery.objects.filter(kind="signer_signed", person_id=play.scene.person(FUNDS)).exists()
    play.do(FUNDS, item.matter, "funds", play.lines("68000000.00"))
    assert open_steps(item) == [("decide", "")]
    assert not list(check_states()) and not list(verify().problems)


def test_a_signer_after_follows_the_holder_and_then_the_matter_goes_on(funding) -> None:
    play, item = funding
    row = ask(play, item, FINANCE_HEAD, is_before=False)
    assert row.signing_item is None
    assert open_steps(item) == [("funds", "")]
    play.do(FUNDS, item.matter, "funds", play.lines("68000000.00"))
    row.refresh_from_db()
    assert open_steps(item) == [("funds", f"+{row.pk}")]
    sign(play, row, FINANCE_HEAD)
    assert open_steps(item) == [("decide", "")]
    assert Event.objects.get(act="works_proposal.funds.sign").person_id == play.scene.person(FINANCE_HEAD)
    assert not list(check_states())


def test_the_clock_of_the_step_runs_on_while_others_sign(funding) -> None:
    play, item = funding
    due = item.due_at
    play.scene.pass_time(working_days=1)
    row = ask(play, item, FINANCE_HEAD)
    assert WorkItem.objects.get(pk=row.signing_item_id).due_at == due
    play.scene.pass_time(working_days=1)
    sign(play, row, FINANCE_HEAD)
    assert play.scene.item(item.matter, "funds").due_at == due


def test_nobody_signs_who_may_not_do_the_duty_of_the_step(funding) -> None:
    play, item = funding
    before = Event.objects.count()
    with refused(Ground.CONFLICT, "separation.same_person"):
        ask(play, item, OFFICER)  # he drafted it
    assert Event.objects.count() == before + 1
    recuse(
        matter_id=item.matter_id,
        person_id=play.scene.person(LEAD),
        reason="kin",
        actor=actor_with(play.scene.person(OFFICER), "project_officer", play.scene.today()),
        now=play.scene.now,
    )
    with refused(Ground.CONFLICT, "recusal"):
        ask(play, item, LEAD)
    for number in ("40001", "10001", "30001", "20709"):  # firm, administrator, supervisor, one without a post
        with refused(Ground.POST, "signer.no_post"):
            ask(play, item, number)
    with pytest.raises(Refusal) as caught:
        ask(play, item, FINANCE_HEAD, by=COST)
    assert caught.value.ground is Ground.POST
    assert not AddedSigner.objects.exists()


def test_a_signer_is_another_named_with_a_reason_and_once(funding) -> None:
    play, item = funding
    with pytest.raises(BadInput):
        ask(play, item, FUNDS)
    with pytest.raises(BadInput):
        ask(play, item, FINANCE_HEAD, reason=" ")
    ask(play, item, FINANCE_HEAD, is_before=False)
    with refused(Ground.RULE, "signer.added"):
        ask(play, item, FINANCE_HEAD)


def test_a_signer_only_signs(funding) -> None:
    play, item = funding
    row = ask(play, item, FINANCE_HEAD)
    mine = {
        "item_id": row.signing_item_id,
        "person_id": play.scene.person(FINANCE_HEAD),
        "now": play.scene.now,
    }
    with refused(Ground.RULE, "signer.only_signs"):
        services.return_item(**mine, target="draft", reason="not_conform", text="请补正")
    with refused(Ground.RULE, "signer.only_signs"):
        services.suspend(**mine, reason="papers", text="待补")
    with refused(Ground.RULE, "signer.only_signs"):
        handing.reassign(**mine, to_person_id=play.scene.person(LEAD), reason="外出")
    signing_item = WorkItem.objects.get(pk=row.signing_item_id)
    with refused(Ground.RULE, "signer.not_here"):
        ask(play, signing_item, LEAD, by=FINANCE_HEAD)
    with pytest.raises(InvalidForm):
        sign(play, row, FINANCE_HEAD, {"result": "pass", "opinion": ""})
    sign(play, row, FINANCE_HEAD)
    assert not Submission.objects.filter(work_item_id=row.signing_item_id).exists()


def test_who_signed_is_kept_beside_who_was_asked(funding) -> None:
    play, item = funding
    row = ask(play, item, FINANCE_HEAD)
    assert sign(play, row, FINANCE_HEAD).opened[0].step_key == "funds"
    row.refresh_from_db()
    assert row.signed_person_id == row.signer_person_id


def test_a_signer_seals_no_step(funding) -> None:
    play, item = funding
    row = ask(play, item, FINANCE_HEAD)
    assert not sealed_items([item.matter_id], play.scene.now)
    assert [each.pk for each in signers_of(item.matter_id, None, play.scene.now)] == [row.pk]


def test_asking_twice_with_one_key_asks_once(funding) -> None:
    play, item = funding
    key = "8a5e4c5e-5d9a-4be0-9d5c-000000000001"
    play.scene.pass_time(hours=0.1)
    asked = [
        signing.add_signer(
            item_id=item.pk,
            person_id=play.scene.person(FUNDS),
            signer_person_id=play.scene.person(FINANCE_HEAD),
            is_before=True,
            reason="把关",
            now=play.scene.now,
            key=key,
        )
        for _turn in range(2)
    ]
    assert asked[0].pk == asked[1].pk
