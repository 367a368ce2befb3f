"""The approval form (审批单) of any matter: what it is about, its sums in figures and capitals, one line for each step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from lianjing.kernel.money import capitals
from lianjing.runtime import codes
from lianjing.runtime.documents.queries import documents_of
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Person
from lianjing.runtime.process.measures import measured
from lianjing.runtime.process.models import Opinion, ProcessInstance, WorkItem
from lianjing.runtime.process.opinions import sealed_items, visible_reviews
from lianjing.runtime.process.signing import signers_of
from lianjing.web.papers.check import check_of_matter
from lianjing.web.papers.paper import Cell, Grid, Paper, facts, long_day, moment
from lianjing.web.records import currency_of, record_of, values_of

STEP_HEADS = ("环节", "岗位", "办理人", "意见", "签收", "办结")
STEP_WIDTHS = (4, 5, 3, 7, 4, 4)


def approval_form(matter: Matter, *, viewer: Person, now: datetime, address: str) -> Paper:
    """Return the approval form as the reader may see it now: sealed opinions are left out."""
    record = record_of(matter)
    values = values_of(record) if record is not None else []
    kind = codes.label("matter_kind", matter.kind)
    check = check_of_matter(matter, address)
    blocks: list[Grid] = [
        Grid((3, 5, 3, 5), facts(_head(matter))),
        *_sums(values, currency_of(record) if record is not None else "CNY"),
        *_content(values),
        *_papers(matter),
        Grid(STEP_WIDTHS, (_labels(STEP_HEADS), *_steps(matter, viewer, now)), 1, "办理过程"),
        *_rules(matter, viewer, now),
        *_measures(matter, viewer, now),
    ]
    return Paper(
        title=f"{kind}审批单",
        number=matter.code,
        blocks=tuple(blocks),
        footer=(
            f"流程版本：{_version(matter)}",
            f"打印人：{viewer.name}　打印时间：{moment(now)}",
            f"校验码：{check.code if check else '—'}",
            "扫码可核对本单与留痕：地址、末次办理编号及其叶哈希。",
        ),
        check=check,
    )


def _labels(words: Iterable[str]) -> tuple[Cell, ...]:
    return tuple(Cell(word, is_label=True) for word in words)


def _head(matter: Matter) -> list[tuple[str, str]]:
    applicant = matter.applicant_person.name if matter.applicant_person else "—"
    pairs = [
        ("事项", matter.title),
        ("申请单位", matter.unit.name),
        ("申请人", applicant),
        ("立项日", long_day(matter.opened_on)),
        ("办结日", long_day(matter.closed_on) or "—"),
        ("状态", codes.label("matter_status", matter.status)),
    ]
    if matter.root is not None and matter.root_id != matter.pk:
        pairs.insert(1, ("所属项目", f"{matter.root.title} {matter.root.code}".strip()))
    return pairs


def _sums(values: list[Any], currency: str) -> list[Grid]:
    """Each sum of the record in figures and, where it is yuan, in capitals."""
    rows = [
        (
            Cell(value.label, is_label=True),
            Cell(value.text, align="right"),
            Cell("大写", is_label=True),
            Cell(capitals(value.raw) if currency in ("CNY", "") else "—"),
        )
        for value in values
        if value.kind == "money" and isinstance(value.raw, Decimal) and value.raw > 0
    ]
    return [Grid((3, 4, 2, 7), tuple(rows))] if rows else []


def _content(values: list[Any]) -> list[Grid]:
    pairs = [
        (value.label, moment(value.raw) if value.kind == "time" else value.text)
        for value in values
        if value.kind != "money"
    ]
    return [Grid((3, 5, 3, 5), facts(pairs))] if pairs else []


def _papers(matter: Matter) -> list[Grid]:
    rows = [
        (
            Cell(str(place), align="center"),
            Cell(paper.title),
            Cell(codes.label("document_kind", paper.kind)),
            Cell(paper.doc_no or "—"),
        )
        for place, paper in enumerate(documents_of(matter.pk), start=1)
    ]
    return (
        [Grid((1, 8, 4, 4), (_labels(("序", "附件", "种类", "文号")), *rows), 1, "附件清单")] if rows else []
    )


def _steps(matter: Matter, viewer: Person, now: datetime) -> Iterable[tuple[Cell, ...]]:
    said = _said(matter, viewer, now)
    items = (
        WorkItem.objects.filter(matter=matter)
        .select_related("post__unit", "person")
        .order_by("opened_at", "id")
    )
    for item in items:
        is_open = item.closed_at is None
        outcome = "办理中" if is_open else codes.label("item_outcome", item.outcome)
        texts = [outcome, item.return_text, *said.get(item.pk, [])]
        yield (
            Cell(item.name),
            Cell(f"{item.post.unit.name}·{item.post.name}"),
            Cell(item.person.name if item.person and not is_open else "—"),
            Cell("\n".join(filter(None, texts))),
            Cell(moment(item.opened_at)),
            Cell(moment(item.closed_at)),
        )


def _said(matter: Matter, viewer: Person, now: datetime) -> dict[int, list[str]]:
    """What was concluded and written at each step, of what is not sealed to the reader."""
    said: dict[int, list[str]] = {}
    for review in visible_reviews(matter, viewer.pk, now):
        if review.work_item_id is not None:
            words = f"{codes.label('review_result', review.result)}。{review.opinion_text}"
            said.setdefault(review.work_item_id, []).append(words)
    for signer in signers_of(matter.pk, viewer.pk, now):
        if signer.signing_item_id is not None and signer.signed_at is not None:
            words = f"{codes.label('opinion_result', signer.result)}。{signer.opinion_text}"
            said.setdefault(signer.signing_item_id, []).append(words)
    sealed = sealed_items([matter.pk], now)
    for opinion in Opinion.objects.filter(matter=matter).order_by("id"):
        item = opinion.work_item_id
        if item is None or item in said or (item in sealed and opinion.person_id != viewer.pk):
            continue
        said[item] = [opinion.text]
    return said


def _rules(matter: Matter, viewer: Person, now: datetime) -> list[Grid]:
    """The conclusions that a rule or a meeting gave, not a step."""
    rows = [
        (
            Cell(codes.label("review_kind", review.kind)),
            Cell(codes.label("review_result", review.result)),
            Cell(review.opinion_text or "—"),
            Cell(moment(review.done_at)),
        )
        for review in visible_reviews(matter, viewer.pk, now)
        if review.work_item_id is None
    ]
    return [Grid((4, 3, 9, 4), (_labels(("审查", "结论", "意见", "时间")), *rows), 1)] if rows else []


def _measures(matter: Matter, viewer: Person, now: datetime) -> list[Grid]:
    """What was filled in for measures, step by step."""
    rows = [
        (Cell(each.item.name), Cell(each.label), Cell(each.value), Cell(moment(each.at)))
        for each in measured(matter, viewer.pk, now)
    ]
    return (
        [Grid((4, 5, 6, 4), (_labels(("环节", "补充填报项", "内容", "时间")), *rows), 1, "补充填报")]
        if rows
        else []
    )


def _version(matter: Matter) -> str:
    instance = ProcessInstance.objects.select_related("definition").filter(matter=matter).first()
    return f"{instance.definition.key} 第{instance.definition.version}版" if instance else "—"
