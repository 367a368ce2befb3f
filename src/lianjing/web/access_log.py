"""What a supervisor looked at and what anyone took away: the acts of runtime.scope.access_log as pages call them."""

from lianjing.runtime.scope.access_log import (
    ACCESS,
    EXPORT,
    SHORTEST_REASON,
    VIEW,
    note_export,
    note_paper,
    note_view,
)

__all__ = ["ACCESS", "EXPORT", "SHORTEST_REASON", "VIEW", "note_export", "note_paper", "note_view"]
