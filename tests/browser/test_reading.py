"""How pages are read for the wrong language: data that are Latin by nature are no words."""

from __future__ import annotations

import pytest

from tests.browser.reading import latin_words


@pytest.mark.parametrize(
    "text",
    [
        "Q6u1cSCdtNxJixwqPHD+GB/XZV+h62ZZTyKopsDu3vM=",
        "根哈希 dBbF5wzlGG+OCDS/papers/GBk1T6iwWmq5dQy0hTfYv8=",
        "finding:6",
        "external_finding:12",
    ],
)
def test_digests_and_chains_are_whole_whatever_letters_stand_in_them(text: str) -> None:
    assert latin_words(text) == []


def test_a_word_of_another_language_is_named() -> None:
    assert latin_words("保存 saved") == ["saved"]
