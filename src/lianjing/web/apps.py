"""The app of the pages: templates, static files and template tags."""

from django.apps import AppConfig


class Config(AppConfig):
    """Registers the pages; they own no table."""

    name = "lianjing.web"
    label = "web"
