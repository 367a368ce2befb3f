"""The list of a hand-over (离岗交接清单): who gives what to whom, with place for the names of both and of the witness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lianjing.runtime import codes
from lianjing.runtime.handover.models import PostHandover
from lianjing.web.papers.check import check_of_chain
from lianjing.web.papers.paper import Cell, Grid, Paper, Paragraph, long_day, moment


def handing(row: PostHandover, lines: Sequence[Any], *, address: str) -> Paper:
    """Return the list as it stands: what would pass, or what has passed."""
    done = row.status == "done"
    posts = "、".join(
        f"{each.post.unit.name}·{each.post.name}" for each in row.posts.select_related("post__unit")
    )
    witness = row.agreed_by_person or (row.prepared_by_person if row.is_without_giver else None)
    head = Grid(
        (1, 2, 1, 2),
        (
            _pair("移交人", row.giver_person.name, "接收人", row.successor_person.name),
            _pair("单位", row.unit.name, "最后在岗日", long_day(row.last_on)),
            _pair("离岗原因", codes.label("hand_over_reason", row.reason), "依据", row.basis),
            (Cell("交接岗位", is_label=True), Cell(posts, span=3)),
            (Cell("交接说明", is_label=True), Cell(row.note or "—", span=3)),
        ),
    )
    names = tuple(Cell(word, is_label=True, align="center") for word in ("序号", "类别", "内容", "期限"))
    body = tuple(
        (
            Cell(str(place), align="center"),
            Cell(codes.label("hand_over_kind", each.kind)),
            Cell(each.title),
            Cell(each.due_on.isoformat() if each.due_on else "—", align="center"),
        )
        for place, each in enumerate(lines, start=1)
    )
    blocks: list[Any] = [head]
    if body:
        blocks.append(Grid((1, 2, 7, 2), (names, *body), head_rows=1, title=f"移交清单（共{len(body)}项）"))
    else:
        blocks.append(Paragraph("无未了事项。", lead="移交清单："))
    blocks.append(
        Grid(
            (1, 2, 1, 2),
            (
                _pair(
                    "移交人",
                    "" if row.is_without_giver else row.giver_person.name,
                    "编制时间",
                    moment(row.prepared_at),
                ),
                _pair(
                    "接收人",
                    row.successor_person.name if done else "",
                    "接收时间",
                    moment(row.confirmed_at) if row.confirmed_at else "",
                ),
                _pair(
                    "监交人",
                    witness.name if witness else "",
                    "同意时间",
                    moment(row.agreed_at) if row.agreed_at else "",
                ),
            ),
            title="确认",
        )
    )
    check = check_of_chain(f"person:{row.giver_person_id}", "handover.done", address) if done else None
    return Paper(
        title="离岗交接清单",
        number=f"{row.prepared_at.year}-{row.pk:04d}",
        blocks=tuple(blocks),
        footer=() if done else ("（未确认稿）",),
        check=check,
    )


def _pair(first: str, one: str, second: str, two: str) -> tuple[Cell, ...]:
    return (Cell(first, is_label=True), Cell(one), Cell(second, is_label=True), Cell(two))
