"""What an added signer fills in: yes or no, and why."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.runtime import codes
from lianjing.runtime.process.forms import StepForm

RESULTS = ("agree", "disagree")


class SignForm(StepForm):
    """The opinion of an added signer; it goes into the file and decides nothing (zone_organisation 20)."""

    result = forms.ChoiceField(label=_("加签结论"), choices=())
    opinion = forms.CharField(label=_("加签意见"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))

    def prepare(self) -> None:
        """Offer the two results."""
        field = self.fields["result"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *codes.choices("opinion_result", *RESULTS)]
