"""What a newer program ships is published as acts, once; what the zone has made its own is left alone."""

from __future__ import annotations

from typing import Any

from lianjing.runtime.domains import domains
from lianjing.runtime.regulation.models import Clause, Definition, DocumentRequirement, Regulation
from lianjing.runtime.regulation.shipped import newly_shipped, publish_new
from lianjing.runtime.trail.act import SYSTEM
from lianjing.runtime.trail.models import Event


def publish(zone: Any, **more: bool) -> int:
    return sum(
        publish_new(domain, newly_shipped(domain), actor=SYSTEM, now=zone.now, from_on=zone.today(), **more)
        for domain in domains()
    )


def test_an_installation_of_this_version_lacks_nothing(zone: Any) -> None:
    for domain in domains():
        found = newly_shipped(domain)
        assert (found.words(), found.changed) == ([], [])
    before = Event.objects.count()
    assert publish(zone) == 0 and Event.objects.count() == before


def test_a_clause_and_a_required_paper_that_are_new_are_published_with_events(zone: Any) -> None:
    clause = Clause.objects.order_by("id").last()
    paper = DocumentRequirement.objects.filter(definition=None).order_by("id").last()
    assert clause is not None and paper is not None
    clause.delete()
    paper.delete()
    assert publish(zone) == 2
    assert set(Event.objects.order_by("-recorded_at", "-id").values_list("act", flat=True)[:2]) == {
        "regulation.amend", "bundle.publish",
    }  # fmt: skip
    assert publish(zone) == 0


def test_a_regulation_that_is_new_is_published_whole(zone: Any) -> None:
    used = Definition.objects.values("regulation_id")
    regulation = Regulation.objects.exclude(id__in=used).order_by("id").last()
    assert regulation is not None
    key = regulation.key
    count = Clause.objects.filter(regulation=regulation).delete()[0]
    regulation.delete()
    assert publish(zone) == 1
    assert Clause.objects.filter(regulation__key=key).count() == count


def test_a_process_that_differs_here_is_left_alone_unless_asked(zone: Any) -> None:
    definition = Definition.objects.filter(kind="decision").order_by("id").last()
    assert definition is not None
    Definition.objects.filter(pk=definition.pk).update(sha256="0" * 64)
    assert publish(zone) == 0
    assert publish(zone, with_changed=True) == 1
    newest = Definition.objects.filter(key=definition.key).order_by("-version").first()
    assert newest is not None and newest.version == definition.version + 1
