"""Ed25519 signs and verifies as RFC 8032 says, agrees with OpenSSL, and refuses what a careless reader accepts."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from lianjing.kernel.trail.ed25519 import ORDER, is_public_key, public_key, sign, verify
from tests.kernel.trail.drawn_log import flipped

FEW = settings(max_examples=60)  # some milliseconds each

RFC_8032 = [  # section 7.1: seed, public key, message, signature
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]

SMALL_ORDER = [  # every spelling of the eight points of small order, the last six not canonical
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]
SEED, MESSAGE = bytes(range(32)), b"checkpoint\n"
seeds = st.binary(min_size=32, max_size=32)


@pytest.mark.parametrize("vector", RFC_8032, ids=["empty", "one byte", "two bytes", "SHA(abc)"])
def test_the_vectors_of_rfc_8032_come_out(vector):
    seed, key, message, signature = map(bytes.fromhex, vector)
    assert public_key(seed) == key
    assert sign(seed, message) == signature
    assert verify(key, message, signature)
    assert not verify(key, message + b"x", signature)


@FEW
@given(seeds, st.binary(max_size=100))
def test_keys_and_signatures_are_those_of_openssl(seed, message):
    other = Ed25519PrivateKey.from_private_bytes(seed)
    assert public_key(seed) == other.public_key().public_bytes_raw()
    assert sign(seed, message) == other.sign(message)


@FEW
@given(seeds, st.binary(max_size=40), st.integers(0, 64 * 8 - 1))
def test_no_turned_bit_of_a_signature_verifies_here_or_there(seed, message, bit):
    key, signature = public_key(seed), flipped(sign(seed, message), bit)
    assert not verify(key, message, signature)
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)


@FEW
@given(st.binary(max_size=70), st.binary(max_size=10), st.binary(max_size=70))
def test_whatever_bytes_come_the_answer_is_no_and_never_an_error(key, message, signature):
    assert verify(key, message, signature) is False
    assert verify(public_key(SEED), message, signature) is False
    assert verify(key, MESSAGE, sign(SEED, MESSAGE)) is False


def test_s_beyond_the_order_is_refused():
    signature = sign(SEED, MESSAGE)
    scalar = int.from_bytes(signature[32:], "little")
    for wrong in (scalar + ORDER, scalar + 2 * ORDER, scalar | 1 << 255):
        assert not verify(public_key(SEED), MESSAGE, signature[:32] + wrong.to_bytes(32, "little"))


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_points_of_small_order_are_no_keys_and_no_commitments(point):
    point = bytes.fromhex(point)
    assert not is_public_key(point)
    assert not verify(point, MESSAGE, sign(SEED, MESSAGE))
    assert not verify(public_key(SEED), MESSAGE, point + bytes(32))


def test_a_signature_that_every_message_fits_is_refused():
    # With the neutral point as key and as commitment, and S = 0, the equation of RFC 8032 holds for any message.
    neutral = bytes.fromhex(SMALL_ORDER[0])
    assert not verify(neutral, b"anything", neutral + bytes(32))


def test_bytes_off_the_curve_are_no_key():
    off = [bytes([number]) + bytes(31) for number in range(2, 40)]
    assert not all(is_public_key(key) for key in off)
    assert all(is_public_key(public_key(bytes([number]) * 32)) for number in range(4))
    assert not is_public_key(b"")


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_seed_of_another_length_is_refused(length):
    with pytest.raises(ValueError, match="32 are due"):
        public_key(b"x" * length)
