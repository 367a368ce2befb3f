"""What the file of a finding posts: one of the acts of its loop, read out of the form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.finding import changing, closing, loop, papers, standing_back
from lianjing.runtime.finding.models import Paper
from lianjing.web.access import PageRequest
from lianjing.web.doing import number_of
from lianjing.web.listing import day_of
from lianjing.web.receipts import key_of

Who = dict[str, Any]
LONGEST = 4000


def _text(posted: QueryDict, name: str = "text") -> str:
    return posted.get(name, "").strip()[:LONGEST]


def _draft(posted: QueryDict) -> papers.Draft:
    return papers.Draft(
        kind=posted.get("kind", ""),
        demand_text=_text(posted, "demand_text") or _text(posted),
        situation_text=_text(posted, "situation_text"),
        demand=posted.get("demand", "fix"),
        to_person_id=number_of(posted.get("to_person", "")),
        second_person_id=number_of(posted.get("second_person", "")),
        place=_text(posted, "place"),
        reply_due_on=day_of(posted.get("reply_due_on", "")),
    )


def _dispatch(posted: QueryDict, who: Who) -> None:
    loop.dispatch(
        unit_id=number_of(posted.get("unit", "")) or 0,
        named_person_id=number_of(posted.get("person", "")),
        is_released=posted.get("is_released") == "on",
        text=_text(posted),
        **who,
    )


def _release(posted: QueryDict, who: Who) -> None:
    loop.tell_unit(text=_text(posted), **who)


def _sign_in(_posted: QueryDict, who: Who) -> None:
    loop.sign_in(**who)


def _extend(posted: QueryDict, who: Who) -> None:
    loop.extend(reason=_text(posted), **who)


def _verify(posted: QueryDict, who: Who) -> None:
    found = loop.Verified(
        verdict=posted.get("verdict", ""),
        facts=_text(posted),
        reason=posted.get("reason", ""),
        harm=posted.get("harm", ""),
        violation=posted.get("violation", ""),
    )
    loop.verify(found=found, **who)


def _handle(posted: QueryDict, who: Who) -> None:
    outcome = posted.get("outcome", "")
    kind = loop.WITH_PAPER.get(outcome)
    paper = None
    if kind is not None:
        given = posted.copy()
        given["kind"] = kind
        paper = _draft(given)
    loop.handle(outcome=outcome, text=_text(posted), paper=paper, **who)


def _feed_back(posted: QueryDict, who: Who) -> None:
    loop.feed_back(text=_text(posted), **who)


def _accept(posted: QueryDict, who: Who) -> None:
    loop.review(is_accepted=True, text=_text(posted), **who)


def _send_back(posted: QueryDict, who: Who) -> None:
    loop.review(is_accepted=False, text=_text(posted), **who)


def _close(posted: QueryDict, who: Who) -> None:
    names = ("root_cause", "result_form", "harm", "violation")
    given = {name: posted.get(name, "") for name in names}
    closing.close(ending=closing.Ending(root_cause_text=_text(posted), **given), **who)


def _lower(posted: QueryDict, who: Who) -> None:
    closing.lower_colour(severity=posted.get("severity", ""), text=_text(posted), **who)


def _look_back(posted: QueryDict, who: Who) -> None:
    closing.look_back(holds=posted.get("action") == "look_back", text=_text(posted), **who)


def _escalate(posted: QueryDict, who: Who) -> None:
    closing.escalate(text=_text(posted), **who)


def _paper(posted: QueryDict, who: Who) -> None:
    papers.send_paper(draft=_draft(posted), **who)


def _reply(posted: QueryDict, who: Who) -> None:
    number = number_of(posted.get("paper", ""))
    finding_id = who.pop("finding_id")
    if number is None or not Paper.objects.filter(pk=number, finding_id=finding_id).exists():
        raise BadInput(_("没有该文书"), "paper")
    papers.reply(paper_id=number, text=_text(posted), **who)


def _recuse(posted: QueryDict, who: Who) -> None:
    standing_back.recuse(reason=posted.get("reason", ""), text=_text(posted), **who)


def _change(posted: QueryDict, who: Who) -> None:
    changing.ask(
        regulation_key=posted.get("regulation", ""),
        clause=_text(posted, "clause"),
        gap=_text(posted, "gap"),
        proposal=_text(posted, "proposal"),
        **who,
    )


ACTS: Mapping[str, Callable[[QueryDict, Who], None]] = {
    "dispatch": _dispatch,
    "release": _release,
    "sign_in": _sign_in,
    "extend": _extend,
    "verify": _verify,
    "handle": _handle,
    "feed_back": _feed_back,
    "accept": _accept,
    "return": _send_back,
    "close": _close,
    "lower_colour": _lower,
    "look_back": _look_back,
    "reopen": _look_back,
    "escalate": _escalate,
    "paper": _paper,
    "reply": _reply,
    "recuse": _recuse,
    "change": _change,
}


def act(request: PageRequest, finding_id: int) -> None:
    """Do the act that a form of the file asks for; BadInput for one that there is not."""
    chosen = ACTS.get(request.POST.get("action", ""))
    if chosen is None:
        raise BadInput(_("未知的操作"))
    chosen(
        request.POST,
        {
            "finding_id": finding_id,
            "person_id": request.who.id,
            "now": request.now,
            "key": key_of(request),
        },
    )
