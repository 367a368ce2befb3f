"""What is filled in for a draw: its beginning, and the pool to be locked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes
from lianjing.runtime.draw.models import Draw
from lianjing.runtime.draw.pools import Member, proposed
from lianjing.runtime.draw.services import Candidate
from lianjing.runtime.org.models import Appointment
from lianjing.runtime.org.queries import on_day
from lianjing.runtime.process.desk import WATCHING

LONGEST_LIST = 500


class DrawForm(forms.Form):
    """What is drawn, how many, and who commits; filled by the operator."""

    kind = forms.ChoiceField(label=gettext_lazy("抽取类型"))
    title = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=200,
        help_text=gettext_lazy(
            "写明为哪一事项抽取什么；例：望汀大道北延工程施工评标专家抽取。由操作人填写。"
        ),
    )
    pick_count = forms.IntegerField(
        label=gettext_lazy("抽取数"),
        min_value=1,
        max_value=LONGEST_LIST,
        help_text=gettext_lazy("需要抽出的人数或家数；例：5。"),
    )
    rule_text = forms.CharField(
        label=gettext_lazy("条件"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("候选的专业、资质、回避等条件；例：市政公用工程专业，与投标人无任职关系。"),
    )
    committer = forms.TypedChoiceField(
        label=gettext_lazy("承诺人"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=gettext_lazy("另一单位交存承诺值的人员；不指定的，由可查看本事项的其他单位人员交存。"),
    )

    def __init__(self, *args: Any, unit_ids: set[int], day: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = codes.choices("draw_kind")  # type: ignore[attr-defined]
        self.fields["committer"].choices = [  # type: ignore[attr-defined]
            ("", _("不指定")),
            *committers(unit_ids, day),
        ]


def committers(unit_ids: set[int], day: date) -> list[tuple[int, str]]:
    """Return the officials who could commit: those of other units than the operator's."""
    terms = Appointment.objects.filter(
        on_day(day), post__kind__in=WATCHING, person__left_on__isnull=True
    ).exclude(post__unit_id__in=unit_ids)
    rows = terms.exclude(person__unit_id__in=unit_ids).select_related("person", "post__unit")
    named = {
        row.person_id: f"{row.person.name}（{row.post.unit.name}·{row.post.name}）"
        for row in rows.order_by("post__unit_id", "person__pinyin")
    }
    return list(named.items())


def pool_offered(draw: Draw, day: date, posted: QueryDict | None = None) -> list[dict[str, Any]]:
    """Return the lines of the lock form: the pool of the register, as filled in where it was sent before."""
    return [_line(place, each, posted) for place, each in enumerate(proposed(draw, day))]


def _line(place: int, each: Member, posted: QueryDict | None) -> dict[str, Any]:
    given = posted if posted is not None and posted.get("action") == "lock" else None
    return {
        "place": place,
        "member": each,
        "is_in": f"in-{place}" in given if given else True,
        "weight": given.get(f"weight-{place}", "") if given else format(each.weight.normalize(), "f"),
        "reason": given.get(f"reason-{place}", "") if given else each.exclusion_reason,
        "text": given.get(f"text-{place}", "") if given else each.exclusion_text,
        "is_fixed": each.exclusion_reason in ("declined", "picked"),
    }


def pool_chosen(draw: Draw, day: date, posted: QueryDict) -> list[Candidate]:
    """Return the pool as filled in: lines of the register by their reference, then lines written by hand."""
    chosen = []
    for place, each in enumerate(proposed(draw, day)):
        if f"in-{place}" not in posted or posted.get(f"ref-{place}") != each.ref:
            continue
        reason, text = posted.get(f"reason-{place}", ""), posted.get(f"text-{place}", "")
        chosen.append(
            Candidate(each.ref, each.label, _weight(posted.get(f"weight-{place}", "1")), reason, text)
        )
    return chosen + _written(posted.get("others", ""))


def _written(text: str) -> list[Candidate]:
    names = [line.strip() for line in text.splitlines() if line.strip()]
    if len(names) > LONGEST_LIST:
        raise BadInput(_("候选过多，最多 %(count)s 个") % {"count": LONGEST_LIST}, "others")
    return [Candidate(f"text:{name}", name) for name in names]


def _weight(text: str) -> Decimal:
    try:
        weight = Decimal(text.strip() or "1")
    except InvalidOperation as error:
        raise BadInput(_("权重须为数字"), "weight") from error
    if not weight.is_finite() or weight > 1_000_000:
        raise BadInput(_("权重须为数字"), "weight")
    return weight
