"""Form F9: what the archive says of one paper, and why a paper is not needed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import coded, day_field, line, prose, whole


class CatalogueForm(forms.Form):
    """The archive columns of one paper. Filled in by the archives officer; compared by another person."""

    doc_no = line(_("文号或图号"), _("例如“澜经建〔2025〕41号”"), required=False, longest=80)
    origin = line(_("形成单位"), _("编制或签发该资料的单位"), longest=120)
    issued_on = day_field(_("形成日期"), _("不得晚于今日"))
    page_count = whole(_("页数"), _("按纸质页数或电子文件页数"), least=1)
    medium_kind = coded(_("载体"), "document_medium")
    is_original = forms.BooleanField(label=_("原件"), required=False, help_text=_("复印件不勾选"))
    secrecy = coded(_("密级"), "secrecy")
    retention = coded(_("保管期限"), "retention")


class NotNeededForm(forms.Form):
    """Why a paper of the catalogue is not needed. Filled in by the archives officer; agreed by a second person."""

    reason = prose(_("不适用理由"), _("写明依据，例如“本项目依法不招标，无中标通知书”"))
