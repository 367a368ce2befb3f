"""What a project must show before a procedure opens in it."""

from __future__ import annotations


def test_zone(zone):
    from lianjing.runtime.org.models import Person
    print(Person.objects.count())
