"""Canonical JSON agrees with an independent implementation of RFC 8785."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianjing.kernel.trail.envelope import canonical

rfc8785 = pytest.importorskip(
    "rfc8785", reason="the oracle group is not installed: uv run --group oracle pytest"
)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | text,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(st.characters(codec="ascii"), max_size=8), inner, max_size=5)
    ),
    max_leaves=25,
)


@given(values)
def test_our_bytes_are_those_of_rfc_8785(value):
    assert canonical(value) == rfc8785.dumps(value)
