"""Template tags of the look: icons, money, code words, form widgets.

`{% querystring page=2 %}` is Django's own tag and needs no loading.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from django import template
from django.core.paginator import Page
from django.forms import BoundField, widgets
from django.template import Context
from django.template.base import Parser, Token
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from lianjing.runtime.codes import label
from lianjing.runtime.personal.masking import shown, veil
from lianjing.runtime.personal.services import may_unmask
from lianjing.runtime.trail.act import legal_day
from lianjing.web.clocks import is_forecast
from lianjing.web.money_unit import in_unit

register = template.Library()

NONE_SIGN = "—"
TEN_THOUSAND = Decimal(10_000)


# ---------------------------------------------------------------- money


def _decimal(value: object) -> Decimal | None:
    """Read a sum in yuan; None for what is no number."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


@register.filter
def money(amount: object, currency: str = "CNY") -> str:
    """Write yuan as ¥1,234.50, or as ¥0.12345万 in the unit that the reader chose; another currency as PHP 1,234.50.

    A true minus sign; a dash for no sum.
    """
    value = _decimal(amount)
    if value is None:
        return NONE_SIGN
    minus = "−" if value < 0 else ""
    if currency in ("CNY", ""):
        return f"{minus}¥{in_unit(value)}"
    return f"{minus}{currency} {abs(value):,.2f}"


@register.filter
def wan(yuan: object) -> str:
    """Write yuan in 万元 with two places and no unit: the unit stands in the head of the column."""
    value = _decimal(yuan)
    if value is None:
        return NONE_SIGN
    return f"{'−' if value < 0 else ''}{abs(value) / TEN_THOUSAND:,.2f}"


# ---------------------------------------------------------------- words and signs


@register.simple_tag(name="codelabel")
def codelabel_tag(list_name: str, code: str | None) -> str:
    """Write the word of a code in the reader's language: {% codelabel "stage" project.stage %}."""
    return label(list_name, code) if code else NONE_SIGN


@register.filter
def codelabel(code: str | None, list_name: str) -> str:
    """The same as a filter: {{ project.stage|codelabel:"stage" }}."""
    return codelabel_tag(list_name, code)


@register.simple_tag(takes_context=True)
def forecast(context: Context, due: date | datetime | None) -> SafeString:
    """Mark a due day of a year whose working days are not announced yet; nothing for a day that is past."""
    day = legal_day(due) if isinstance(due, datetime) else due
    request = context.get("request")
    today = getattr(request, "today", None)
    if not isinstance(day, date) or today is None or day < today or not is_forecast(day):
        return SafeString("")
    return format_html(
        ' <small class="lj-forecast" title="{}">{}</small>',
        gettext("到期日所在年度的工作日安排尚未公布，按推算"),
        gettext("预测"),
    )


@register.simple_tag
def icon(name: str, css: str = "", text: str = "") -> SafeString:
    """Draw an outline of the sprite; with `text` it is an image that a screen reader names."""
    href = f"{static('vendor/icons.svg')}#{name}"
    if text:
        return format_html(
            '<svg class="icon {}" role="img" aria-label="{}"><use href="{}"></use></svg>', css, text, href
        )
    return format_html('<svg class="icon {}" aria-hidden="true"><use href="{}"></use></svg>', css, href)


# ---------------------------------------------------------------- pages of a list


@register.simple_tag
def page_numbers(page: Page[Any]) -> Iterator[int | str]:
    """Yield the page numbers around the present one, with an ellipsis for the gaps."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)


# ---------------------------------------------------------------- forms

_CONTROL = {
    widgets.Select: "form-select",
    widgets.SelectMultiple: "form-select",
    widgets.CheckboxInput: "form-check-input",
    widgets.RadioSelect: "",
    widgets.CheckboxSelectMultiple: "",
}


@register.simple_tag
def widget(field: BoundField) -> SafeString:
    """Render a field's widget with the classes of the look; its help and errors are announced with it."""
    kind = type(field.field.widget)
    css = next((name for base, name in _CONTROL.items() if kind is base), None)
    if css is None:
        css = "form-select" if issubclass(kind, widgets.Select) else "form-control"
    own = field.field.widget.attrs.get("class", "")
    invalid = "is-invalid" if field.errors else ""
    return field.as_widget(attrs={"class": " ".join(filter(None, (css, own, invalid)))})


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """True for a single tick box, whose label stands behind it."""
    return isinstance(field.field.widget, widgets.CheckboxInput)


# ---------------------------------------------------------------- one block shown twice


class _ReuseNode(template.Node):
    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, context: template.Context) -> SafeString:
        blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
        block = blocks.get_block(self.name) if blocks else None
        return block.render(context) if block else SafeString()


@register.tag
def reuse(_parser: Parser, token: Token) -> _ReuseNode:
    """Show a block of the page a second time: the head's <title> repeats the heading."""
    try:
        _, name = token.split_contents()
    except ValueError:
        raise template.TemplateSyntaxError("reuse takes the name of one block") from None
    return _ReuseNode(name.strip('"'))


@register.filter
def personal(row: Any, column: str) -> Any:
    """Return a column of a row with personal data as the reader may see it."""
    return "" if row is None else shown(row, column)


@register.simple_tag(takes_context=True)
def unmask_link(context: template.Context, row: Any) -> str:
    """Draw the link by which a reader whose post may do so unmasks a row; nothing once it is open."""
    reader, table = veil().reader, row._meta.db_table
    if reader is None or (table, str(row.pk)) in veil().opened or not may_unmask(table, reader):
        return ""
    place = f"{reverse('unmask', args=[table, row.pk])}?next={quote(context['request'].path)}"
    return format_html('<a class="lj-unmask" href="{}">{}</a>', place, gettext("查看完整"))
