"""Cosigning off line: the witness remembers before it signs, and signs nothing that does not grow from its memory."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.kernel.trail.checkpoint import parse_checkpoint
from lianjing.kernel.trail.envelope import leaf_hash
from lianjing.kernel.trail.note import note_bytes, parse_note, sign_note
from lianjing.kernel.trail.proof import check_proof, parse_proof
from lianjing.kernel.trail.witness import WitnessRequest, parse_request
from lianjing.runtime.trail import keys, publication, signed, witness_desk, witnesses
from lianjing.runtime.trail.disk import log_folder
from lianjing.runtime.trail.models import Cosignature, Event
from lianjing.runtime.trail.publication import covered_by, latest, prove, publish
from tests.runtime.trail.logs import NOW, SECONDS, act, cosigned, join_witness, unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(tmp_path):
    act(3)
    publish(NOW)
    join_witness(tmp_path / "group")
    return tmp_path / "group"


def refused(rule: str, desk, data: bytes) -> None:
    with pytest.raises(Refusal) as found:
        witness_desk.cosign_request(desk, data, SECONDS)
    assert found.value.rule == rule


def test_an_act_is_cosigned_once_the_line_has_come_back(desk):
    assert covered_by(0).state == "published"
    size = cosigned(desk)
    standing = covered_by(0)
    assert standing.state == "cosigned" and standing.checkpoint.size == size
    assert standing.cosigners == [("supervision", NOW)]
    event = act()
    publish(NOW)
    assert covered_by(size).state == "published"
    shown = parse_note((log_folder() / "checkpoint").read_bytes())
    assert keys.policy().covering(shown) == []
    cosigned(desk)
    shown = parse_note((log_folder() / "checkpoint").read_bytes())
    assert keys.policy().covering(shown) == [("supervision", SECONDS)]
    proof = parse_proof(prove(event).text)
    leaf = leaf_hash(bytes(Event.objects.get(pk=event).envelope))
    assert check_proof(proof, leaf, keys.policy()) == [("supervision", SECONDS)]


def test_a_request_is_small_and_grows_from_what_was_cosigned(desk):
    size = cosigned(desk)
    act(1000)
    publish(NOW)
    data = witnesses.request()
    assert len(data) < 1500 and parse_request(data).old_size == size
    assert cosigned(desk) == size + 1000


def test_the_memory_stands_before_the_cosignature(desk, monkeypatch):
    data = witnesses.request()

    def cut(*_given):
        raise KeyboardInterrupt

    monkeypatch.setattr(witness_desk, "cosign", cut)
    with pytest.raises(KeyboardInterrupt):
        witness_desk.cosign_request(desk, data, SECONDS)
    monkeypatch.undo()
    assert witness_desk.memory_of(desk)[0][1].size == latest().size
    again = witnesses.request(old=latest().size)
    assert witness_desk.cosign_request(desk, again, SECONDS).before == latest().size


def test_an_old_request_shown_again_is_refused(desk):
    old = witnesses.request()
    cosigned(desk)
    act()
    cosigned(desk)
    refused("witness.shrank", desk, old)


def test_a_request_from_another_size_names_the_one_remembered(desk):
    cosigned(desk)
    act()
    publish(NOW)
    with pytest.raises(Refusal, match="--old 4") as found:
        witness_desk.cosign_request(desk, witnesses.request(old=1), SECONDS)
    assert found.value.rule == "witness.old_size"


def forged(size: int, root: bytes, old: int, proof: tuple[bytes, ...] = ()) -> bytes:
    """What a thief of the log's key would ask."""
    checkpoint = publication.kernel.Checkpoint(keys.signer().name, size, root)
    return WitnessRequest(old, proof, sign_note(checkpoint.text, [keys.signer()])).data


def test_a_second_history_signed_with_the_stolen_key_is_refused(desk):
    size = cosigned(desk)
    refused("witness.forked", desk, forged(size, bytes(32), size))
    refused("witness.forked", desk, forged(size + 5, bytes(32), size, (bytes(32),) * 3))
    refused("witness.shrank", desk, forged(size - 1, bytes(32), size - 1))


def test_a_request_with_a_changed_byte_is_refused(desk):
    data = witnesses.request()
    note = parse_request(data).checkpoint_note
    said = parse_checkpoint(note.text)
    other = publication.kernel.Checkpoint(said.origin, said.size, bytes(32))
    changed = WitnessRequest(0, (), type(note)(other.text, note.signatures)).data
    refused("witness.signature", desk, changed)
    with pytest.raises(BadInput):
        witness_desk.cosign_request(desk, data[:-40], SECONDS)
    with pytest.raises(BadInput):
        witness_desk.cosign_request(desk, b"nonsense", SECONDS)


