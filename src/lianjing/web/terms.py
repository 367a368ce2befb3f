"""The statutory term of a matter beside its step's clock: last day, days left in colour and words, clause, interest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lianjing.runtime.domains import domains
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.regulation.queries import clause_title
from lianjing.web.words import clause_address

TONES = {"normal": "good", "due_soon": "warn", "overdue": "bad", "paused": "off", "met": "good"}


def terms_of(matters: Iterable[Matter], day: date) -> dict[int, dict[str, Any]]:
    """Return matter → what parts/term.html draws, for those whose procedure knows a term: one look a procedure."""
    by_kind: dict[str, list[int]] = {}
    for matter in matters:
        by_kind.setdefault(matter.kind, []).append(matter.pk)
    found: dict[int, dict[str, Any]] = {}
    for procedure in (each for domain in domains() for each in domain.procedures):
        if procedure.terms is not None and procedure.matter_kind in by_kind:
            terms = procedure.terms(by_kind[procedure.matter_kind], day)
            found |= {number: drawn(term, day) for number, term in terms.items()}
    return found


def term_of(matter: Matter, day: date) -> dict[str, Any] | None:
    """Return what parts/term.html draws of one matter, None where it has no term."""
    return terms_of([matter], day).get(matter.pk)


def drawn(term: Any, day: date) -> dict[str, Any]:
    """Return a term in words."""
    return {
        "state": term.state,
        "tone": TONES.get(term.state, "plain"),
        "word": words(term),
        "due": term.due_on,
        "interest": term.interest if term.interest else None,
        "held": term.held_days,
        "clause": clause_title(term.clause, day),
        "url": clause_address(term.clause, day),
    }


def words(term: Any) -> str:
    """Return the state of a term with its days: the colour never stands alone."""
    match term.state:
        case "overdue":
            return _("付款逾期 %(days)d 天") % {"days": term.late_days}
        case "due_soon":
            return _("付款临期，剩 %(days)d 天") % {"days": term.days_left}
        case "paused":
            return _("付款计时依法暂停，剩 %(days)d 天") % {"days": term.days_left}
        case "met":
            return _("按期支付")
        case _:
            return _("付款期限剩 %(days)d 天") % {"days": term.days_left}
