"""Which page has which operation, and which has none and why: the table of docs/reference/api.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lianjing.api.acts import OPERATIONS
from lianjing.runtime.domains import domains

# Pages whose operation is written by hand, or that show what a table holds.
SAME: Mapping[str, str] = {
    "item": "GET /items/{item_id}; POST /items/{item_id}/complete",
    "item_return": "POST /items/{item_id}/return",
    "workbench": "GET /items; GET /registers/undertakings",
    "matter": "GET /matters/{matter_id}; GET /tables/{table}/{key}",
    "matter_open": "POST /matters/{matter_id}/open/{procedure}",
    "document_upload": "POST /matters/{matter_id}/documents",
    "document": "GET /tables/document/{key}; GET /documents/{document_id}/file",
    "document_preview": "GET /documents/{document_id}/file",
    "document_preview_page": "GET /documents/{document_id}/file",
    "clause": "GET /tables/clause/{key}",
    "regulation": "GET /tables/regulation/{key}; GET /tables/clause?where=regulation_id=…",
    "revision": "GET /tables/rule_revision/{key}; GET /tables/rule_revision_part?where=revision_id=…",
    "org_person": "GET /tables/person/{key}; GET /tables/appointment?where=person_id=…",
    "org_conflicts": "GET /tables/duty_conflict",
    "calendar": "GET /tables/calendar_day; GET /tables/local_closure",
    "calendar_closure": "GET /tables/local_closure/{key}",
    "parameter": "GET /tables/parameter?where=key=…",
    "trace": "GET /tables/trail_event; GET /trail/events/{event_id}",
    "event": "GET /trail/events/{event_id}",
    "analysis": "GET /registers/analysis_desk; GET /registers/analysis_items",
    "analysis_topic": "GET /registers/analysis_statistics?process=…",
    "analysis_compare": "GET /registers/analysis_statistics?process=…&unit=…; GET /registers/analysis_statistics?process=…&since=…",
    "analysis_case": "GET /registers/analysis_matters?process=log.…; the log's own file",
    "analysis_queue": "GET /registers/analysis_items?on=…",
    "analysis_step": "GET /registers/analysis_items?step=…&month=…",
    "analysis_conduct": "GET /registers/analysis_items; GET /tables/trail_event; GET /tables/finding",
    "enterprise_file": "GET /tables/enterprise/{key}; GET /tables/ownership; GET /tables/tie; GET /tables/finding",
    "finding_harms": "GET /tables/finding?where=harm=…",
    "works_project": "GET /tables/project/{key}; GET /matters/{matter_id}",
    "works_project_timeline": "GET /tables/trail_event?where=root_matter_id=…",
    "works_payment": "GET /tables/payment_application/{key}; POST /payments/{matter_id}/hold",
    "works_bank_line": "GET /tables/bank_line/{key}; POST /bank-lines/{line_id}/explain",
    "works_bank_order": "GET /tables/payment_order/{key}; POST /payment-orders/{order_id}/owe",
    "errand_result": "GET /errands/{errand_id}/file",
    "trail_export": "POST /trail/exports",
    "report": "GET /registers/{name}",
    "circulations": "GET /registers/circulations",
    "injury_own": "GET /tables/benefit_item; GET /tables/benefit_claim",
    "works_tender_room": "GET /tables/tender/{key}; GET /tables/bid?where=tender_id=…",
}
DRAWN = "a drawing of what other operations give"
PAPER = "a paper for people: its facts are those of the matter"
PERSON = "a person's own log-in, settings and secrets"
FACTOR = "a factor proves the person at the keyboard: a program that could take it away could become him"
SERVER = "for the machine or the visitor, not for another program's business"
PHRASE = "the pass-phrase opens the words in a browser, for twenty minutes; no program may hold it"
NOBODY = "for anyone, without a log-in: the interface knows who asks, these pages must not"
# Pages without an operation; a name ending in * stands for all that begin so.
BY_HAND: Mapping[str, str] = {
    "login*": PERSON,
    "logout": PERSON,
    "password": PERSON,
    "me": PERSON,
    "me_*": PERSON,
    "set_*": PERSON,
    "message_settings": PERSON,
    "message_bell": "drawn by every page: GET /registers/messages gives what rings it",
    "message_delivery": "the repair of one letter that left the site, beside GET /registers/message_deliveries",
    "token_new": "a token never brings forth another: who stole one would keep it alive for ever",
    "system_factor_remove": FACTOR,
    "complaint_unseal": PHRASE,
    "complaint_file": PHRASE,
    "complaint_key*": PHRASE,
    "tip_*": NOBODY,
    "injury_confirm*": NOBODY,
    "healthz": SERVER,
    "readyz": SERVER,
    "metrics": SERVER,
    "local_ca*": SERVER,
    "draw_script": SERVER,
    "trail_download": "public files of the log, in every export folder: see `lianjing export trail`",
    "trail_request": "carried to a witness and back by hand, or by `lianjing trail`",
    "trail_cosignature": "carried to a witness and back by hand, or by `lianjing trail`",
    "trail_verify": "a program verifies by itself, from the export folder, with the stand-alone verifier",
    "receipt*": PAPER,
    "revision_paper": PAPER,
    "finding_paper": PAPER,
    "campaign_paper": PAPER,
    "calendar_file": "the form in which a year is taken in: GET /tables/calendar_day holds the same",
    "calendar_notice": "one person's proposal before another's eyes: decided by hand",
    "matter_print": PAPER,
    "matter_paper": PAPER,
    "publicity_paper": PAPER,
    "handover_paper": PAPER,
    "injury_notice_paper": PAPER,
    "works_relocation_table": PAPER,
    "report_keep": "keeps how a person looks at a list; a program asks the list itself",
    "phrases": "help with typing",
    "help*": "help for persons; this document is that of programs",
    "items_batch": "a loop over POST /items/{item_id}/complete",
    "items_pass_on": "a loop over POST /items/{item_id}/reassign",
    "awaiting": DRAWN,
    "exchange_hook": "is itself for programs: signed by the outside system",
}


def declared() -> dict[str, str]:
    """Return the operations of each page by declaration."""
    found: dict[str, list[str]] = {}
    for operations in (*OPERATIONS.values(), *(domain.operations for domain in domains())):
        for each in operations:
            verb = "POST" if each.is_act else "GET"
            for page in each.pages:
                found.setdefault(page, []).append(f"{verb} /{each.path}")
    return {page: "; ".join(sorted(lines)) for page, lines in found.items()}


def reason_of(page: str) -> str:
    """Return why a page has no operation, "" where no reason is given."""
    return next(
        (
            reason
            for name, reason in BY_HAND.items()
            if name == page or (name.endswith("*") and page.startswith(name[:-1]))
        ),
        "",
    )


def operations_of(page: str, lists: Sequence[str]) -> str:
    """Return what a program asks for in place of a page, "" for nothing."""
    found = [SAME.get(page, ""), f"GET /registers/{page}" if page in lists else "", declared().get(page, "")]
    return "; ".join(filter(None, found))


def table(pages: Iterable[str], lists: Sequence[str]) -> str:
    """Return the table of the documentation."""
    lines = [
        f"| `{page}` | {operations_of(page, lists) or '— ' + reason_of(page)} |"
        for page in sorted(set(pages))
    ]
    return "\n".join(["| page | operations, or why there is none |", "|---|---|", *lines])
