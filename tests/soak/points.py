"""The named points at which the kill loop kills."""

from __future__ import annotations

# Passed in every act, in this order: its transaction opens, writes, commits.
IN_ACT = (
    "act_opened",
    "row_saved",
    "process_moved",
    "event_inserted",
    "body_inserted",
    "queued",
    "index_inserted",
    "receipt_inserted",
    "before_commit",
    "after_commit",
)
# Passed where a paper is kept: half of it written, all of it under a temporary name, all of it in its place.
IN_UPLOAD = ("file_half", "file_whole", "file_placed")
# Passed in the worker while it numbers events.
IN_SEQUENCER = ("leaf_inserted", "queue_emptied")
POINTS = IN_ACT + IN_UPLOAD + IN_SEQUENCER
# Passed while a log is published, in this order; those of IN_FILE for each file that is written.
IN_FILE = ("tile_half", "tile_whole", "tile_placed")
IN_PUBLICATION = (
    *IN_SEQUENCER,
    "numbered",
    *IN_FILE,
    "tiles_written",
    "tiles_checked",
    "intent_kept",
    "signed",
    "note_kept",
    "released",
)
