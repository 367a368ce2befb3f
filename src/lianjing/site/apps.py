"""The app in which everything meets; it owns no table."""

from django.apps import AppConfig


class Config(AppConfig):
    """Registers the assembly of the installation."""

    name = "lianjing.site"
    label = "site"
