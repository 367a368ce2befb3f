"""Every page as the roles that reach it: within the policy, nothing asked outside, no overflow, clean for axe."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Open
from tests.browser.walking import walk
from tests.browser.watching import barriers
from tests.web.test_access import rows

READING = (
    "workbench items item matter matter_print matter_gate document clause regulations regulation meetings meeting agenda_item "
    "search org_units org_posts org_persons org_person org_appointments org_delegations org_conflicts org_powers org_who "
    "parameters calendar trace event bottlenecks undertakings undertaking cockpit cockpit?wall trail works_projects works_project works_project_timeline "
    "password"
)
SUPERVISING = (
    "circulations complaint_key complaint_new complaints data_coverage draw draws erasures errands expert experts feed feeds "
    "handover handover_new handovers help help_step import_batches inquiries items_batch items_pass_on legal_holds me "
    "me_factors me_logins me_sessions message message_settings messages notice notices objections parameter "
    "phrases publicities publicity receipt_check reports retention system_grants system_operations system_scopes "
    "tip_follow tip_new token_new tokens trail_log unmaskings webhook_new webhooks works_bank works_bank_line "
    "works_bank_statements works_catalogues works_costs works_item works_items works_items_guide works_payment "
    "works_payments works_plan works_post_load works_project_catalogue works_project_costs works_relocation "
    "works_supervision_plan works_tender_room works_tenders works_warranties works_durations works_workload year_end "
    "revisions revision injury_cases injury_ledger injury_claims "
    "external_findings external_finding injury_withheld injury_screenings injury_screening injury_checks "
    "findings finding_new finding_harms finding_cases indicators change_requests "
    "case_new risk_points supervision_checks campaigns campaign_new key_persons enterprises enterprise_file own_declarations "
    "analysis analysis_statistics analysis_topic analysis_matters analysis_desk analysis_queue analysis_step analysis_items analysis_conduct analysis_compare"
)
# Who walks which pages. Together they are every page that answers a GET (test_nobody_forgot_a_page).
ROLES = {
    "supervisor": ("30002", READING, ("/password/", "/search/?q=%E9%81%93%E8%B7%AF")),
    "supervising": (
        "30002",
        SUPERVISING
        + " workbench trail undertakings works_project matter org_persons org_person items parameters works_projects",
        (
            "/tips/",
            "/tips/follow/",
            "/receipts/",
            "/complaints/key/",
            "/complaints/new/",
            "/me/",
            "/me/factors/",
            "/me/sessions/",
            "/me/log-ins/",
            "/warnings/campaigns/new/",
        ),
    ),
    "operator": (
        "20703",
        "workbench items works_projects works_project works_project_open matter_choose matter_open",
        ("/works/open/",),
    ),
    "approver": (
        "20002",
        "workbench items item org_delegations org_delegation_give",
        ("/org/delegations/new/",),
    ),
    "secretary": ("20101", "workbench meetings meeting meeting_new agenda_item", ("/meetings/new/",)),
    "personnel": (
        "20111",
        "workbench org_units org_unit_new org_posts org_post_new org_persons org_person org_person_new org_appointments org_appoint "
        "org_appointment_end org_powers org_power_new org_power_end",
        (
            "/org/units/new/",
            "/org/posts/new/",
            "/org/persons/new/",
            "/org/appointments/new/",
            "/org/powers/new/",
        ),
    ),
    "external": ("40001", "workbench items works_projects works_project", ()),
}
PUBLIC = {"login"}
# Passed on the way to the pages of a desk: inspected in the walks above.
SEEN_ELSEWHERE = frozenset(
    {"workbench", "items", "item", "matter", "works_projects", "works_project", "works_plan", "document"}
)
# Pages that no walk reaches, each with its reason; all are asked over HTTP by tests/web.
UNWALKED = {
    **dict.fromkeys(
        [
            "calendar_file",
            "draw_json",
            "draw_script",
            "errand_result",
            "complaint_file",
            "receipt_code",
            "receipt_file",
            "local_ca_file",
            "trail_download",
            "message_bell",
            "healthz",
            "readyz",
            "metrics",
            "document_preview_page",
        ],
        "a file, a fragment or a figure, not a page",
    ),
    **dict.fromkeys(
        [
            "matter_paper",
            "meeting_minutes",
            "publicity_paper",
            "revision_paper",
            "handover_paper",
            "works_catalogue_paper",
            "works_relocation_table",
        ],
        "a paper: drawn as matter_print is, which is walked",
    ),
    **dict.fromkeys(
        ["revision_process", "revision_decision", "revision_form", "revision_compare"],
        "the editors: walked, written into and looked at by axe in test_rule_editors",
    ),
    **dict.fromkeys(
        ["login_factor", "login_oidc", "login_oidc_callback", "me_totp_new", "me_confirm", "local_ca"],
        "answers only in the midst of a log-in or where the installation is set up for it",
    ),
    **dict.fromkeys(
        [
            "analysis_urge",
            "analysis_case",  # a case of a log from elsewhere, which the demonstration does not hold
            "awaiting",
            "complaint",
            "disposals",
            "erasure",
            "erasure_new",
            "expert_new",
            "feed_differences",
            "message_delivery",
            "message_receipts",
            "notice_edit",
            "notice_publish",
            "notice_withdraw",
            "objection",
            "parameter_change",
            "parameter_decide",
            "receipt",
            "report",
            "regulation_repeal",
            "retention_rules",
            "calendar_closure",
            "calendar_closure_new",
            "calendar_closure_revoke",
            "definition_matters",
            "calendar_notice",
            "calendar_notice_new",
            "revision_replay",
            "revision_clause",
            "revision_heading",
            "revision_new",
            "system_account_grant",
            "system_account_unlock",
            "system_code_end",
            "system_factor_remove",
            "system_grant",
            "system_identity_end",
            "system_policy_change",
            "system_policy_decide",
            "system_scope_end",
            "system_scope_new",
            "system_seat",
            "token_revoke",
            "unmask",
            "webhook",
            "webhook_end",
            "works_bank_order",
            "works_bank_statement",
            "works_relocation_project",
            "injury_case",
            "injury_case_open",
            "injury_own",
            "injury_transfer",
            "injury_confirm",
            "injury_confirm_done",
            "external_finding_new",
            "finding",
            "finding_paper",
            "risk_point",
            "risk_point_new",
            "campaign",
            "campaign_paper",
            "person_file",
            "indicator",
            "change_request",
            "injury_urge",
            "injury_notice",
            "injury_notice_paper",
            "injury_home_check",
            "injury_home_checks",
        ],
        "stands only once something is proposed, open or due, which the twelve projects of the walk do not hold for these roles",
    ),
    **dict.fromkeys(
        ["circulation", "inquiry", "item_ask", "item_signer", "clause_refusals"],
        "walked, written into and looked at by axe in test_hand",
    ),
}
# Pages of one desk each, seen by axe once, in one language: (number, language, kinds, addresses that no link names).
DESKS = {
    "system_admin": (
        "10001",
        "zh-hans",
        "system_accounts system_account_new system_account_reset system_account_close system_dictionary "
        "system_code_new system_identities system_identity_new system_factors system_sessions system_session_end "
        "system_seats system_seat_new message_deliveries notices_managed notice_new",
        (
            "/system/accounts/",
            "/system/accounts/new/",
            "/system/dictionary/",
            "/system/dictionary/new/",
            "/system/identities/",
            "/system/identities/new/",
            "/system/factors/",
            "/system/sessions/",
            "/system/administrators/",
            "/system/administrators/new/",
            "/messages/deliveries/",
            "/system/notices/",
            "/notices/new/",
        ),
    ),
    "security_admin": ("10002", "en", "system_policy", ("/system/policy/",)),
    "audit_admin": ("10003", "en", "system_logins", ("/system/logins/",)),
    "officer": (
        "20703",
        "zh-hans",
        "workbench items item matter works_projects works_project works_plan works_plan_enter circulate "
        "document document_preview draw_new objection_new publicity_new",
        ("/works/plan/enter/",),
    ),
}


@pytest.mark.parametrize("role", DESKS)
def test_each_page_of_a_desk_keeps_the_bars(role: str, office: str, seat: Open, axe: Any) -> None:
    number, language, kinds, more = DESKS[role]
    page = seat(number, width=1366, language=language)
    wanted, faults, reached = {"workbench", *kinds.split()}, [], set()
    for kind, address, status in walk(page, office, wanted, more):
        reached.add(kind)
        if kind not in SEEN_ELSEWHERE:
            found = inspect(page, axe, 1366, 390) if status == 200 else [f"answers {status}"]
            faults += [f"{kind} {address} {fault}" for fault in found]
    assert not faults, "\n".join(faults)
    assert wanted - reached == set()


def test_nobody_forgot_a_page() -> None:
    pages = {
        name
        for name, (method, _statuses) in rows().items()
        if method == "GET" and not name.startswith("api:")
    }
    walked = {kind.partition("?")[0] for _number, kinds, _more in ROLES.values() for kind in kinds.split()}
    walked |= {kind for _number, _language, kinds, _more in DESKS.values() for kind in kinds.split()}
    registers = {name for name in pages if name.startswith("works_register_")}
    assert not walked & (UNWALKED.keys() | registers)
    assert pages == walked | PUBLIC | UNWALKED.keys() | registers


@pytest.mark.parametrize(("language", "width", "other"), [("zh-hans", 1366, 390), ("en", 390, 1366)])
@pytest.mark.parametrize("role", ROLES)
def test_each_page_keeps_the_bars(
    role: str, language: str, width: int, other: int, office: str, seat: Open, axe: Any
) -> None:
    number, kinds, more = ROLES[role]
    page = seat(number, width=width, language=language)
    faults, reached = [], set()
    for kind, address, status in walk(page, office, kinds.split(), more):
        reached.add(kind)
        again = language == "en"
        found = (
            inspect(page, axe, width, other, colours=not again) if status == 200 else [f"answers {status}"]
        )
        faults += [f"{kind} {address} {fault}" for fault in found]
    assert not faults, "\n".join(faults)
    assert reached == set(kinds.split())


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_log_in_page_keeps_the_bars(language: str, office: str, seat: Open, axe: Any) -> None:
    page = seat(language=language)
    page.goto(f"{office}/login/")
    assert not inspect(page, axe, 1366, 390)


def inspect(page: Any, axe: Any, width: int, other: int, *, colours: bool = True) -> list[str]:
    """Look at a page at both widths, the policy before axe comes with its own script."""
    watch = page.context.watch
    faults = watch.look(page)
    page.set_viewport_size({"width": other, "height": 800})
    faults += watch.look(page)
    page.set_viewport_size({"width": width, "height": 800})
    faults += barriers(page, axe, colours=colours)
    page.evaluate("window.lianjingViolations = []")
    watch.faults.clear()
    return list(dict.fromkeys(faults))
