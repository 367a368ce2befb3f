"""Terms of tender, bid, award and contract as rows, so that anyone can see where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Award, Tender
from lianjing.domains.works.rules.contract import KEYS, SOURCES, Comparison, TermValue, compare
from lianjing.runtime import codes
from lianjing.runtime.contract.models import Contract, Term
from lianjing.runtime.process.deed import Deed


def write_terms(deed: Deed, contract: Contract, award: Award) -> tuple[Comparison, ...]:
    """Write the terms of all four texts anew and return their comparison; part of an act."""
    said = {
        "tender": _of_tender(award.tender),
        "bid": _of_bid(award),
        "award": {"price": _money(award.amount)},
        "contract": _of_contract(contract),
    }
    for row in Term.objects.filter(matter=deed.matter).order_by("id"):
        deed.act.remove(row)
    deed.act.save_many(
        [
            Term(
                matter=deed.matter,
                source_kind=source,
                source=_source_of(source, award, contract),
                key=key,
                value_text=value.text,
                value=value.number if key == "price" else None,
                value_number=value.number if key == "duration" else None,
                agreed_on=deed.day,
            )
            for source in SOURCES
            for key, value in said[source].items()
        ]
    )
    return compare(said)


def comparison_of(contract_matter_id: int) -> tuple[Comparison, ...]:
    """Return the comparison of a drafted contract from its rows; nothing for one from before the platform."""
    rows = list(Term.objects.filter(matter_id=contract_matter_id, source_kind__in=SOURCES, key__in=KEYS))
    said: dict[str, dict[str, TermValue]] = {source: {} for source in SOURCES}
    for row in rows:
        number = row.value if row.key == "price" else row.value_number
        said[row.source_kind][row.key] = TermValue(row.value_text, number)
    return compare(said) if rows else ()


def words() -> Mapping[str, str]:
    """Return the word for each point of a contract."""
    return {key: codes.label("term_key", key) for key in KEYS}


def _source_of(source: str, award: Award, contract: Contract) -> str:
    texts = {
        "tender": award.tender.code or award.tender.title,
        "bid": award.enterprise.name if award.enterprise else "",
        "award": award.notice_no,
        "contract": contract.code,
    }
    return texts[source]


def _money(amount: Decimal | None) -> TermValue:
    return TermValue("" if amount is None else f"{amount:,.2f}", amount)


def _days(days: int | None) -> TermValue:
    return TermValue("" if days is None else str(days), None if days is None else Decimal(days))


def _known(terms: Mapping[str, TermValue]) -> dict[str, TermValue]:
    return {key: value for key, value in terms.items() if value.text.strip()}


def _of_tender(tender: Tender) -> dict[str, TermValue]:
    return _known(
        {
            "object": TermValue(tender.title),
            "price": _money(tender.control_price),
            "quality": TermValue(tender.quality),
            "duration": _days(tender.days),
        }
    )


def _of_bid(award: Award) -> dict[str, TermValue]:
    bid = award.bid
    if bid is None:
        return {}
    return _known(
        {
            "price": _money(bid.price),
            "quality": TermValue(bid.quality),
            "duration": _days(bid.days),
            "manager": TermValue(bid.manager_name),
        }
    )


def _of_contract(contract: Contract) -> dict[str, TermValue]:
    payment = _("预付%(advance)s，进度%(progress)s，质保%(retention)s，%(days)s日内付款") % {
        "advance": _share(contract.advance_ratio),
        "progress": _share(contract.progress_ratio),
        "retention": _share(contract.retention_ratio),
        "days": "—" if contract.payment_days is None else contract.payment_days,
    }
    return _known(
        {
            "object": TermValue(contract.title),
            "price": _money(contract.amount),
            "quality": TermValue(contract.quality),
            "duration": _days(contract.days),
            "manager": TermValue(contract.manager_name),
            "payment": TermValue(payment),
        }
    )


def _share(ratio: Decimal | None) -> str:
    return "—" if ratio is None else f"{ratio * 100:.2f}%"
