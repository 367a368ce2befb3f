"""Bids: handed in sealed, opened after the deadline, each file against the digest that was handed in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Bid, BidBond, BidFile, BidItem, BidMember, Shortlist, Tender
from lianjing.domains.works.rules.tender_clock import check_due, check_in_time
from lianjing.domains.works.services.basis import firm
from lianjing.domains.works.services.tender_acts import (
    agent_of,
    bidder_code,
    bidder_seal,
    mark_of,
    on_tender,
    person_seal,
    require_at,
    require_running,
    sealed_actor,
)
from lianjing.domains.works.services.tender_bidfile import DIGEST, parsed
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.org.models import Person
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.parties.models import Account, Enterprise
from lianjing.runtime.parties.numbers import account_digest, plain_code
from lianjing.runtime.parties.services import open_account, register_natural_person
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.trail.act import Act

HARDWARE = {"mac": "mac_hash", "cpu": "cpu_hash", "disk": "disk_hash", "machine": "machine_hash"}


def seal(
    *,
    tender_id: int,
    digest: str,
    person_id: int,
    now: datetime,
    credit_code: str = "",
    key: str = "",
) -> Bid:
    """Hand in a bid: only the SHA-256 of its file and the time are kept, under the bidder's keyed digest.

    A bidder's agent hands in for his own firm, the tender agency at its counter for the firm that it names. A second
    one before the deadline replaces the first, whose digest stays in the trail. The event names nobody; a try after
    the deadline is refused and recorded with who tried.
    """
    with on_tender("tender.bid", tender_id, person_id=person_id, now=now, key=key) as (act, tender):
        code = _bidding_for(tender, person_id, credit_code, act)
        check_in_time(now, tender.deadline_at)
        require_at(tender, "open_bids")
        if not DIGEST.fullmatch(digest.strip().lower()):
            raise BadInput(_("摘要应为投标文件的 SHA-256（64 位十六进制数）"), "digest")
        _require_invited(tender, code)
        own = bidder_seal(tender_id, code)
        bid = Bid.objects.filter(tender=tender, bidder_hash=own).first() or Bid(
            tender=tender, bidder_hash=own
        )
        bid.sealed_sha256, bid.received_at, bid.status = digest.strip().lower(), now, "pending"
        bid.submitter_hash = person_seal(tender_id, person_id)
        act.actor = sealed_actor(bid.submitter_hash)
        return act.save(bid)


def take_back(*, tender_id: int, person_id: int, now: datetime, credit_code: str = "", key: str = "") -> Bid:
    """Take a sealed bid back before the deadline; the row stays and says so."""
    with on_tender("tender.bid_withdraw", tender_id, person_id=person_id, now=now, key=key) as (act, tender):
        code = _bidding_for(tender, person_id, credit_code, act)
        check_in_time(now, tender.deadline_at)
        bid = Bid.objects.filter(
            tender=tender, bidder_hash=bidder_seal(tender_id, code), status="pending"
        ).first()
        if bid is None:
            raise Refusal(Ground.STALE, "tender.no_bid", _("没有可以撤回的投标"))
        bid.status, bid.submitter_hash = "withdrawn", person_seal(tender_id, person_id)
        act.actor = sealed_actor(bid.submitter_hash)
        return act.save(bid)


def _bidding_for(tender: Tender, person_id: int, credit_code: str, act: Act) -> str:
    """Return the code of the firm that bids, and let a refused try name the person's post."""
    own = bidder_code(person_id, act)
    if own:
        return own
    act.actor = agent_of(tender, person_id, act)
    code = plain_code(credit_code)
    if not code:
        raise BadInput(_("请填写投标人统一社会信用代码"), "credit_code")
    return code


def _require_invited(tender: Tender, code: str) -> None:
    """Where formal bidders were chosen, nobody else bids; not recorded, for it would name a bidder."""
    if not tender.shortlist_count:
        return
    if not Shortlist.objects.filter(tender=tender, is_selected=True, enterprise__credit_code=code).exists():
        raise Refusal(Ground.STALE, "tender.not_invited", _("本项目只接受正式投标人投标"), "zone_shortlist#2")


def sealed_bids(tender_id: int) -> list[Bid]:
    """Return the bids that count at the deadline, in the order received."""
    return list(Bid.objects.filter(tender_id=tender_id, status="pending").order_by("received_at", "id"))


@dataclass
class Unsealed:
    """What came of a load of files: bids opened, and why the others were not."""

    opened: list[Bid] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def unseal(
    *, tender_id: int, contents: Sequence[bytes], person_id: int, now: datetime, key: str = ""
) -> Unsealed:
    """Open bids after the deadline: each file is known by its SHA-256, whatever its name; by the agency.

    With fewer bids than the law asks nothing is opened. A file that names a bidder whose sealed digest it does not
    have leaves that bid not decrypted, with the reason.
    """
    with on_tender("tender.unseal", tender_id, person_id=person_id, now=now, key=key) as (act, tender):
        act.actor = agent_of(tender, person_id, act)
        require_at(tender, "open_bids")
        check_due(now, tender.deadline_at)
        require_running(tender_id)
        waiting = sealed_bids(tender_id)
        require_enough(len(waiting), act)
        done = Unsealed()
        for content in contents:
            _open_one(act, tender, waiting, content, done)
        return done


def require_enough(count: int, act: Act) -> None:
    """Refuse to open fewer bids than the law asks; Refusal(RULE), tendering law article 28."""
    least = int(figure("works.tender.min_bidders", act.day))
    if count < least:
        raise Refusal(
            Ground.RULE,
            "tender.too_few_bidders",
            _("投标人只有%(count)s家，少于%(least)s家，不得开标，应当重新招标")
            % {"count": count, "least": least},
            "tendering_law#28",
        )


