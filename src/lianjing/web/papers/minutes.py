"""The minutes of a meeting (会议纪要): each item with its reporter, views in order with the head last, vote and decision."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from lianjing.runtime import codes
from lianjing.runtime.meeting.models import AgendaItem, Meeting, MeetingMember, Vote
from lianjing.runtime.meeting.queries import VOTING, recused_persons
from lianjing.web.papers.check import check_of_chain
from lianjing.web.papers.paper import Block, Paper, Paragraph, long_day, moment
from lianjing.web.templatetags.ui import money

NUMERALS = "零一二三四五六七八九"


def minutes(meeting: Meeting, *, address: str, viewer_id: int | None = None) -> Paper:
    """Return the minutes as they stand, for a reader without the items from which he is recused."""
    items = list(
        AgendaItem.objects.filter(meeting=meeting)
        .select_related("carried_by_unit", "legality_review", "expert_review", "matter")
        .order_by("seq")
    )
    if viewer_id is not None:
        items = [item for item in items if viewer_id not in recused_persons(item)]
    blocks: list[Block] = [*_opening(meeting)]
    for place, item in enumerate(items, start=1):
        blocks += _item(item, place)
    blocks += _attendance(meeting)
    signed = meeting.minutes_signed_by_person
    check = check_of_chain(f"unit:{meeting.unit_id}", "meeting.sign_minutes", address) if signed else None
    return Paper(
        mark=f"{meeting.unit.name}{codes.label('meeting_kind', meeting.kind)}纪要".replace(
            "会议纪要", "纪要"
        ),
        number=meeting.minutes_no,
        title=f"{meeting.title}纪要",
        blocks=tuple(blocks),
        footer=(f"签发：{signed.name}　{moment(meeting.minutes_signed_at)}" if signed else "（未签发稿）",),
        dated=meeting.held_on,
        issued_by=meeting.unit.name,
        check=check,
    )


def text_digest(paper: Paper) -> str:
    """Return the SHA-256 of the words of the minutes, which the chair's signature carries."""
    words = "\n".join(f"{each.lead}{each.text}" for each in paper.blocks if isinstance(each, Paragraph))
    return hashlib.sha256(f"{paper.title}\n{paper.number}\n{words}".encode()).hexdigest()


def numeral(number: int) -> str:
    """Write 1 to 99 as papers number their parts: 一, 十, 十一, 二十."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{NUMERALS[tens]}十"
    return head + (NUMERALS[ones] if ones else "")


def _opening(meeting: Meeting) -> Iterator[Paragraph]:
    when = f"{long_day(meeting.held_on)}"
    if meeting.started_at and meeting.ended_at:
        when += f"（{moment(meeting.started_at)[-5:]}至{moment(meeting.ended_at)[-5:]}）"
    yield Paragraph(when, lead="时间：")
    yield Paragraph(meeting.place or "—", lead="地点：")
    yield Paragraph(meeting.chair_person.name if meeting.chair_person else "—", lead="主持：")
    yield Paragraph(meeting.recorder_person.name if meeting.recorder_person else "—", lead="记录：")


def _item(item: AgendaItem, place: int) -> Iterator[Paragraph]:
    amount = f"（{money(item.amount)}）" if item.amount is not None else ""
    yield Paragraph(f"{numeral(place)}、{item.title}{amount}", level=1)
    if item.is_temporary:
        yield Paragraph(f"本议题为临时动议，理由：{item.urgency_reason or '—'}。")
    if item.reporter_text:
        yield Paragraph(f"{item.reporter_text}作了汇报。")
    if item.options_text:
        yield Paragraph(item.options_text, lead="备选方案：")
    yield from _advice(item)
    votes = list(Vote.objects.filter(agenda_item=item).select_related("person").order_by("seq"))
    for vote in votes:
        if vote.view_text:
            place_word = "（末位表态）" if vote.is_head else ""
            yield Paragraph(f"{vote.person.name}{place_word}：{vote.view_text}")
    yield _counted(item, votes)
    for vote in votes:
        if vote.is_dissent:
            yield Paragraph(f"{vote.person.name}：{vote.dissent_reason}", lead="不同意见：")
    yield from _decision(item)


def _advice(item: AgendaItem) -> Iterator[Paragraph]:
    for word, review in (("合法性审查", item.legality_review), ("专家论证", item.expert_review)):
        if review is not None:
            result = codes.label("review_result", review.result)
            yield Paragraph(f"{result}。{review.opinion_text}", lead=f"{word}：")


def _counted(item: AgendaItem, votes: list[Vote]) -> Paragraph:
    if item.result in ("", "deferred"):
        return Paragraph("未表决。", lead="表决：")
    names = {vote.person_id: vote.person.name for vote in votes}
    recused = [names[person] for person in sorted(recused_persons(item)) if person in names]
    words = f"同意{item.agree_count or 0}票，反对{item.against_count or 0}票，弃权{item.abstain_count or 0}票"
    return Paragraph(f"{words}{'，' + '、'.join(recused) + '回避' if recused else ''}。", lead="表决：")


def _decision(item: AgendaItem) -> Iterator[Paragraph]:
    result = codes.label("decision_result", item.result) if item.result else "尚未作出决定"
    words = f"{result}。"
    if item.conditions_text:
        words += f"附加条件：{item.conditions_text}。"
    if item.carried_by_unit is not None:
        words += f"由{item.carried_by_unit.name}落实，于{long_day(item.carry_due_on)}前完成。"
    yield Paragraph(words, lead="会议决定：")


def _attendance(meeting: Meeting) -> Iterator[Paragraph]:
    seats = list(MeetingMember.objects.filter(meeting=meeting).select_related("person").order_by("id"))
    voting = [seat for seat in seats if seat.role in VOTING]
    present = [seat.person.name for seat in voting if seat.is_present]
    absent = [
        f"{seat.person.name}（{seat.absence_reason or '未说明'}）" for seat in voting if not seat.is_present
    ]
    watching = [seat.person.name for seat in seats if seat.role == "observer" and seat.is_present]
    for lead, names in (("出席：", present), ("请假：", absent), ("列席：", watching)):
        if names:
            yield Paragraph("、".join(names), lead=lead)
