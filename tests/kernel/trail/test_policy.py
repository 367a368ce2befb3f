"""A policy says whose log, which witnesses and how many: read strictly, and satisfied by nothing less."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.kernel.trail.checkpoint import Checkpoint, cosign
from lianjing.kernel.trail.malformed import Malformed
from lianjing.kernel.trail.note import COSIGNATURE, Note, sign_note
from lianjing.kernel.trail.policy import KEYS_LIMIT, Group, parse_policy
from lianjing.kernel.trail.signer import SeedSigner
from tests.kernel.trail.drawn_log import LOG, MOMENT, ORIGIN, WITNESS, log_of, note_of, policy_of

WITNESSES = {
    name: SeedSigner(f"{name}.example", name.encode().ljust(32, b"\0"), COSIGNATURE)
    for name in ("X1", "X2", "X3", "Y1", "Y2", "Y3")
}
TWO_LEVELS = (
    f"log {LOG.verifier_key.text}\n"
    + "".join(f"witness {name} {signer.verifier_key.text}\n" for name, signer in WITNESSES.items())
    + "group X-witnesses 2 X1 X2 X3\n"
    + "group Y-witnesses any Y1 Y2 Y3\n"
    + "group X-and-Y all X-witnesses Y-witnesses\n"
    + "quorum X-and-Y\n"
)
LOG_LINE, WITNESS_LINE = f"log {LOG.verifier_key.text}\n", f"witness w {WITNESS.verifier_key.text}\n"
names = st.text("abcdefgh监督-1", min_size=1, max_size=6).filter(lambda name: name != "none")


def test_the_two_levels_of_the_specifications_example_are_met_exactly():
    policy = parse_policy(TWO_LEVELS)
    for count in range(len(WITNESSES) + 1):
        for some in combinations(WITNESSES, count):
            enough = sum(name[0] == "X" for name in some) >= 2 and any(name[0] == "Y" for name in some)
            assert policy.has_quorum(set(some)) == enough


def test_names_that_are_no_witness_count_for_nothing():
    policy = parse_policy(TWO_LEVELS)
    assert not policy.has_quorum({"X-and-Y", "X-witnesses", "Y1", "stranger"})


def test_a_note_satisfies_with_the_logs_signature_and_the_quorum_only():
    log = log_of(5)
    assert policy_of().satisfied(note_of(log))
    assert policy_of().covering(note_of(log)) == [("group", MOMENT)]
    assert not policy_of().satisfied(note_of(log, cosigned=False))
    assert policy_of("none").satisfied(note_of(log, cosigned=False))
    without_log = Note(note_of(log).text, note_of(log).signatures[1:])
    assert not policy_of().satisfied(without_log)
    assert not policy_of("none").satisfied(without_log)


def test_a_quorum_of_two_needs_both():
    text = Checkpoint(ORIGIN, 5, log_of(5).root()).text
    signed = sign_note(text, [LOG]).signatures
    two = parse_policy(TWO_LEVELS.replace("quorum X-and-Y", "quorum X-witnesses"))
    one, other = (cosign(text, WITNESSES[name], MOMENT) for name in ("X1", "X3"))
    assert not two.satisfied(Note(text, (*signed, one)))
    assert not two.satisfied(Note(text, (*signed, one, one)))
    assert two.satisfied(Note(text, (*signed, one, other)))


def test_a_log_speaks_for_its_own_origin_only():
    text = Checkpoint("another.example/trail", 5, log_of(5).root()).text
    note = sign_note(text, [LOG])
    assert policy_of("none").signed(note) is None


def test_a_text_that_is_no_checkpoint_is_malformed_also_when_signed():
    with pytest.raises(Malformed):
        policy_of().satisfied(sign_note("anything\n", [LOG]))


def test_spaces_tabs_comments_and_addresses_are_read_over():
    policy = parse_policy(
        f"\t# comment\n\n  log\t{LOG.verifier_key.text}  https://log.example/ \n"
        f" witness  w {WITNESS.verifier_key.text}\thttps://w.example/\n \t \nquorum w\n\n"
    )
    assert policy == parse_policy(LOG_LINE + WITNESS_LINE + "quorum w\n")
    assert parse_policy(policy.text.encode()) == policy


@given(st.permutations(list(WITNESSES)), st.lists(names, max_size=4, unique=True), st.data())
def test_a_policy_reads_back_to_itself(order, groups, data):
    free, lines = list(order), [f"witness {name} {WITNESSES[name].verifier_key.text}" for name in order]
    for name in groups:
        if not free:
            break
        members = free[: data.draw(st.integers(1, len(free)))]
        free = [*free[len(members) :], name]
        lines.append(f"group {name} {data.draw(st.integers(1, len(members)))} {' '.join(members)}")
    quorum = data.draw(st.sampled_from([*free, "none"]))
    policy = parse_policy("".join(f"{line}\n" for line in [*lines, f"quorum {quorum}"]))
    assert parse_policy(policy.text) == policy


@pytest.mark.parametrize(
    "text",
    [
        "",
        LOG_LINE,
        "quorum none",
        "quorum none\nquorum none\n",
        "quorum w\n",
        "quorum\n",
        "quorum a b\n",
        "trust everybody\n",
        "log\nquorum none\n",
        "log x\nquorum none\n",
        LOG_LINE * 2 + "quorum none\n",
        LOG_LINE.replace("\n", " a b\n") + "quorum none\n",
        WITNESS_LINE * 2 + "quorum w\n",
        WITNESS_LINE + WITNESS_LINE.replace(" w ", " v ") + "quorum w\n",
        WITNESS_LINE.replace(" w ", " none ") + "quorum none\n",
        WITNESS_LINE.replace("witness w", "log") + "quorum none\n",
        LOG_LINE.replace("log ", "witness w ") + "quorum w\n",
        WITNESS_LINE + "group g 0 w\nquorum g\n",
        WITNESS_LINE + "group g 2 w\nquorum g\n",
        WITNESS_LINE + "group g 01 w\nquorum g\n",
        WITNESS_LINE + "group g most w\nquorum g\n",
        WITNESS_LINE + "group g 1 w w\nquorum g\n",
        WITNESS_LINE + "group g all\nquorum g\n",
        WITNESS_LINE + "group g all none\nquorum g\n",
        WITNESS_LINE + "group g all g\nquorum g\n",
        WITNESS_LINE + "group w all w\nquorum w\n",
        WITNESS_LINE + "group g all w\ngroup h all w\nquorum g\n",
        "group g all w\n" + WITNESS_LINE + "quorum g\n",
        "quorum w\n" + WITNESS_LINE,
        "quorum none\r\n",
        "quorum\x00none\n",
        "quorum\u00a0none\n",
        "quorum none\n#\ud800\n",
        "#" * 70_000 + "\nquorum none\n",
    ],
)
def test_what_is_no_policy_is_malformed(text):
    with pytest.raises(Malformed):
        parse_policy(text)


def test_bytes_that_are_not_utf_8_are_malformed():
    with pytest.raises(Malformed):
        parse_policy(b"quorum none\n# \xff\n")


def test_more_keys_than_anybody_needs_are_refused():
    group = "".join(
        f"group g{number} all {f'g{number - 1}' if number else 'w'}\n" for number in range(KEYS_LIMIT)
    )
    assert len(parse_policy(WITNESS_LINE + group + "quorum w\n").groups) == KEYS_LIMIT
    with pytest.raises(Malformed, match="more than"):
        parse_policy(WITNESS_LINE + group + f"group last any g{KEYS_LIMIT - 1}\nquorum w\n")


def test_groups_are_kept_as_they_were_said():
    assert parse_policy(TWO_LEVELS).groups["X-witnesses"] == Group(2, ("X1", "X2", "X3"))
