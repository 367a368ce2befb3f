"""What a paper is made of, before anybody renders it: head, addressee, blocks, signature, imprint, check."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import segno

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")
KEPT_CONTROLS = "\n\t"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of the text. Level 1 is “一、”, level 2 “（一）”, 0 the running text; `lead` opens it in black type."""

    text: str
    level: int = 0
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table, over `span` columns."""

    text: str
    span: int = 1
    is_label: bool = False
    align: str = "left"  # left, center, right


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: widths in parts of the whole, rows of cells, how many rows are its head (repeated on each page)."""

    widths: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]
    head_rows: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing (SVG of our own making) on a page of its own, lying where it is wide; `words` say what it shows.

    The words stand below it, and in its place where a file can't hold drawings.
    """

    svg: str
    title: str
    words: tuple[str, ...] = ()
    is_wide: bool = False


Block = Paragraph | Grid | Picture


@dataclass(frozen=True, slots=True)
class Check:
    """By what a paper can be checked: address, the matter's last event and its leaf."""

    address: str
    event_id: str
    leaf_sha256: str

    @property
    def code(self) -> str:
        """The first 16 signs of the leaf, as the paper prints them."""
        return self.leaf_sha256[:16].upper()

    @property
    def content(self) -> str:
        """What the QR code holds."""
        return f"{self.address}#event={self.event_id}&leaf={self.leaf_sha256}"

    def svg(self) -> str:
        """Return the QR code as an SVG drawing."""
        target = io.BytesIO()
        segno.make(self.content, error="m").save(target, kind="svg", xmldecl=False, border=1, omitsize=True)
        return target.getvalue().decode()

    def png(self) -> bytes:
        """Return the QR code as an image for Word."""
        target = io.BytesIO()
        segno.make(self.content, error="m").save(target, kind="png", scale=6, border=1)
        return target.getvalue()


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. With a `mark` it is an official document (公文) with a red head; without one a working form."""

    title: str
    blocks: tuple[Block, ...]
    mark: str = ""  # 发文机关标志, such as “…文件” or “…会议纪要”
    number: str = ""
    recipients: str = ""
    signer: str = ""
    dated: date | None = None
    attachments: tuple[str, ...] = ()
    copies_to: str = ""
    issued_by: str = ""
    footer: tuple[str, ...] = ()
    check: Check | None = None

    @property
    def is_form(self) -> bool:
        """True for a working form: the box and type of the standard, a table, no red head."""
        return not self.mark


def clean(text: str) -> str:
    """Return a text that every rendering can carry: no control signs, no half signs, no signs that turn the writing."""
    kept = (
        sign
        for sign in str(text).replace("\r\n", "\n").replace("\r", "\n")
        if sign in KEPT_CONTROLS or unicodedata.category(sign) not in ("Cc", "Cs", "Cf")
    )
    return "".join(kept)


def long_day(day: date | datetime | None) -> str:
    """Write a day as papers do: 2025年3月6日, "" for none."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = day.astimezone(OFFICE_ZONE).date()
    return f"{day.year}年{day.month}月{day.day}日"


def moment(at: datetime | None) -> str:
    """Write a moment to the minute in office time, "—" for none."""
    return at.astimezone(OFFICE_ZONE).strftime("%Y-%m-%d %H:%M") if at else "—"


def facts(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[Cell, ...], ...]:
    """Lay labelled values two to a row over four columns; a long value takes a row of its own."""
    rows: list[tuple[Cell, ...]] = []
    waiting: tuple[str, str] | None = None
    for label, value in pairs:
        if len(value) > 16 or "\n" in value:
            if waiting:
                rows.append(_wide(*waiting))
                waiting = None
            rows.append(_wide(label, value))
        elif waiting:
            rows.append(
                (Cell(waiting[0], is_label=True), Cell(waiting[1]), Cell(label, is_label=True), Cell(value))
            )
            waiting = None
        else:
            waiting = (label, value)
    if waiting:
        rows.append(_wide(*waiting))
    return tuple(rows)


def _wide(label: str, value: str) -> tuple[Cell, ...]:
    return (Cell(label, is_label=True), Cell(value, span=3))
