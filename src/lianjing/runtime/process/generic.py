"""The generic step: an opinion and papers. A measure may add one wherever it wants, without a programmer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.kernel.declaration import Step
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.forms import StepForm
from lianjing.runtime.process.models import Review
from lianjing.runtime.process.reviews import conclude


class OpinionForm(StepForm):
    """A written opinion; who disagrees returns the matter, where the diagram allows it."""

    opinion = forms.CharField(
        label=_("意见"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), strip=True
    )


def give_opinion(deed: Deed) -> Mapping[str, Any]:
    """Keep the opinion with the conclusions of the matter; it decides no way through the process.

    At a rule task there is no opinion: its table's outputs are variables without anybody's help.
    """
    if deed.decided is not None:
        return {}
    seq = Review.objects.filter(matter=deed.matter).count() + 1
    conclude(deed, kind="other", result="pass", seq=seq, opinion_text=deed.data["opinion"])
    return {}


GENERIC = Step("", give_opinion, form=OpinionForm)
