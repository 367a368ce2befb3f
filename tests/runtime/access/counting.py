"""A hasher that counts how often it is asked."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.hashers import MD5PasswordHasher


class CountingHasher(MD5PasswordHasher):
    """The fast hasher of the tests, with a counter."""

    calls: ClassVar[int] = 0

    def encode(self, password: Any, salt: Any) -> str:
        """Hash and count."""
        CountingHasher.calls += 1
        return super().encode(password, salt)
