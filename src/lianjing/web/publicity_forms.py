"""What is filled in for a notice, an objection and its answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from lianjing.runtime import codes
from lianjing.web.form_page import DayInput

MEDIA = ("platform", "trading_site", "government_site", "newspaper", "board", "village_board")


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class NoticeForm(forms.Form):
    """A notice: its words, media and days; filled by the official who publishes it."""

    kind = forms.ChoiceField(label=gettext_lazy("类型"))
    title = forms.CharField(
        label=gettext_lazy("标题"),
        max_length=200,
        help_text=gettext_lazy("例：望汀大道北延工程中标候选人公示。"),
    )
    text = forms.CharField(
        label=gettext_lazy("正文"),
        max_length=20_000,
        widget=_area(8),
        help_text=gettext_lazy("各媒介发布的全文；发布后不能改动，另有更正的另行发布。"),
    )
    medium = forms.MultipleChoiceField(
        label=gettext_lazy("媒介"), widget=forms.CheckboxSelectMultiple, initial=["platform"]
    )
    address = forms.CharField(
        label=gettext_lazy("网址或地点"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("外部媒介的网址或张贴地点；例：管委会一楼公告栏。"),
    )
    from_on = forms.DateField(label=gettext_lazy("起"), widget=DayInput())
    to_on = forms.DateField(label=gettext_lazy("止"), widget=DayInput())
    contact_text = forms.CharField(
        label=gettext_lazy("异议受理"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("受理异议的单位、地址和电话。"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = codes.choices("publicity_kind")  # type: ignore[attr-defined]
        self.fields["medium"].choices = codes.choices("medium", *MEDIA)  # type: ignore[attr-defined]


class ObjectionForm(forms.Form):
    """A question, objection, complaint or appeal; filled by who raises it or by the official who registers it."""

    kind = forms.ChoiceField(
        label=gettext_lazy("类型"),
        help_text=gettext_lazy("对文件或公示不明白的选询问，不同意的选异议；对答复不服的选投诉。"),
    )
    content = forms.CharField(
        label=gettext_lazy("内容"),
        max_length=10_000,
        widget=_area(5),
        help_text=gettext_lazy("写明所涉事项、请求和依据。"),
    )
    raised_by_name = forms.CharField(
        label=gettext_lazy("提出人"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("单位或个人名称。"),
    )
    is_anonymous = forms.BooleanField(label=gettext_lazy("匿名"), required=False)
    contact_text = forms.CharField(
        label=gettext_lazy("联系方式"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("只有承办单位和监督机构可以看到；其他人看到的是掩码。"),
    )
    pauses = forms.BooleanField(
        label=gettext_lazy("答复前暂停程序"),
        required=False,
        initial=True,
        help_text=gettext_lazy("法定应暂停的须勾选；公示期满后提出的不暂停。"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = codes.choices("objection_kind")  # type: ignore[attr-defined]
