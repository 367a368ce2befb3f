"""Says at the start of a command whether the front-end files are there and belong to this version."""

from __future__ import annotations

import hashlib
from pathlib import Path

VENDOR = Path(__file__).parent / "static" / "vendor"
# In a checkout: what decides the stamp, in the order of hatch_build.py. In a wheel none of these exists.
CHECKOUT = Path(__file__).parents[3]
STAMPED = ("hatch_build.py", "frontend/assets.toml", "frontend/package.json", "frontend/package-lock.json")
REMEDY = "uv sync --reinstall-package lianjing"


def assets_fault(*, vendor: Path = VENDOR, checkout: Path = CHECKOUT) -> str:
    """Return one sentence with the remedy where the front-end files are missing or stale, "" where all is well."""
    stamp = vendor / "stamp.txt"
    if not stamp.is_file():
        return f"The front-end files are missing ({vendor}). Run: {REMEDY}"
    if not (checkout / STAMPED[0]).is_file():
        return ""
    digest = hashlib.sha256()
    for name in STAMPED:
        digest.update(name.encode() + b"\0" + (checkout / name).read_bytes() + b"\0")
    if stamp.read_text("ascii").strip() != digest.hexdigest():
        return f"The front-end files belong to another version. Run: {REMEDY}"
    return ""
