"""The cast and its browsers, as for the pages."""

from tests.web.conftest import browser, drafting, play, project

__all__ = ["browser", "drafting", "play", "project"]
