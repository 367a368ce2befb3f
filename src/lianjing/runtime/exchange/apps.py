"""The app of this noun."""

from django.apps import AppConfig


class Config(AppConfig):
    """Registers the tables under their short label."""

    name = "lianjing.runtime.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"
