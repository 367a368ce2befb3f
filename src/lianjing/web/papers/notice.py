"""A notice or publicity (公示) as a paper: what it publishes, from when to when, who takes objections and where."""

from __future__ import annotations

from lianjing.runtime import codes
from lianjing.runtime.publicity.models import Publicity
from lianjing.web.papers.check import check_of_matter
from lianjing.web.papers.paper import Paper, Paragraph, long_day


def notice(publicity: Publicity, *, address: str) -> Paper:
    """Return a notice; one that was taken down says so."""
    kind = codes.label("publicity_kind", publicity.kind)
    blocks = [Paragraph(line) for line in publicity.text.splitlines() if line.strip()]
    if publicity.from_on and publicity.to_on:
        blocks.append(
            Paragraph(f"{long_day(publicity.from_on)}至{long_day(publicity.to_on)}。", lead="公示期：")
        )
    if publicity.contact_text:
        blocks.append(Paragraph(publicity.contact_text, lead="异议受理："))
    footer = [f"发布媒介：{codes.label('medium', publicity.medium)} {publicity.address}".strip()]
    if publicity.taken_down_at is not None:
        footer.append(f"已于{long_day(publicity.taken_down_at)}撤下：{publicity.taken_down_reason}")
    return Paper(
        title=publicity.title or kind,
        number="",
        blocks=tuple(blocks),
        signer=publicity.matter.unit.name,
        dated=publicity.from_on,
        footer=tuple(footer),
        check=check_of_matter(publicity.matter, address),
    )
