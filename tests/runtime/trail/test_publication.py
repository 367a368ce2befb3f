"""The published log: a pure function of the leaves, one root for one size, whatever crashes between two steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.kernel.trail.envelope import leaf_hash
from lianjing.kernel.trail.merkle import root_of
from lianjing.kernel.trail.note import parse_note
from lianjing.kernel.trail.proof import check_proof, parse_proof
from lianjing.runtime.trail import keys, publication, signed
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.disk import LogDisk, data_folder, log_folder, sole
from lianjing.runtime.trail.models import Checkpoint, Event, Leaf
from lianjing.runtime.trail.publication import covered_by, latest, prove, publish, standing_of

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
STEPS = ["number", "write_tiles", "check_tiles", "remember", "sign", "store", "release"]


class PowerCut(BaseException):
    """The machine stops here."""


def act(count: int = 1, chain: str = "unit:1", at: datetime = NOW) -> str:
    for _each in range(count):
        with recorded("test", chain=chain, actor=SYSTEM, now=at) as made:
            pass
    return made.event_id


def true_root() -> str:
    leaves = Leaf.objects.order_by("idx").values_list("event__envelope", flat=True)
    return root_of([leaf_hash(bytes(each)) for each in leaves]).hex()


def files() -> dict[str, bytes]:
    return {
        str(each.relative_to(log_folder())): each.read_bytes()
        for each in log_folder().rglob("*")
        if each.is_file()
    }


@pytest.mark.django_db
def test_a_log_without_acts_publishes_nothing():
    assert publish(NOW) is None and latest() is None and not log_folder().exists()


@pytest.mark.django_db
def test_the_root_published_is_that_of_the_leaves_and_the_log_signs_it():
    for count in (3, 254, 1, 300):
        act(count)
        row = publish(NOW)
        assert row is not None and row == latest() and row.root == true_root()
        note = parse_note((log_folder() / "checkpoint").read_bytes())
        checkpoint = keys.policy().signed(note)
        assert checkpoint is not None and (checkpoint.size, checkpoint.root.hex()) == (row.size, row.root)
        assert signed.remembered() == checkpoint
    assert row.size == 558
    assert not list(log_folder().rglob("*.new"))


@pytest.mark.django_db
def test_nothing_new_is_not_signed_again_until_the_heartbeat():
    act()
    assert publish(NOW) is not None
    assert publish(NOW + timedelta(hours=23)) is None
    row = publish(NOW + timedelta(hours=24))
    assert row is not None and row.size == 2
    assert Event.objects.filter(act="trail.heartbeat").count() == 1
    assert publish(NOW + timedelta(hours=47)) is None


@pytest.mark.django_db
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_boundary_is_mended_by_the_next_publication(monkeypatch, step, when):
    act(250)
    publish(NOW)
    act(10)
    whole = getattr(publication, step)

    def cut(*given, **named):
        if when == "after":
            whole(*given, **named)
        raise PowerCut

    monkeypatch.setattr(publication, step, cut)
    with pytest.raises(PowerCut):
        publish(NOW)
    monkeypatch.setattr(publication, step, whole)
    known = signed.largest()
    act(5)
    row = publish(NOW)
    assert row.size == 265 and row.root == true_root()
    shown = keys.policy().signed(parse_note((log_folder() / "checkpoint").read_bytes()))
    assert shown.size == 265 and shown.root.hex() == row.root
    for each in Checkpoint.objects.all():
        if each.size == known.size:
            assert each.root == known.root.hex()
    found = files()
    publish_anew()
    assert {path: data for path, data in files().items() if ".p/" not in path} == {
        path: data for path, data in found.items() if ".p/" not in path
    }


def publish_anew() -> None:
    """Write the whole folder again from the leaves."""
    disk = LogDisk(log_folder())
    publication.write_tiles(disk, 0, latest().size)
    publication.check_tiles(disk, 0, latest().size)


@pytest.mark.django_db
def test_a_crash_after_keeping_is_released_without_growth(monkeypatch):
    act(3)
    whole = publication.release
    monkeypatch.setattr(publication, "release", lambda *_given: (_ for _ in ()).throw(PowerCut))
    with pytest.raises(PowerCut):
        publish(NOW)
    assert not (log_folder() / "checkpoint").exists() and latest().size == 3
    monkeypatch.setattr(publication, "release", whole)
    assert publish(NOW).size == 3 and signed.released().size == 3
    assert publish(NOW) is None


@pytest.mark.django_db
def test_files_that_rotted_are_written_anew_from_the_leaves():
    act(300)
    publish(NOW)
    (log_folder() / "tile/1/000.p/1").write_bytes(b"x" * 32)
    act(260)
    row = publish(NOW)
    assert row.root == true_root()
    reader = LogDisk(log_folder())
    assert len(reader.read("tile/1/000.p/2")) == 64


@pytest.mark.django_db
def test_a_lost_folder_is_rebuilt_and_the_memory_still_holds():
    act(300)
    publish(NOW)
    (log_folder()).rename(data_folder() / "gone")
    act()
    row = publish(NOW)
    assert (row.size, row.root) == (301, true_root())


@pytest.mark.django_db
def test_leaves_that_no_longer_give_the_signed_root_are_never_signed():
    act(3)
    publish(NOW)
    signed.remember(publication.kernel.Checkpoint("x", 3, bytes(32)))
    act()
    with pytest.raises(Refusal) as refused:
        publish(NOW)
    assert refused.value.rule == "trail.forked"
    assert latest().size == 3 and signed.released().size == 3


@pytest.mark.django_db
def test_a_database_older_than_the_last_signature_numbers_and_signs_nothing():
    act(3)
    publish(NOW)
    signed.remember(publication.kernel.Checkpoint("x", 9, bytes(32)))
    act()
    with pytest.raises(Refusal) as refused:
        publish(NOW)
    assert refused.value.rule == "trail.shorter" and "rebuild" in str(refused.value)
    assert Leaf.objects.count() == 3


@pytest.mark.django_db
def test_a_lost_key_is_never_replaced_in_silence():
    act()
    publish(NOW)
    (data_folder() / "log.key").unlink()
    act()
    with pytest.raises(Refusal) as refused:
        publish(NOW)
    assert refused.value.rule == "trail.key_missing"


@pytest.mark.django_db
def test_the_key_is_readable_by_its_owner_alone_and_says_demonstration_only_for_one(settings):
    act()
    publish(NOW)
    assert (data_folder() / "log.key").stat().st_mode & 0o777 == 0o600
    assert not keys.is_demonstration(keys.signer().name)
    settings.LIANJING_DEMONSTRATION = True
    assert keys.is_demonstration(keys._origin())


@pytest.mark.django_db
def test_a_second_publisher_steps_back():
    act()
    with sole(data_folder() / "log.lock") as is_mine:
        assert is_mine and publish(NOW) is None
    assert publish(NOW) is not None


@pytest.mark.django_db
def test_an_act_stands_as_pending_numbered_then_published():
    event = act()
    assert standing_of(event).state == "pending"
    publication.number()
    assert standing_of(event).state == "numbered"
    row = publish(NOW)
    assert covered_by(0).state == "published" and covered_by(0).checkpoint == row
    with pytest.raises(BadInput):
        standing_of("nothing")


@pytest.mark.django_db
def test_a_receipt_proves_its_act_to_whoever_knows_the_key():
    events = [act() for _each in range(5)]
    publish(NOW)
    act(600)
    publish(NOW)
    for event in events:
        proof = parse_proof(prove(event).text)
        leaf = leaf_hash(bytes(Event.objects.get(pk=event).envelope))
        assert check_proof(proof, leaf, keys.policy()) == []
        assert proof.checkpoint.size == 605


@pytest.mark.django_db
def test_what_is_not_published_has_no_receipt():
    event = act()
    with pytest.raises(Refusal) as refused:
        prove(event)
    assert refused.value.rule == "trail.not_published"
    with pytest.raises(BadInput):
        prove("nothing")


@pytest.mark.django_db
def test_a_rotten_tile_gives_no_receipt():
    event = act()
    act(3)
    publish(NOW)
    (log_folder() / "tile/0/000.p/4").write_bytes(b"x" * 128)
    with pytest.raises(Refusal) as refused:
        prove(event)
    assert refused.value.rule == "trail.damaged"
