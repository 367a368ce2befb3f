"""Flags of the bids: prices, order, disqualification, winners. Lots are contests of their own."""

from __future__ import annotations

from itertools import pairwise

from lianjing.analysis.flags.board import Sample
from lianjing.analysis.flags.case import Bid, Contest
from lianjing.analysis.flags.look import Look, compared, priced


def prices(look: Look) -> None:
    """R022, R023, R024, R028, R031, R058: what the prices of one contest say."""
    if compared(look):
        _identical(look)
        for contest in look.case.contests:
            _second(look, contest)
    for contest in look.case.contests:
        for found in priced(contest, has_consortia=True).values():
            amounts = sorted(each[1].amount for each in found)
            if len(amounts) >= 3 and amounts[0] > 0:
                look.sample(
                    "R022",
                    (),
                    amounts[-1] / amounts[0] - 1,
                    *(f"{each[2]}/value/amount" for each in found[:5]),
                )
                _series(look, amounts, [each[2] for each in found])
    _estimate(look)


def _second(look: Look, contest: Contest) -> None:
    """Compare the winner's lowest price with the lowest of the others (R024, R058)."""
    has_consortia = look.case.reading.consortia
    if len(contest.award.who) != 1 and not (has_consortia and contest.award.who):
        return
    for found in priced(contest, has_consortia=has_consortia).values():
        won = [each for each in found if each[0] == contest.award.who]
        lost = [each for each in found if each[0] != contest.award.who]
        if not won or not lost:
            continue
        best, next_best = (
            min(won, key=lambda each: each[1].amount),
            min(lost, key=lambda each: each[1].amount),
        )
        if 0 < best[1].amount <= next_best[1].amount:
            ratio = (next_best[1].amount - best[1].amount) / best[1].amount
            paths = (f"{best[2]}/value/amount", f"{next_best[2]}/value/amount")
            places = look.places(paths)
            for code in ("R024", "R058"):
                if look.has(code):
                    both = (*sorted(best[0]), *(sorted(next_best[0]) if code == "R024" else ()))
                    look.board.sample(code, (), Sample(ratio, look.case.ocid, places, both))


def _identical(look: Look) -> None:
    if not look.has("R028"):
        return
    known: dict[tuple[object, ...], Bid] = {}
    raised: set[str] = set()
    for bid in look.case.submitted:
        if not bid.money or not bid.who:
            continue
        key = (bid.money, bid.lots if look.case.reading.lots else None)
        other = known.get(key)
        if other is not None and other.who != bid.who:
            places = (
                (f"{other.path}/value/amount", bid.money.amount),
                (f"{bid.path}/value/amount", bid.money.amount),
            )
            if not raised:
                look.flag("R028", 1.0, *places)
            for who in sorted((other.who | bid.who) - raised):
                look.mark("R028", who, 1.0, *places)
            raised |= other.who | bid.who
        known[key] = bid


def _series(look: Look, amounts: list[float], paths: list[str]) -> None:
    """Raise R023 where at least three different prices stand in equal steps or equal ratios."""
    if not look.has("R023") or len(set(amounts)) != len(amounts):
        return
    within = look.setting("R023", "tolerance")
    steps = [high - low for low, high in pairwise(amounts)]
    ratios = [high / low for low, high in pairwise(amounts)]
    for each in (steps, ratios):
        if max(each) - min(each) <= within * min(each):
            look.flag("R023", len(amounts), *((f"{path}/value/amount", None) for path in paths[:10]))
            return


def _estimate(look: Look) -> None:
    """Raise R031 where the winner stands within a hundredth of the estimate, or above it."""
    case, value = look.case, look.case.value
    if not look.has("R031") or value is None or len(case.contests) != 1 or case.contests[0].lot:
        return
    contest = case.contests[0]
    for who, price, path in priced(contest, has_consortia=True).get(value.currency, []):
        if (
            who == contest.award.who
            and 1 - price.amount / value.amount <= look.setting("R031", "margin") + 1e-12
        ):
            look.flag(
                "R031",
                price.amount / value.amount,
                (f"{path}/value/amount", price.amount),
                ("/tender/value/amount", value.amount),
            )
            return


def late(look: Look) -> None:
    """R030: the winner's bid came after the deadline."""
    ends = look.case.ends
    if ends is None or not look.has("R030"):
        return
    for contest in look.case.contests:
        for bid in contest.bids:
            if (
                bid.status == "valid"
                and bid.at is not None
                and bid.at > ends
                and bid.who == contest.award.who
                and (len(bid.who) == 1 or look.case.reading.consortia)
            ):
                place = (f"{bid.path}/date", None)
                look.flag("R030", 1.0, place, ("/tender/tenderPeriod/endDate", None))
                for who in bid.who:
                    look.mark("R030", who, 1.0, place)
                break


