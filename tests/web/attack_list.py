"""The attacks that the installation must stand, by the words of the requirement, and the tests that show it."""

from __future__ import annotations

from collections.abc import Mapping

# Each attack, by the words of the requirement, and the tests that show what becomes of it.
ATTACKS: Mapping[str, tuple[str, ...]] = {
    "stolen session: cookie replayed from another browser": (
        "tests/web/test_log_in_steps.py::test_a_stolen_session_cookie_in_another_browser_ends_the_session",
        "tests/api/test_acts.py::test_a_stolen_session_cookie_cannot_act_without_its_token",
    ),
    "stolen session: cookie kept after log-out": (
        "tests/web/test_log_in_steps.py::test_a_cookie_kept_after_log_out_opens_nothing",
    ),
    "stolen session: cookie kept after being kicked out": (
        "tests/web/test_administration.py::test_who_is_kicked_out_meets_the_log_in_page_at_the_next_request",
        "tests/web/test_log_in_steps.py::test_a_session_that_was_ended_is_logged_out_at_its_next_request",
    ),
    "stolen session: planted before the log-in": (
        "tests/web/test_log_in_steps.py::test_a_planted_session_is_not_the_one_that_logs_in",
    ),
    "replayed request: same idempotency key": (
        "tests/api/test_acts.py::test_a_request_sent_again_is_answered_with_the_first_event",
        "tests/api/test_acts.py::test_a_replayed_key_with_another_body_or_from_another_person_is_refused",
    ),
    "replayed request: same form twice": (
        "tests/web/test_item.py::test_the_same_submission_from_two_tabs_happens_once_with_the_same_receipt",
        "tests/web/test_org_pages.py::test_the_same_form_sent_twice_acts_once",
    ),
    "replayed request: two decide at once": (
        "tests/runtime/test_decided_meanwhile.py::test_an_appointment_is_granted_once",
        "tests/runtime/erasure/test_erased_twice.py::test_two_supervisors_who_decide_at_once_erase_once",
    ),
    "replayed request: one-time code or passkey answer": (
        "tests/runtime/access/test_totp.py::test_a_code_is_taken_once",
        "tests/web/test_log_in_steps.py::test_a_replayed_answer_of_a_passkey_is_refused",
    ),
    "forged or replayed webhook": (
        "tests/runtime/webhook/test_webhooks.py::test_a_forged_or_replayed_message_does_not_hold",
    ),
    "webhook aimed at our own ground": (
        "tests/runtime/webhook/test_webhooks.py::test_a_name_that_leads_to_our_own_ground_is_not_called",
        "tests/runtime/webhook/test_webhooks.py::test_a_redirect_is_not_followed",
    ),
    "zip bomb": (
        "tests/runtime/documents/test_bad_files.py::test_too_many_members_are_a_bomb_too",
        "tests/intake/test_ledger_reading.py::test_a_bomb_is_refused_before_it_is_unpacked",
        "tests/intake/test_ledger_reading.py::test_a_package_that_lies_about_its_size_is_refused",
    ),
    "polyglot upload": (
        "tests/runtime/documents/test_bad_files.py::test_a_file_that_is_more_than_it_claims_is_not_taken",
    ),
    "formula in an Excel cell: export": (
        "tests/web/test_org_pages.py::test_a_sheet_never_begins_a_formula",
        "tests/web/test_rules_and_search.py::test_a_cell_that_looks_like_a_formula_stays_text",
    ),
    "formula in an Excel cell: import": (
        "tests/intake/test_ledger_reading.py::test_formulas_and_error_values_are_marked_on_the_right_sheet",
    ),
    "SQL and HTML in every text field: forms of the steps": (
        "tests/web/test_attacks.py::test_hostile_text_in_every_declared_form_is_text",
    ),
    "SQL and HTML in every text field: search boxes and addresses": (
        "tests/web/test_attacks.py::test_hostile_words_in_every_search_box_are_words",
    ),
    "SQL and HTML in every text field: what is posted": (
        "tests/web/test_attacks.py::test_hostile_words_sent_to_every_page_are_words",
    ),
    "SQL and HTML in every text field: the interface": (
        "tests/api/test_acts.py::test_sql_and_html_in_every_text_are_text",
    ),
    "path tricks in names": (
        "tests/runtime/documents/test_bad_files.py::test_a_name_never_leads_anywhere",
        "tests/runtime/backup/test_archive.py::test_a_name_that_leads_out_of_the_folder_is_refused",
        "tests/runtime/backup/test_archive.py::test_a_link_in_the_data_folder_is_not_followed",
    ),
    "restore from the wrong backup": (
        "tests/cli/test_backup.py::test_a_wrong_digest_or_passphrase_restores_nothing",
        "tests/runtime/backup/test_archive.py::test_a_foreign_file_is_refused",
        "tests/runtime/backup/test_archive.py::test_a_backup_of_the_other_database_is_refused",
        "tests/runtime/backup/test_archive.py::test_a_backup_of_a_newer_program_is_refused",
        "tests/runtime/trail/test_mirror.py::test_a_restored_database_says_so_and_signs_nothing_until_it_is_rebuilt",
    ),
    "full disk: database": (
        "tests/runtime/health/test_health.py::test_a_full_disk_refuses_an_act_whole_and_the_next_one_is_sound",
    ),
    "full disk: documents": (
        "tests/runtime/health/test_health.py::test_a_full_disk_leaves_no_half_document",
        "tests/web/test_attacks.py::test_a_full_disk_leaves_no_half_report",
    ),
    "full disk: publication of the log": (
        "tests/web/test_attacks.py::test_a_full_disk_stops_publication_and_the_next_one_is_whole",
    ),
    "full disk: backup and restore": (
        "tests/runtime/backup/test_archive.py::test_a_full_disk_while_backing_up_leaves_nothing",
        "tests/runtime/backup/test_archive.py::test_a_full_disk_while_restoring_leaves_nothing",
    ),
    "clock that jumps: sessions": (
        "tests/runtime/access/test_sessions.py::test_a_session_of_the_future_is_not_trusted",
        "tests/runtime/access/test_sessions.py::test_a_clock_ahead_for_a_moment_does_not_lengthen_a_session",
        "tests/web/test_log_in_steps.py::test_a_clock_that_jumps_back_ends_the_sessions_of_the_future",
    ),
    "clock that jumps: one-time codes": (
        "tests/runtime/access/test_totp.py::test_a_code_taken_once_stays_taken_when_the_clock_jumps_back",
        "tests/web/test_log_in_steps.py::test_a_used_code_stays_used_when_the_clock_jumps_ahead_and_back",
    ),
    "clock that jumps: locks and jobs": (
        "tests/runtime/access/test_locks.py::test_a_clock_set_back_locks_nobody_for_longer_than_a_day",
        "tests/runtime/job/test_jobs.py::test_a_clock_that_jumps_moves_no_job",
    ),
    "clock that jumps: order of the trail": (
        "tests/web/test_attacks.py::test_a_clock_that_jumps_a_year_ahead_and_back_leaves_a_sound_trail",
        "tests/runtime/health/test_health.py::test_a_clock_put_back_is_a_fault_and_breaks_no_chain",
    ),
    "clock that jumps: back across a deadline": (
        "tests/web/test_attacks.py::test_a_step_done_late_stays_late_when_the_clock_jumps_back",
    ),
}
NAMED = (
    "stolen session", "replayed request", "forged or replayed webhook", "zip bomb", "polyglot upload",
    "formula in an Excel cell", "SQL and HTML in every text field", "path tricks in names",
    "restore from the wrong backup", "full disk", "clock that jumps",
)  # fmt: skip
