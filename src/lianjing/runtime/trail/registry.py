"""Which tables the trail keeps, which are derived, which are left out and why: none may be missing here."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from lianjing.runtime.trail.kept import Keeping, Kept

EXCLUDED = {
    "trail_event": "the trail itself",
    "trail_body": "the trail itself",
    "trail_erased": "the trail itself",
    "trail_pending": "queue of the trail",
    "trail_leaf": "the trail itself",
    "trail_checkpoint": "the trail itself",
    "trail_cosignature": "the trail itself",
    "trail_receipt": "answers to repeated requests, derived from events",
    "reference_stamp": "tells caches that reference data changed",
    "act_row": "index of the trail, rebuilt from the bodies",
    "rule_revision_replay_row": "computed from the trail under a draft; its digest is in rule_revision_replay",
    "login_account": "log-in state: pass-phrase digests do not belong in a log",
    "login_session": "log-in state: who is on line",
    "login_record": "log-in log, beside the trail: kept and cleared by its own retention",
    "login_lock": "log-in state: failures counted, swept when spent",
    "factor_secret": "log-in state: sealed secrets do not belong in a log",
    "used_code": "log-in state: one-time codes that were taken",
    "recovery_code": "log-in state: digests of secrets do not belong in a log",
    "old_password": "log-in state: pass-phrase digests do not belong in a log",
    "django_session": "log-in state",
    "django_migrations": "state of the schema",
    "django_content_type": "machinery of Django",
    "auth_permission": "machinery of Django, no permission is granted through it",
    "auth_group": "machinery of Django, no permission is granted through it",
    "auth_group_permissions": "machinery of Django",
    "form_draft": "unsubmitted drafts, no act yet",
    "item_opened": "who opened a step first and when: reading is no act, it only bars a take-back",
    "api_token_use": "when a token was last used: log-in state",
    "api_rate_share": "counters of requests, swept after a minute",
    "webhook_state": "secrets that sign messages, and how far each was told",
    "webhook_delivery": "outbox of webhooks",
    "feed_state": "how far a feed has come: the records it brought are in the trail",
    "feed_run": "log of runs, swept after two years: the records they brought are in the trail",
    "dead_letter": "outbox and rejects of exchange: the acts told of are in the trail",
    "feed_message": "which signed messages were taken, swept once they are stale",
    "job_state": "how the worker fares: machinery",
    "job_errand": "queue and results of background work, swept after a week",
    "complaint_proposal_secret": "a private key behind a pass-phrase: no log keeps it",
    "complaint_secret": "a private key behind a pass-phrase: no log keeps it",
    "search_entry": "index of search, rebuilt from the tables",
    "search_term": "index of search, rebuilt from the tables",
    "search_amount": "index of search, rebuilt from the tables",
    "search_mark": "index of search, how far it has read the trail",
    "notice_read": "who opened a notice and when: a count for its author, no act",
    "import_mapping": "saved column mappings: settings of a tool",
    "message": "outbox: the acts that it tells of are in the trail",
    "message_delivery": "outbox: queue and reading state of messages",
    "indicator_run": "when an indicator last ran: changes with every scan, its findings are in the trail",
    "finding_seen": "how often a finding was found again: changes with every scan",
    "message_preference": "which kinds of message ring for a person: settings of a tool",
}


def trailed_models() -> list[type[Kept]]:
    """Return the models whose tables replay must give, in a stable order."""
    return [model for model in _kept_models() if model.keeping is Keeping.TRAILED]


def keeping_of(table: str) -> Keeping | None:
    """Return how a table is kept, None for a table in no list."""
    for model in _kept_models():
        if model._meta.db_table == table:
            return model.keeping
    return Keeping.EXCLUDED if table in EXCLUDED else None


def _kept_models() -> list[type[Kept]]:
    every: list[type[models.Model]] = list(apps.get_models())
    kept = [model for model in every if issubclass(model, Kept)]
    return sorted(kept, key=lambda model: model._meta.db_table)
