"""Reads of figures: the one place from which a rule takes a legal or local figure, as in force on a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.parameter.models import Parameter
from lianjing.runtime.trail.stamp import by_stamp

SIX_PLACES = Decimal("0.000001")


class MissingFigure(Refusal):
    """A rule needs a figure that nobody has set for that day: it refuses to run, it never guesses."""

    def __init__(self, key: str, day: date, name: str = "") -> None:
        self.key = key
        self.day = day
        message = _("参数“%(name)s”在%(day)s没有数值，请先由制度管理人员依据文件设定") % {
            "name": name or key,
            "day": day.isoformat(),
        }
        super().__init__(Ground.RULE, "parameter.missing", message)


def in_force(day: date) -> QuerySet[Parameter]:
    """Return the rows in force on the day, both ends included; an empty end is open."""
    begun = Q(from_on__isnull=True) | Q(from_on__lte=day)
    return Parameter.objects.filter(begun & (Q(to_on__isnull=True) | Q(to_on__gte=day)))


def parameter_on(key: str, day: date) -> Parameter:
    """Return the row of a key in force on the day, with its source and mark; MissingFigure where there is none."""
    for row in _versions().get(key, []):
        if (row.from_on is None or row.from_on <= day) and (row.to_on is None or row.to_on >= day):
            return row
    raise MissingFigure(key, day)


@by_stamp
def _versions() -> dict[str, list[Parameter]]:
    """All figures by key, the latest version first; the rows are for reading only."""
    versions: dict[str, list[Parameter]] = {}
    for row in Parameter.objects.order_by(F("from_on").desc(nulls_last=True), "-id"):
        versions.setdefault(row.key, []).append(row)
    return versions


def figure(key: str, day: date) -> Decimal:
    """Return a figure in its own unit: money in fen, a share as a fraction of one with six places.

    MissingFigure for an empty one or one that is not a number. For shares such as 2/3 take `share`, which is exact.
    """
    row = parameter_on(key, day)
    if row.value_number is not None:
        return row.value_number
    exact = _fraction(row)
    if exact is None:
        raise MissingFigure(key, day, row.zh)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(SIX_PLACES)


def share(key: str, day: date) -> Fraction:
    """Return a share exactly: two thirds is 2/3, not 0.666667."""
    row = parameter_on(key, day)
    exact = _fraction(row)
    if exact is not None:
        return exact
    if row.value_number is None:
        raise MissingFigure(key, day, row.zh)
    return Fraction(row.value_number)


def money(key: str, day: date) -> Decimal:
    """Return a sum in yuan; MissingFigure for an empty one or one that is not money."""
    row = parameter_on(key, day)
    if row.value is None:
        raise MissingFigure(key, day, row.zh)
    return row.value


def text(key: str, day: date) -> str:
    """Return a figure that is a time or a day of the year, as written: "22:00", "03-31"."""
    row = parameter_on(key, day)
    if not row.value_text:
        raise MissingFigure(key, day, row.zh)
    return row.value_text


def history(key: str) -> QuerySet[Parameter]:
    """Return all versions of a figure, the latest first."""
    return Parameter.objects.filter(key=key).order_by(F("from_on").desc(nulls_last=True), "-id")


def may_refuse(row: Parameter) -> bool:
    """True for a figure that has been read or decided; field knowledge (mark K…) only warns until then."""
    return not row.mark.startswith("K")


def _fraction(row: Parameter) -> Fraction | None:
    above, mark, below = row.value_text.partition("/")
    if not mark or not (above.isdigit() and below.isdigit()) or int(below) == 0:
        return None
    return Fraction(int(above), int(below))