def disqualified(look: Look) -> None:  # noqa: C901 - one family of bids put out
    """R035, R036, R037, R038: who was put out, and who was left."""
    case = look.case
    if look.has("R035") and case.awards and case.bids and case.is_final:
        _all_but_winner(look)
    if look.has("R036") and case.active and compared(look):
        _lowest_out(look)
    out = [each for each in case.submitted if each.status == "disqualified"]
    if out:
        bare = next((f"{each.path}/documents" for each in out if not each.documents), "")
        look.absent("R037", bare, is_there=not bare)
    if look.has("R038") and case.submitted:
        for bid in case.submitted:
            for who in sorted(bid.who):
                _count(look, "tenderer", who, [bid])
        for kind, subject in (("buyer", case.buyer), ("procuring_entity", case.entity)):
            if subject:
                _count(look, kind, subject, list(case.submitted))


def _count(look: Look, kind: str, subject: str, bids: list[Bid]) -> None:
    tally = look.tally("R038", kind, subject)
    tally.whole += len(bids)
    out = [each for each in bids if each.status == "disqualified"]
    if out:
        tally.part += len(out)
        tally.keep(look.case.ocid, look.seen(*((f"{each.path}/status", "disqualified") for each in out[:3])))


def _all_but_winner(look: Look) -> None:
    case = look.case
    groups = case.contests if any(each.lot for each in case.contests) else ()
    for bids, winners in ([(each.bids, each.award.who) for each in groups]) or [
        (case.bids, frozenset[str]().union(*(each.who for each in case.active)))
    ]:
        valid = frozenset[str]().union(*(each.who for each in bids if each.status == "valid"))
        out = [each for each in bids if each.status == "disqualified"]
        gone = frozenset[str]().union(*(each.who for each in out)) - valid
        if len(valid) == 1 and valid == winners and len(gone) >= max(1, look.setting("R035", "threshold")):
            places = [(f"{each.path}/status", "disqualified") for each in out[:10]]
            look.flag("R035", len(gone), *places)
            for who in valid:
                look.mark("R035", who, 0.0, *places)
            return


def _lowest_out(look: Look) -> None:
    """Raise R036 in a contest whose bids all have a price: else which is lowest cannot be known."""
    groups: dict[object, list[Bid]] = {}
    for bid in look.case.submitted:
        groups.setdefault(bid.lots if look.case.reading.lots else None, []).append(bid)
    for bids in groups.values():
        prices = [each.money for each in bids if each.money]
        for currency in {each.currency for each in prices} if len(prices) == len(bids) else ():
            lowest = min(
                (each for each in bids if each.money and each.money.currency == currency),
                key=lambda each: each.money.amount if each.money else 0.0,
            )
            if lowest.status == "disqualified" and lowest.money:
                amount = (f"{lowest.path}/value/amount", lowest.money.amount)
                look.flag("R036", 1.0, (f"{lowest.path}/status", lowest.status), amount)
                return


def fortunes(look: Look) -> None:  # noqa: C901 - one family gathered over processes
    """R025, R029, R034, R053, R057: gathered over many processes for each tenderer, pair or circle."""
    case = look.case
    for contest in case.contests:
        winner = contest.award.who
        if len(winner) != 1:
            continue
        valid = {each.who for each in contest.bids if each.status == "valid" and len(each.who) == 1}
        if look.has("R025"):
            for one in sorted(valid, key=min):
                tally = look.tally("R025", "tenderer", next(iter(one)))
                tally.whole += 1
                tally.part += one == winner
                if one != winner:
                    tally.keep(case.ocid, look.seen((f"{contest.award.path}/suppliers", next(iter(winner)))))
        _circle(look, sorted(next(iter(each)) for each in valid), next(iter(winner)), contest)
    if look.has("R029"):
        for bid in case.submitted:
            if bid.money and bid.money.amount >= 1 and len(bid.who) == 1:
                tally = look.tally("R029", "tenderer", next(iter(bid.who)))
                digits = tally.more = [0] * 9 if tally.more is None else tally.more
                digits[int(f"{bid.money.amount:.15e}"[0]) - 1] += 1
                if len(tally.evidence) < 3:
                    tally.keep(case.ocid, look.seen((f"{bid.path}/value/amount", bid.money.amount)))
                else:
                    tally.keep(case.ocid)


def _circle(look: Look, who: list[str], winner: str, contest: Contest) -> None:
    if not 2 <= len(who) <= 12:
        return
    ocid, at = look.case.ocid, contest.award.at or look.case.ends or 0.0
    if look.has("R053"):
        for place, one in enumerate(who):
            for other in who[place + 1 :]:
                tally = look.tally("R053", "pair", one, other, winner)
                tally.keep(ocid, look.seen((f"{contest.award.path}/suppliers", winner)))
    if len(who) >= 3:
        key = tuple(who)
        if look.has("R057"):
            look.board.event("R057", key, (at, winner, ocid))
        dated = sorted(
            (each.at, next(iter(each.who)))
            for each in contest.bids
            if each.at is not None and len(each.who) == 1
        )
        if look.has("R034") and len(dated) == len({each[0] for each in dated}) == len(who):
            look.board.event("R034", key, (tuple(each[1] for each in dated), ocid))
