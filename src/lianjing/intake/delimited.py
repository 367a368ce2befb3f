"""Reads CSV: finds encoding and delimiter by strict trial, keeps going after a broken line."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _

from lianjing.intake.ledger import Fault, Ledger, Limits, RawRow, numbered
from lianjing.kernel.refusal import BadInput

DELIMITERS = ",;\t"
CONTROLS = frozenset(range(32)) - {9, 10, 12, 13}
SAMPLE = 20


def decode(data: bytes, encoding: str = "") -> tuple[str, str]:
    """Return the text and the name of its encoding: the one named, else the first of UTF-8, GB18030, UTF-16 that fits.

    A UTF-8 file with a few broken bytes stays UTF-8: the bytes become lone surrogates, by which their rows are
    rejected. BadInput where nothing fits.
    """
    if encoding:
        return _decode_as(data, encoding), encoding
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decode_as(data, "utf-16"), "utf-16"
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    mended = data.decode("utf-8-sig", "surrogateescape")
    broken = sum(1 for sign in mended if 0xDC80 <= ord(sign) <= 0xDCFF)
    if sum(1 for sign in mended if ord(sign) > 127) - broken > 10 * broken:
        return mended, "utf-8"
    for candidate in ("gb18030", "utf-16"):
        try:
            return data.decode(candidate), candidate
        except UnicodeDecodeError:
            continue
    raise BadInput(_("无法识别文字编码，请另存为UTF-8编码的CSV，或用--encoding指明"), "file")


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise BadInput(_("不能按编码“%(encoding)s”读出文件") % {"encoding": encoding}, "encoding") from error


def delimiter_of(text: str) -> str:
    """Return the delimiter whose first rows are widest and most even; a comma where none divides."""
    best, highest = ",", (0.0, 0)
    for candidate in DELIMITERS:
        widths = [len(cells) for line, cells in _cells(text, candidate) if isinstance(cells, list) and cells][
            :SAMPLE
        ]
        if not widths or max(widths) < 2:
            continue
        score = (widths.count(widths[0]) / len(widths) * (widths[0] > 1), widths[0])
        if score > highest:
            best, highest = candidate, score
    return best


def _cells(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Yield each record with the line on which it begins; an error in place of a record that cannot be divided."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, error


def read_delimited(data: bytes, *, name: str, sha256: str, limits: Limits, encoding: str = "") -> Ledger:
    """Read a CSV file. BadInput for what is no text; a line that cannot be divided is a fault, the others go on."""
    text, found = decode(data, encoding)
    _refuse_binary(text, name)
    delimiter = delimiter_of(text)
    rows: list[RawRow] = []
    faults: list[Fault] = []
    for line, cells in _cells(text, delimiter):
        if isinstance(cells, list):
            rows.append(RawRow(line, tuple(cells)))
        else:
            faults.append(
                Fault(line, "", "", _("引号不成对或单元格过长，本行无法分列"), _("检查本行及其下各行的引号"))
            )
    word = {"\t": "TAB"}.get(delimiter, delimiter)
    return Ledger(name, sha256, tuple(numbered(rows, limits)), tuple(faults), f"csv · {found} · {word}")


def _refuse_binary(text: str, name: str) -> None:
    head = text[:4096]
    odd = sum(1 for sign in head if ord(sign) in CONTROLS)
    first = head.split("\n", 1)[0]
    if "\x00" in first or odd * 20 > len(head):
        raise BadInput(
            _("“%(name)s”不是文本文件；请用Excel（.xlsx）或UTF-8编码的CSV") % {"name": name}, "file"
        )
