"""SM2 behind the signer port gives the published values, agrees with OpenSSL, and believes nothing malformed."""

import shutil
import subprocess
from importlib import import_module
from importlib.util import find_spec

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianjing.kernel.trail.checkpoint import Checkpoint
from lianjing.kernel.trail.malformed import Malformed
from lianjing.kernel.trail.note import Note, parse_note, parse_vkey, sign_note, signed_by
from lianjing.kernel.trail.policy import parse_policy
from lianjing.kernel.trail.signer import SeedSigner

if find_spec("gmalg") is None:
    pytest.skip("the extra `sm` is not installed: SM2 is not tested", allow_module_level=True)
sm2 = import_module("lianjing.runtime.trail.sm2")

# GB/T 32918.5-2017, annex A.2: the signature on the recommended curve.
SECRET = bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
POINT = bytes.fromhex(
    "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
MESSAGE, DRAWN = b"message digest", 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
SIGNATURE = bytes.fromhex(
    "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
)
KEY = sm2.IDENTIFIER + POINT
SIGNER = sm2.Sm2Signer("log.example/国密", SECRET)
FEW = settings(max_examples=15)  # some hundredths of a second each


def test_the_published_signature_comes_out_and_verifies():
    signer = sm2.Sm2Signer("log", SECRET, draw=lambda _bits: DRAWN)
    assert signer.verifier_key.key == KEY
    assert signer.sign(MESSAGE) == SIGNATURE
    assert sm2.verify(KEY, MESSAGE, SIGNATURE)


@FEW
@given(st.binary(max_size=60), st.integers(0, 511))
def test_what_is_signed_verifies_and_no_turned_bit_does(message, bit):
    signature = SIGNER.sign(message)
    assert len(signature) == 64
    assert sm2.verify(KEY, message, signature)
    wrong = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")
    assert not sm2.verify(KEY, message, wrong)
    assert not sm2.verify(KEY, message + b"x", signature)


@FEW
@given(st.binary(max_size=70), st.binary(max_size=70))
def test_whatever_bytes_come_the_answer_is_no_and_never_an_error(key, signature):
    assert sm2.verify(key, MESSAGE, SIGNATURE) is False
    assert sm2.verify(KEY, MESSAGE, signature) is False
    assert sm2.verify(sm2.IDENTIFIER + key[:64].ljust(64, b"\0"), MESSAGE, SIGNATURE) is False


def test_a_point_off_the_curve_numbers_out_of_range_and_a_foreign_identifier_are_refused():
    order = sm2.ORDER.to_bytes(32, "big")
    for signature in (bytes(64), order + SIGNATURE[32:], SIGNATURE[:32] + order, b"\xff" * 64):
        assert not sm2.verify(KEY, MESSAGE, signature)
    assert not sm2.verify(sm2.IDENTIFIER + POINT[:32] + POINT[:32], MESSAGE, SIGNATURE)
    assert not sm2.verify(KEY.replace(b"sm3", b"sm4"), MESSAGE, SIGNATURE)
    assert not sm2.verify(POINT, MESSAGE, SIGNATURE)


def test_a_checkpoint_bears_both_lines_and_each_is_believed_by_who_knows_its_kind():
    plain = SeedSigner("log.example/国密", bytes(range(32)))
    note = sign_note(Checkpoint("log.example/国密", 3, bytes(32)).text, [plain, SIGNER])
    policy = f"log {SIGNER.verifier_key.text}\nquorum none\n"
    assert parse_vkey(SIGNER.verifier_key.text) == SIGNER.verifier_key
    assert signed_by(note, plain.verifier_key)
    assert not parse_policy(policy).satisfied(note)
    assert parse_policy(policy, sm2.SCHEMES_WITH_SM2).satisfied(note)
    other = Note(note.text.replace("\n3\n", "\n4\n"), note.signatures)
    assert not parse_policy(policy, sm2.SCHEMES_WITH_SM2).satisfied(other)
    assert parse_note(b"x\n\n" + note.signatures[1].line.encode()).signatures == note.signatures[1:]


@pytest.mark.parametrize("secret", [b"", bytes(32), b"x" * 31, b"\xff" * 32, sm2.ORDER.to_bytes(32, "big")])
def test_what_is_no_secret_is_malformed(secret):
    with pytest.raises(Malformed) as caught:
        sm2.Sm2Signer("log", secret)
    assert "not a secret" in str(caught.value)


def test_the_secret_is_never_shown():
    assert SECRET.hex() not in repr(SIGNER)
    assert repr(SECRET) not in repr(SIGNER)


def _der(first: bytes, second: bytes) -> bytes:
    whole = b""
    for number in (first, second):
        number = number.lstrip(b"\0") or b"\0"
        number = b"\0" + number if number[0] > 127 else number
        whole += bytes([2, len(number)]) + number
    return bytes([0x30, len(whole)]) + whole


def test_openssl_believes_what_is_signed_here(tmp_path):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl program here: SM2 is not compared with it")
    head = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200") + b"\x04"
    (tmp_path / "key.der").write_bytes(head + POINT)
    (tmp_path / "message").write_bytes(MESSAGE)
    signature = SIGNER.sign(MESSAGE)
    (tmp_path / "signature").write_bytes(_der(signature[:32], signature[32:]))
    command = [openssl, "dgst", "-sm3", "-keyform", "DER", "-verify", "key.der", "-sigopt",
               f"distid:{sm2.USER_ID.decode()}", "-signature", "signature", "message"]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "Verified OK\n", done.stderr