def test_a_witness_that_does_not_watch_this_log_cosigns_nothing(desk, tmp_path):
    witness_desk.init(tmp_path / "other", "other")
    refused("witness.signature", tmp_path / "other", witnesses.request())


def test_a_witness_whose_memory_is_gone_or_damaged_cosigns_nothing(desk):
    data = witnesses.request()
    memory = next((desk / "logs").glob("*.memory"))
    memory.write_bytes(b"nonsense")
    refused("witness.memory", desk, data)
    memory.unlink()
    refused("witness.memory", desk, data)


def test_a_cosignature_of_a_stranger_is_not_taken(desk, tmp_path):
    witness_desk.init(tmp_path / "other", "supervision")
    witness_desk.watch(tmp_path / "other", keys.policy().text)
    line = witness_desk.cosign_request(tmp_path / "other", witnesses.request(), SECONDS).signature.line
    with pytest.raises(BadInput, match="没有策略所认见证"):
        witnesses.accept(line.encode(), NOW)
    assert not Cosignature.objects.exists()


def test_a_cosignature_under_another_checkpoint_is_not_taken(desk):
    done = witness_desk.cosign_request(desk, witnesses.request(), SECONDS)
    blob = bytearray(done.signature.blob)
    blob[-1] ^= 1
    line = type(done.signature)(done.signature.name, done.signature.key_id, bytes(blob)).line
    with pytest.raises(BadInput, match="不符"):
        witnesses.accept(line.encode(), NOW)
    with pytest.raises(BadInput):
        witnesses.accept("— x\n".encode(), NOW)


def test_a_cosignature_from_the_future_is_not_taken(desk):
    ahead = int((NOW + timedelta(days=2)).timestamp())
    done = witness_desk.cosign_request(desk, witnesses.request(), ahead)
    with pytest.raises(BadInput, match="将来"):
        witnesses.accept(done.signature.line.encode(), NOW)


def test_a_whole_cosigned_note_is_taken_and_only_once(desk):
    publish(NOW)
    done = witness_desk.cosign_request(desk, witnesses.request(), SECONDS)
    note = publication.note_of(latest())
    data = note_bytes(type(note)(note.text, (*note.signatures, done.signature)))
    assert len(witnesses.accept(data, NOW)) == len(witnesses.accept(data, NOW)) == 1
    assert Cosignature.objects.count() == 1


def test_a_line_changed_in_the_table_cosigns_nothing(desk):
    cosigned(desk)
    row = Cosignature.objects.get()
    forged_line = row.line.replace("A", "B", 1) if "A" in row.line else row.line[:-3] + "x\n"
    Cosignature(
        checkpoint=publication.Checkpoint.objects.order_by("size").first(),
        witness="other",
        line=forged_line,
        cosigned_at=NOW,
        received_at=NOW,
    ).save()
    assert publication.cosigners(publication.Checkpoint.objects.order_by("size").first()) == []


def test_a_witness_joins_once_and_by_its_own_kind_of_key(desk):
    held = next(iter(keys.policy().witnesses.values()))
    for text in (held.text, keys.signer().verifier_key.text, "nonsense"):
        with pytest.raises(BadInput):
            witnesses.trust(text, NOW)
    assert Event.objects.filter(act="trail.witness_added").count() == 1


def test_no_key_is_overwritten_and_no_foreign_text_is_watched(desk):
    with pytest.raises(BadInput):
        witness_desk.init(desk, "again")
    with pytest.raises(BadInput):
        witness_desk.init(desk.parent / "third", "two words")
    with pytest.raises(BadInput):
        witness_desk.watch(desk, "nonsense")
    assert (desk / "witness.key").stat().st_mode & 0o777 == 0o600


def test_there_is_nothing_to_cosign_before_the_first_publication_or_without_a_witness(tmp_path):
    with pytest.raises(BadInput):
        witnesses.request()
    join_witness(tmp_path / "group")
    with pytest.raises(Refusal):
        witnesses.request()
    assert signed.released() is None
    unit("A")
    publish(NOW)
    assert witnesses.request(old=0)
    with pytest.raises(BadInput):
        witnesses.request(old=99)
