"""Small files for the demonstration: a one-page PDF and a picture, made here and marked as fictitious."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

NOTICE = "演示文件，内容纯属虚构"
FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [5 0 R] >>",
    b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) "
    b"/Supplement 4 >> /FontDescriptor 6 0 R >>",
    b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 "
    b"/Descent -120 /CapHeight 880 /StemV 93 >>",
)


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """Return a valid PDF of one page with these lines; the reader supplies the font."""
    drawn = [(20, 770, title), *((12, 730 - 22 * place, line) for place, line in enumerate([*lines, NOTICE]))]
    text = "\n".join(
        f"BT /F1 {size} Tf 60 {height} Td <{line.encode('utf-16-be').hex()}> Tj ET"
        for size, height, line in drawn
    )
    stream = text.encode("ascii")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> >> /Contents 7 0 R >>",
        *FONT,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    return _assembled(parts)


def _assembled(parts: Sequence[bytes]) -> bytes:
    content, places = b"%PDF-1.5\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(content))
    return content + head + table + tail


def png(seed: int, width: int = 64, height: int = 48) -> bytes:
    """Return a small picture, another one for each seed."""
    sky, ground = (150 + seed % 80, 180 + seed % 60, 220), (120 + seed % 90, 100 + seed // 7 % 80, 70)
    rows = []
    for line in range(height):
        colour = sky if line < height * (40 + seed % 30) // 100 else ground
        rows.append(
            b"\x00"
            + b"".join(
                bytes(min(255, part + (line * column + seed) % 13) for part in colour)
                for column in range(width)
            )
        )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(b"".join(rows)))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