def _open_one(act: Act, tender: Tender, waiting: Sequence[Bid], content: bytes, done: Unsealed) -> None:
    digest = hashlib.sha256(content).hexdigest()
    bid = next((each for each in waiting if each.sealed_sha256 == digest), None)
    try:
        said = parsed(content)
    except BadInput as fault:
        if bid is None:
            done.faults.append(str(fault))
            return
        _not_decrypted(act, bid, str(fault), done)
        return
    own = bidder_seal(tender.pk, said["bidder"]["credit_code"])
    if bid is None:
        bid = next((each for each in waiting if each.bidder_hash == own), None)
        if bid is None:
            done.faults.append(_("文件不属于任何密封投标：%(name)s") % {"name": said["bidder"]["name"]})
        elif bid.opened_at is None:
            bid.enterprise = firm(act, said["bidder"]["name"], said["bidder"]["credit_code"])
            _not_decrypted(act, bid, _("文件摘要与密封摘要不一致，未能解密"), done)
    elif bid.bidder_hash != own:
        _not_decrypted(act, bid, _("文件所载投标人与递交人不一致"), done)
    elif bid.opened_at is None:
        _enter(act, tender, bid, said)
        done.opened.append(bid)


def _not_decrypted(act: Act, bid: Bid, text: str, done: Unsealed) -> None:
    bid.disqualified_text = text
    act.save(bid)
    done.faults.append(text)


def _enter(act: Act, tender: Tender, bid: Bid, said: Mapping[str, Any]) -> None:
    """Write what the file says; who handed it in is found again by his seal."""
    bid.enterprise = firm(act, said["bidder"]["name"], said["bidder"]["credit_code"])
    bid.price, bid.days, bid.quality = said["price"], said["days"], said["quality"]
    bid.manager_name, bid.manager_no = said["manager"]["name"], said["manager"]["no"]
    bid.upload_ip_hash = mark_of(said["ip"])
    bid.opened_at, bid.disqualified_text = act.now, ""
    bid.submitted_by_person = _submitter(tender, bid)
    act.save(bid)
    act.save_many(
        [
            BidItem(
                bid=bid,
                item_code=row["code"],
                name=row["name"],
                unit_name=row["unit"],
                quantity=row["quantity"],
                unit_price=row["unit_price"],
                is_provisional=row["provisional"],
            )
            for row in said["items"]
        ]
    )
    act.save_many([_file_row(bid, row) for row in said["files"]])
    _enter_bond(act, bid, said["bond"])
    for row in said["staff"]:
        person = register_natural_person(act, name=row["name"], id_no=row["id_no"])
        act.save(BidMember(bid=bid, natural_person=person, role=row["role"]))


def _submitter(tender: Tender, bid: Bid) -> Person | None:
    codes_of = [bid.enterprise.credit_code if bid.enterprise else ""]
    if tender.agency_enterprise is not None:
        codes_of.append(tender.agency_enterprise.credit_code)
    people = Person.objects.filter(unit__enterprise_no__in=[code for code in codes_of if code])
    return next((each for each in people if person_seal(tender.pk, each.pk) == bid.submitter_hash), None)


def _file_row(bid: Bid, row: Mapping[str, str]) -> BidFile:
    marks = {column: mark_of(row[name]) for name, column in HARDWARE.items()}
    return BidFile(
        bid=bid,
        part=row["part"],
        sha256=row["sha256"],
        create_key=mark_of(row["create_key"]),
        cost_lock_hash=mark_of(row["cost_lock"]),
        author_text=row["author"],
        **marks,
    )


def _enter_bond(act: Act, bid: Bid, said: Mapping[str, Any]) -> None:
    if not said["form"]:
        return
    account = _payer_account(act, bid, said) if said["account_no"] else None
    act.save(
        BidBond(
            bid=bid,
            form=said["form"],
            amount=said["amount"],
            payer_account=account,
            payer_name=said["payer_name"],
            guarantor_name="" if said["form"] == "cash" else said["payer_name"],
            policy_no=said["policy_no"],
        )
    )


def _payer_account(act: Act, bid: Bid, said: Mapping[str, Any]) -> Account | None:
    """Return the account from which the bond came, entered where it is new; one number under two names is one row."""
    found = Account.objects.filter(account_no_hash=account_digest(said["account_no"])).order_by("id").first()
    holder = Enterprise.objects.filter(name=said["payer_name"]).order_by("id").first() or bid.enterprise
    if found is not None or holder is None:
        return found
    return open_account(
        act,
        holder=f"enterprise:{holder.pk}",
        holder_name=said["payer_name"],
        account_no=said["account_no"],
        bank_name=said["bank_name"],
        kind="basic",
    )


def open_bids(deed: Deed) -> dict[str, Any]:
    """Close the opening: bids not decrypted are out; with too few bids the tender has failed and nothing was opened."""
    record = Tender.objects.get(pk=deed.matter.pk)
    check_due(deed.now, record.deadline_at)
    require_running(record.pk)
    waiting = sealed_bids(record.pk)
    least = int(figure("works.tender.min_bidders", deed.day))
    record.bidder_count = len(waiting)
    if len(waiting) < least:
        record.status, record.failed_count = "unsuccessful", (record.failed_count or 0) + 1
        deed.act.save(record)
        return {"bid_count": len(waiting)}
    for bid in waiting:
        if bid.opened_at is None:
            bid.status, bid.disqualified_reason = "disqualified", "other"
            bid.disqualified_text = bid.disqualified_text or _("开标时未能解密")
            deed.act.save(bid)
    record.opened_at, record.opened_on = deed.now, deed.day
    deed.act.save(record)
    return {"bid_count": len(waiting)}
