"""From facts to the tables: archive rows of before the platform, each found again by the number it has in its source.

Parts of an act. A row whose content is already there is not written; an act that wrote nothing leaves no event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from lianjing.domains.works import models as works
from lianjing.domains.works.exchange import facts, words
from lianjing.domains.works.models import StatedPaper
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.batch.ledger import Notice, save_changes
from lianjing.runtime.matter.models import Matter, MatterParty
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.matter.services import begin
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.parties.queries import enterprise_by_code, enterprises_named
from lianjing.runtime.parties.services import register_enterprise
from lianjing.runtime.trail.act import Act, lock_chain
from lianjing.runtime.trail.kept import Kept

OPEN = "open_contracting"
UNKNOWN_CURRENCY = "XXX"
K = TypeVar("K", bound=Kept)


def stated(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a record states: a later record that is silent on a thing does not take it back."""
    return {key: value for key, value in values.items() if value not in (None, "")}


@dataclass
class Writing:
    """One row on its way in: the act, whose unit and source it is, what is to be said of it."""

    act: Act
    unit_id: int
    source: str
    firms: dict[str, Enterprise] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)

    def find(self, kind: str, number: str) -> Matter | None:
        """Return the archive matter of a number in this source."""
        return Matter.objects.filter(
            kind=kind, external_system=self.source, external_no=number, is_before_platform=True
        ).first()

    def children(self, kind: str, parent: Matter) -> Any:
        """Return the archive matters of a kind under another."""
        return Matter.objects.filter(kind=kind, parent=parent, is_before_platform=True)

    def matter(self, kind: str, number: str, title: str, parent: Matter | None, **columns: Any) -> Matter:
        """Return the archive matter of a number, begun or brought up to date."""
        if not number:
            raise BadInput(_("缺少编号"), kind)
        stored = self.find(kind, number)
        values = {"title": title.strip() or number, "status": "archived", **columns}
        if stored is not None:
            save_changes(self.act, stored, stated(values))
            return stored
        made = begin(
            self.act,
            domain="works",
            kind=kind,
            title=values.pop("title"),
            unit_id=self.unit_id,
            parent=parent,
            onboarding="archive",
            is_before_platform=True,
            external_system=self.source,
            external_no=number,
        )
        save_changes(self.act, made, values)
        return made

    def row(self, model: type[K], key: Mapping[str, Any], values: Mapping[str, Any]) -> K:
        """Return the row with a key, written or brought up to date."""
        stored = model._default_manager.filter(**key).first()
        if stored is None:
            return self.act.save(model(**key, **values))
        save_changes(self.act, stored, stated(values))
        return stored

    def rows(self, model: type[K], key: Mapping[str, Any], wanted: Sequence[Mapping[str, Any]]) -> list[K]:
        """Settle the rows of a list by their places: changed where they differ, added, and taken away at the end.

        A record that states no list says nothing of it: the stored rows stand.
        """
        if not wanted:
            return []
        stored = list(model._default_manager.filter(**key).order_by("pk"))
        for row, values in zip(stored, wanted, strict=False):
            save_changes(self.act, row, values)
        for row in stored[len(wanted) :]:
            self.act.remove(row)
        made = [model(**key, **values) for values in wanted[len(stored) :]]
        self.act.save_many(made)
        return [*stored[: len(wanted)], *made]

    def firm(self, process: facts.Process | facts.Project, party_id: str) -> Enterprise | None:
        """Return the enterprise of a party: found by credit code, by number and name, by name alone, or registered."""
        party = next((each for each in process.parties if each.id == party_id), None)
        if party is None:
            return None
        if party_id not in self.firms:
            self.firms[party_id] = self._firm(party)
        return self.firms[party_id]

    def _firm(self, party: facts.Party) -> Enterprise:
        if party.scheme == words.USCC and party.number:
            found = enterprise_by_code(party.number)
            if found is not None:
                return found
            return register_enterprise(
                self.act, name=party.name, credit_code=party.number, is_import=True, kind=""
            )
        number = "" if party.id.startswith("name-") else party.id
        same = enterprises_named(party.name).filter(external_no=number, credit_code="").first()
        return same or register_enterprise(
            self.act, name=party.name, is_import=True, kind="", external_no=number
        )

    def join(self, matter: Matter, role: str, firms: Sequence[Enterprise | None]) -> None:
        """Name the firms parties of a matter in a role: these and no others."""
        wanted = list(dict.fromkeys(firm.pk for firm in firms if firm))
        if not wanted:
            return
        stored = list(MatterParty.objects.filter(matter=matter, role=role).order_by("pk"))
        known = {party.enterprise_id for party in stored}
        for party in stored:
            if party.enterprise_id not in wanted:
                self.act.remove(party)
        self.act.save_many(
            [
                MatterParty(matter=matter, enterprise_id=each, role=role)
                for each in wanted
                if each not in known
            ]
        )

    def papers(self, matter: Matter, papers: Sequence[facts.Paper]) -> None:
        """Keep what is stated of a matter's papers."""
        self.rows(
            StatedPaper,
            {"matter": matter},
            [
                {
                    "kind": each.kind,
                    "printed_kind": each.printed_kind,
                    "title": each.title,
                    "sha256": each.sha256,
                    "media_type": each.media_type,
                    "url": each.url,
                    "published_on": each.published_on,
                }
                for each in papers
            ],
        )

    def say(self, kind: str, text: str, value: object, record: Kept | None) -> None:
        """Leave a note beside a record."""
        self.notices.append(Notice(kind, text, "", str(value)[:80], record))

    def amount(self, money: facts.Money | None, currency: str, record: Kept) -> Any:
        """Return an amount that can stand in a column without a currency of its own; one in another is not taken."""
        if money is None:
            return None
        if (money.currency or UNKNOWN_CURRENCY) != currency:
            text = _("金额的币种与项目币种不同，未采用")
            self.say("currency_differs", text, f"{money.currency} {money.amount}", record)
            return None
        return money.amount

    def open_project(self, number: str, title: str) -> Matter:
        """Return the archive matter of a project, its chain held. BadInput for one that the platform keeps."""
        stored = Matter.objects.filter(
            kind="project", external_system=self.source, external_no=number
        ).first()
        if stored is not None:
            lock_chain(chain_of(stored))
            stored.refresh_from_db()
            if stored.onboarding != "archive":
                raise BadInput(_("项目“%(key)s”已在平台办理或接续，导入不改动") % {"key": number}, "project")
            return stored
        matter = self.matter("project", number, title, None)
        self.row(works.Project, {"matter": matter}, {"title": matter.title, "owner_unit_id": matter.unit_id})
        return matter
