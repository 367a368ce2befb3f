"""A filled zone for the scripts that walk through one: the folder named, or a small one that goes with the process."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

from tests.browser.office import fill


def filled_zone(named: Path | None) -> Path:
    """Return the zone named; where none is, fill a small one in a temporary folder."""
    if named is not None:
        return named
    folder = Path(tempfile.mkdtemp(prefix="lianjing-soak-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    fill(folder / "zone")
    return folder / "zone"
