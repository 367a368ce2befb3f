"""Flags of the parties: owners, shareholders, contacts and addresses that bidders share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lianjing.analysis.flags.case import rows, table, text
from lianjing.analysis.flags.look import Look

NOT_DIGITS = re.compile(r"\D+")
SPACES = re.compile(r"[\W_]+")


def ties(look: Look) -> None:
    """R032, R033, R042, R043, R044: what two parties of one process have in common."""
    case = look.case
    if not case.tenderers or not case.parties:
        return
    bidders = {who: case.parties[who] for who in sorted(case.tenderers) if who in case.parties}
    _shared(look, "R032", bidders, _owners)
    _shared(look, "R033", bidders, _shareholders)
    _shared(look, "R044", bidders, _contacts)
    officials = {
        who: case.parties[who] for who in sorted(case.officials) if who in case.parties and who not in bidders
    }
    known = {key: path for path, each in officials.values() for key, path in _contacts(path, each)}
    for who, (path, each) in bidders.items():
        same = [
            (place, known[key])
            for key, place in _contacts(path, each)
            if key in known and key[0] != "address"
        ]
        for place, other in same[:1]:
            look.flag("R043", 1.0, (place, None), (other, None))
            look.mark("R043", who, 1.0, (place, None), (other, None))
        _odd(look, who, path, each)


Key = tuple[str, str]


def _shared(look: Look, code: str, bidders: Mapping[str, Any], keys: Any) -> None:
    if not look.has(code):
        return
    known: dict[Key, tuple[str, str]] = {}
    is_raised = False
    for who, (path, each) in bidders.items():
        for key, place in keys(path, each):
            other = known.setdefault(key, (who, place))
            if other[0] != who:
                places = ((other[1], None), (place, None))
                if not is_raised:
                    look.flag(code, 1.0, *places)
                    is_raised = True
                for one in (who, other[0]):
                    look.mark(code, one, 1.0, *places)


def _owners(path: str, party: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
    for place, each in rows(party.get("beneficialOwners")):
        found = text(each.get("id")) or text(each.get("name")).casefold()
        if found:
            yield ("owner", found), f"{path}/beneficialOwners/{place}"


def _shareholders(path: str, party: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
    for place, each in rows(party.get("shareholders")):
        held = table(each.get("shareholder"))
        found = text(held.get("id")) or text(held.get("name")).casefold()
        if found:
            yield ("shareholder", found), f"{path}/shareholders/{place}"


def _contacts(path: str, party: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
    contact, address = table(party.get("contactPoint")), table(party.get("address"))
    phone = NOT_DIGITS.sub("", text(contact.get("telephone")))
    if len(phone) >= 7 and len(set(phone)) > 2:
        yield ("telephone", phone[-9:]), f"{path}/contactPoint/telephone"
    email = text(contact.get("email")).casefold()
    if "@" in email:
        yield ("email", email), f"{path}/contactPoint/email"
    street = SPACES.sub(" ", text(address.get("streetAddress"))).casefold().strip()
    if len(street) >= 8 and any(each.isdigit() for each in street):
        yield (
            ("address", f"{street}|{text(address.get('locality')).casefold()}"),
            f"{path}/address/streetAddress",
        )


def _odd(look: Look, who: str, path: str, party: Mapping[str, Any]) -> None:
    raw = text(table(party.get("contactPoint")).get("telephone"))
    phone = NOT_DIGITS.sub("", raw)
    if raw and (len(phone) < 5 or len(set(phone)) == 1):
        look.mark("R042", who, 1.0, (f"{path}/contactPoint/telephone", raw))
        look.flag("R042", 1.0, (f"{path}/contactPoint/telephone", raw))
