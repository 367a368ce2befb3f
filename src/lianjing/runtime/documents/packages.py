"""Is an Office or OFD package what it says: a whole archive and nothing else, of a bearable size, that runs nothing?"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

MOST_MEMBERS = 5_000
MOST_BYTES = 400 * 1024 * 1024
MOST_RATIO = 300  # a bomb of zeros reaches 1032; sheets of real ledgers stay below 60
RATIO_COUNTS_FROM = 1024 * 1024
CHUNK = 256 * 1024
_END = 22  # bytes of the end record of an archive without a comment
_ESCAPES = re.compile(r"^[/\\]|^[A-Za-z]:|\\|[\x00-\x1f]|(^|/)\.\.(/|$)")
_FETCHED = re.compile(rb"""Target\s*=\s*["'](https?:|ftp:|\\\\|file://[^/])""", re.IGNORECASE)
_DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_FAULTS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError, OSError)


def is_sound_package(content: bytes, member: str) -> bool:
    """True for an archive with this member, read through once with a limit and kept nowhere.

    Refused: bytes before or after the archive, names that lead out of it or stand twice, a size or ratio beyond
    bounds (sizes are counted, not believed), macros, a template from elsewhere, XML that declares entities.
    """
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
            return (
                _is_whole(package, content)
                and _are_names_honest([each.filename for each in members], member)
                and _is_bearable(members, len(content))
                and _is_quiet(package, members)
            )
    except _FAULTS:
        return False


def _is_whole(package: zipfile.ZipFile, content: bytes) -> bool:
    """True where the archive begins with its first member and ends with its own end record."""
    members = package.infolist()
    first = min((each.header_offset for each in members), default=0)
    return first == 0 and not package.comment and content[-_END:].startswith(b"PK\x05\x06")


def _are_names_honest(names: list[str], member: str) -> bool:
    low = {name.casefold() for name in names}
    return member in names and len(low) == len(names) and not any(_ESCAPES.search(name) for name in names)


def _is_bearable(members: list[zipfile.ZipInfo], packed: int) -> bool:
    total = sum(each.file_size for each in members)
    is_bomb = total > RATIO_COUNTS_FROM and total > MOST_RATIO * packed
    return len(members) <= MOST_MEMBERS and total <= MOST_BYTES and not is_bomb


def _is_quiet(package: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> bool:
    """Read each member to its end: a size that lies ends in a wrong check sum (BadZipFile)."""
    for each in members:
        name = each.filename.casefold()
        if each.flag_bits & 0x1 or name.endswith("vbaproject.bin"):
            return False
        is_text = name.endswith((".xml", ".rels", ".vml"))
        with package.open(each) as file:
            head = file.read(CHUNK)
            if is_text and not _is_plain_xml(name, head):
                return False
            while file.read(CHUNK):
                pass
    return True


def _is_plain_xml(name: str, head: bytes) -> bool:
    """True without declared entities, macros by content type, or a template that would be fetched from elsewhere."""
    flat = head.replace(b"\x00", b"")
    if _DOCTYPE.search(flat):
        return False
    if name == "[content_types].xml":
        return b"macroenabled" not in flat.lower()
    return not (name.endswith("settings.xml.rels") and _FETCHED.search(flat))
