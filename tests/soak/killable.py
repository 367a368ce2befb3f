"""The product's WSGI application with the traps armed; the server of the kill loop serves this one."""

from __future__ import annotations

from importlib import import_module

from lianjing.site.wsgi import application

import_module("tests.soak.traps")  # after the line above, which sets Django up

__all__ = ["application"]
