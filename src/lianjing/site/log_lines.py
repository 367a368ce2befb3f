"""Log lines: JSON with the number of the request for machines, plain for a terminal."""

from __future__ import annotations

import os
import sys
from typing import Any

import structlog


def without_address(_logger: Any, _method: str, line: dict[str, Any]) -> dict[str, Any]:
    """Drop what Django adds of the request: its address holds words that people searched for."""
    for key in ("request", "server_time"):
        line.pop(key, None)
    return line


BEFORE = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    without_address,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
]


def logging_settings() -> dict[str, Any]:
    """Return Django's LOGGING: to stderr, or to LIANJING_LOG_FILE, which may be moved away by logrotate at any time."""
    in_terminal = sys.stderr is not None and sys.stderr.isatty()
    form = os.environ.get("LIANJING_LOG_FORMAT") or ("line" if in_terminal else "json")
    level = os.environ.get("LIANJING_LOG_LEVEL", "WARNING")
    place = os.environ.get("LIANJING_LOG_FILE")
    out: dict[str, Any] = {"class": "logging.StreamHandler"}
    if place:
        out = {"class": "logging.handlers.WatchedFileHandler", "filename": place, "encoding": "utf-8"}
    access = os.environ.get("LIANJING_ACCESS_LOG", "0" if form == "line" else "1") == "1"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": BEFORE,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
            },
        },
        "handlers": {"out": {**out, "formatter": form}},
        "root": {"handlers": ["out"], "level": level},
        "loggers": {"lianjing.access": {"level": "INFO" if access else "ERROR"}},
    }
