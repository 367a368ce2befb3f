"""A founded zone with a project and the means to find something about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest

from lianjing.kernel.refusal import Refusal
from lianjing.runtime.finding import closing, detection, indicator_versions, loop, papers
from lianjing.runtime.finding.models import Finding
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.trail.act import legal_day
from tests.domains.works.playing import Play

CHIEF, SECOND, THIRD = "30001", "30002", "30003"
HEAD, LEAD, OFFICER, ARCHIVES = "20701", "20702", "20703", "20708"

COLLUSION = ("M-T15", "M-T17", "M-T20")


def indicator(code: str = "M-C08", **changes: Any) -> indicator_versions.Indicator:
    """Return an indicator as its file would say it."""
    wanted: dict[str, Any] = {
        "version": 1,
        "title": "超进度付款",
        "title_en": "Paid ahead of progress",
        "domain": "works",
        "severity": "yellow",
        "sql_sha256": "a" * 64,
        **changes,
    }
    return indicator_versions.Indicator(code=code, **wanted)


class Signals:
    """The cast, a project of the construction centre, and acts by number of the person."""

    def __init__(self, zone: Any) -> None:
        self.play = Play(zone)
        self.project = self.play.project()
        indicator_versions.register(indicator(), self.now)

    @property
    def now(self) -> datetime:
        """The moment of the scene, a minute later each time."""
        self.play.scene.pass_time(hours=0.02)
        return self.play.scene.now

    @property
    def day(self) -> Any:
        """Today."""
        return legal_day(self.play.scene.now)

    def person(self, number: str) -> int:
        """Return the person behind a log-in number."""
        return LoginAccount.objects.get(number=number).person_id

    def detected(self, **changes: Any) -> detection.Detected:
        """Return what an indicator found about the project."""
        wanted: dict[str, Any] = {
            "code": "M-C08",
            "version": 1,
            "subject": f"project:{self.project.pk}",
            "part": "",
            "score": 1.0,
            "severity": "yellow",
            "facts": {"paid_fen": 12_345_678, "share": 0.52, "name": "望汀大道"},
            "evidence": (("project", str(self.project.pk)),),
            "persons": (),
            "parameters": {"gap": 5},
            "explanation": "已付款比核定进度多出五个百分点。",
            "explanation_en": "Paid five points ahead of verified progress.",
            **changes,
        }
        return detection.Detected(**wanted)

    def found(self, **changes: Any) -> Finding:
        """Keep one finding and return it."""
        stored = detection.store([self.detected(**changes)], run="r1", scope="subjects", now=self.now)
        return Finding.objects.get(pk=(stored.new or stored.again)[0])

    def who(self, number: str) -> dict[str, Any]:
        """Return the person and the moment of an act."""
        return {"person_id": self.person(number), "now": self.now}

    def signed(self, row: Finding, number: str) -> Finding:
        """Sign a finding in."""
        return loop.sign_in(finding_id=row.pk, **self.who(number))

    def verified(self, row: Finding, number: str, verdict: str = "confirmed", **changes: Any) -> Finding:
        """Verify a finding that was signed in."""
        wanted = {
            "verdict": verdict,
            "facts": "经调阅资料核实。",
            "violation": "work",
            "harm": "other",
            **changes,
        }
        return loop.verify(finding_id=row.pk, found=loop.Verified(**wanted), **self.who(number))

    def handled(self, row: Finding, number: str, outcome: str = "corrected", **changes: Any) -> Finding:
        """Handle a confirmed finding."""
        return loop.handle(
            finding_id=row.pk, outcome=outcome, text="限期整改。", **changes, **self.who(number)
        )

    def reviewed(self, row: Finding, number: str, is_accepted: bool = True) -> Finding:
        """Review what came back."""
        return loop.review(finding_id=row.pk, is_accepted=is_accepted, text="已核对。", **self.who(number))

    def closed(self, row: Finding, number: str, **changes: Any) -> Finding:
        """Close a reviewed finding."""
        wanted = {
            "root_cause": "control_not_run",
            "root_cause_text": "付款前未核对进度。",
            "result_form": "first",
            **changes,
        }
        return closing.close(finding_id=row.pk, ending=closing.Ending(**wanted), **self.who(number))

    def corrected(self, row: Finding) -> Finding:
        """Take a released finding of the unit through the loop up to the review."""
        self.signed(row, ARCHIVES)
        self.verified(row, ARCHIVES)
        self.handled(row, HEAD)
        loop.feed_back(finding_id=row.pk, text="已整改。", **self.who(ARCHIVES))
        return self.reviewed(row, SECOND)

    def paper(self, **changes: Any) -> papers.Draft:
        """Return a paper to be issued."""
        wanted: dict[str, Any] = {"kind": "reminder", "demand_text": "对照规定即知即改。", **changes}
        return papers.Draft(**wanted)


@contextmanager
def refused(rule: str) -> Iterator[None]:
    """Expect a refusal with this rule."""
    with pytest.raises(Refusal) as caught:
        yield
    assert caught.value.rule == rule
