"""The app of this noun."""

from django.apps import AppConfig


class Config(AppConfig):
    """Registers the tables under their short label."""

    name = "lianjing.runtime.dictionary"
    label = "dictionary"
    default_auto_field = "django.db.models.BigAutoField"
