"""What somebody reports, and what a supervision group writes of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from lianjing.runtime import codes
from lianjing.runtime.complaint.services import LONGEST, MOST_FILES, SHORTEST
from lianjing.runtime.documents.formats import accepted
from lianjing.runtime.org.models import Unit


class ManyFiles(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files of one field; cleaned to the list of them."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Check each file by itself."""
        return [super(ManyFilesField, self).clean(each, initial) for each in data or []]


class TipForm(forms.Form):
    """A report of conduct; filled by anyone, named or not, or by the supervisor who takes a call, a visit or a letter."""

    about = forms.CharField(
        label=gettext_lazy("反映的人或单位"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("姓名、岗位或单位；不清楚的可以不填"),
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label=gettext_lazy("所在单位"),
        required=False,
        empty_label=gettext_lazy("不清楚"),
    )
    harm = forms.ChoiceField(label=gettext_lazy("问题类型"))
    text = forms.CharField(
        label=gettext_lazy("情况"),
        min_length=SHORTEST,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("时间、地点、经过、涉及金额，有无证据或知情人"),
    )
    contact = forms.CharField(
        label=gettext_lazy("联系方式"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("不填即为匿名；填写的只有受理的监督组能看到"),
    )
    attachments = ManyFilesField(
        label=gettext_lazy("附件"),
        required=False,
        widget=ManyFiles(attrs={"multiple": True, "accept": accepted()}),
        help_text=gettext_lazy("至多三个，每个不超过10兆字节；照片中可能带有拍摄地点和设备信息"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].queryset = Unit.objects.filter(to_on__isnull=True).order_by("code")  # type: ignore[attr-defined]
        self.fields["unit"].label_from_instance = lambda unit: unit.name  # type: ignore[attr-defined]
        self.fields["harm"].choices = codes.choices("harm")  # type: ignore[attr-defined]
        self.fields["harm"].initial = "other"

    def contents(self) -> list[tuple[str, bytes]]:
        """The files handed in, with their names; one more than may be, so that too many are noticed."""
        return [(each.name or "", each.read()) for each in self.cleaned_data["attachments"][: MOST_FILES + 1]]


class EnteredTipForm(TipForm):
    """The same with the way by which it came."""

    channel = forms.ChoiceField(label=gettext_lazy("渠道"))
    field_order = ("channel",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        ways = codes.choices("complaint_channel", "phone", "visit", "letter", "hotline")
        self.fields["channel"].choices = ways  # type: ignore[attr-defined]


class HandleForm(forms.Form):
    """One step of handling a report."""

    state = forms.ChoiceField(label=gettext_lazy("转为"))
    note = forms.CharField(
        label=gettext_lazy("办理记录"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("加密保存，只有受理的监督组能看到"),
    )
    answer = forms.CharField(
        label=gettext_lazy("给反映人的答复"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("凭回执编号可以看到；办结时必填，不写他人的个人信息"),
    )

    def __init__(self, states: tuple[str, ...], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["state"].choices = codes.choices("complaint_state", *states)  # type: ignore[attr-defined]
