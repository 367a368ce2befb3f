"""Which tables the trail keeps, which are derived, which are left out and why: none may be missing here."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from lianjing.runtime.trail.kept import Keeping, Kept

EXCLUDED = {
    "trail_event": "the trail itself",
    "trail_body": "the trail itself",
    "trail_pending": "queue of the trail",
    "trail_leaf": "the trail itself",
    "trail_receipt": "answers to repeated requests, derived from events",
    "reference_stamp": "tells caches that reference data changed",
    "act_row": "index of the trail, rebuilt from the bodies",
    "login_account": "log-in state: pass-phrase digests do not belong in a log",
    "login_failure": "log-in state, swept after a day",
    "django_session": "log-in state",
    "django_migrations": "state of the schema",
    "django_content_type": "machinery of Django",
    "auth_permission": "machinery of Django, no permission is granted through it",
    "auth_group": "machinery of Django, no permission is granted through it",
    "auth_group_permissions": "machinery of Django",
    "form_draft": "unsubmitted drafts, no act yet",
    "import_mapping": "saved column mappings: settings of a tool",
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
