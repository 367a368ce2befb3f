"""The lists that supervision compares with: business register, declarations, bans, tax, social insurance; each a feed of files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from lianjing.kernel.declaration import Text
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import clock
from lianjing.runtime.batch.ledger import CellKind, Column, LedgerKind, Row, Run, Taken
from lianjing.runtime.exchange.declaration import Declared, Direction, Record
from lianjing.runtime.trail.act import Act, legal_day

CLAUSE = "zone_organisation#9"  # the stationed supervisors read what concerns their units
VERB = "exchange.take"

CREDIT_CODE = Column(
    "credit_code",
    Text("统一社会信用代码", "Credit code"),
    CellKind.CODE,
    ("信用代码", "社会信用代码", "企业代码"),
)
NAME = Column("name", Text("企业名称", "Enterprise"), CellKind.TEXT, ("名称", "单位名称", "公司名称"))


def _day_column(key: str, zh: str, en: str, *synonyms: str) -> Column:
    return Column(key, Text(zh, en), CellKind.DAY, synonyms)


def _text_column(key: str, zh: str, en: str, *synonyms: str) -> Column:
    return Column(key, Text(zh, en), CellKind.TEXT, synonyms)


def _number_column(key: str, zh: str, en: str, *synonyms: str) -> Column:
    return Column(key, Text(zh, en), CellKind.DECIMAL, synonyms)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a row becomes a record: its kind, the columns of its number, and the columns whose day lies in the past."""

    kind: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    past: tuple[str, ...] = ()
    title: str = "name"
    party: str = "name"
    amount: str = ""

    def number_of(self, text: Callable[[str], str]) -> str:
        """Return the number of a row from the texts of its columns."""
        return "|".join(text(key) for key in self.key)

    def parse(self, item: Mapping[str, Any]) -> Record:
        """Read a row given as texts; BadInput names the column that is missing, no day, or a day to come."""
        texts = {each.key: _text(item, each) for each in self.columns}
        for key in self.key:
            if not texts[key]:
                raise BadInput(_("“%(column)s”为空") % {"column": self._label(key)}, key)
        days = {each.key: self._day(each, texts) for each in self.columns if each.kind is CellKind.DAY}
        happened = next((days[key] for key in self.past if days.get(key)), None)
        return Record(
            external_no=self.number_of(texts.__getitem__),
            kind=self.kind,
            title=texts.get(self.title, ""),
            party_name=texts.get(self.party, ""),
            amount=self._amount(texts),
            happened_on=happened,
            values=texts,
        )

    def _day(self, column: Column, texts: Mapping[str, str]) -> date | None:
        if not texts[column.key]:
            return None
        try:
            day = date.fromisoformat(texts[column.key])
        except ValueError as error:
            raise BadInput(_("“%(column)s”不是日期") % {"column": str(column.label)}, column.key) from error
        if column.key in self.past and day > legal_day(clock.now()):
            raise BadInput(
                _("“%(column)s”%(day)s晚于今天") % {"column": str(column.label), "day": day}, column.key
            )
        return day

    def _amount(self, texts: Mapping[str, str]) -> Decimal | None:
        if not self.amount or not texts[self.amount]:
            return None
        try:
            amount = Decimal(texts[self.amount]).quantize(Decimal("0.01"))
        except InvalidOperation as error:
            raise BadInput(
                _("“%(column)s”不是金额") % {"column": self._label(self.amount)}, self.amount
            ) from error
        if not 0 <= amount < 10**13:
            raise BadInput(_("“%(column)s”不是金额") % {"column": self._label(self.amount)}, self.amount)
        return amount

    def _label(self, key: str) -> str:
        return str(next(each.label for each in self.columns if each.key == key))


def _text(item: Mapping[str, Any], column: Column) -> str:
    value = item.get(column.key, "")
    if not isinstance(value, str):
        raise BadInput(_("“%(key)s”须是文字") % {"key": column.key}, column.key)
    return " ".join(value.split())


def _never(act: Act, row: Row, run: Run) -> Taken:
    """A list is taken whole through its feed, never row by row."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class _Terms:
    """What is agreed of a list: who gives it, what for, how old it may be, how many rows it usually has."""

    system: str
    name: Text
    purpose: Text
    owner: str
    fresh_days: int
    volume: tuple[int, int]
    has_person_data: bool = False


def _feed(key: str, terms: _Terms, shape: Shape) -> Declared:
    ledger = LedgerKind(
        key=key,
        label=terms.name,
        verb=VERB,
        posts=(terms.owner,),
        columns=shape.columns,
        requires=tuple((each,) for each in shape.key),
        row_key=lambda row: shape.number_of(lambda name: row.printed.get(name, "")),
        take=_never,
    )
    return Declared(
        key=key,
        system=terms.system,
        direction=Direction.PULL,
        name=terms.name,
        purpose=terms.purpose,
        clause=CLAUSE,
        owner_post=terms.owner,
        fresh=timedelta(days=terms.fresh_days),
        every=timedelta(days=1),
        has_person_data=terms.has_person_data,
        parse=shape.parse,
        ledger=ledger,
        volume=terms.volume,
    )


REGISTER = Shape(
    "registration",
    (
        CREDIT_CODE,
        NAME,
        _text_column("address", "住所", "Address", "注册地址", "地址"),
        _text_column("phone", "联系电话", "Telephone", "电话"),
        _day_column("registered_on", "成立日期", "Registered on", "注册日期"),
        _text_column("registry_status", "登记状态", "Status", "经营状态"),
    ),
    key=("credit_code",),
    past=("registered_on",),
)
HOLDINGS = Shape(
    "holding",
    (
        CREDIT_CODE,
        NAME,
        _text_column("relation", "关系", "Relation", "类型", "职务"),
        _text_column("party", "股东或高管", "Shareholder or officer", "姓名", "股东名称"),
        _number_column("share_percent", "持股比例", "Share in per cent", "出资比例"),
        _day_column("from_on", "起始日期", "Since", "任职日期", "出资日期"),
    ),
    key=("credit_code", "relation", "party"),
    past=("from_on",),
    party="party",
)
INTERESTS = Shape(
    "interest",
    (
        Column("person_no", Text("人员编号", "Person"), CellKind.CODE, ("工号", "登录号")),
        _text_column("relation", "与本人关系", "Relation", "关系"),
        CREDIT_CODE,
        NAME,
        _number_column("share_percent", "持股比例", "Share in per cent", "出资比例"),
        _day_column("declared_on", "申报日期", "Declared on", "填报日期"),
    ),
    key=("person_no", "relation", "credit_code"),
    past=("declared_on",),
)
BANS = Shape(
    "ban",
    (
        CREDIT_CODE,
        NAME,
        _text_column("list_name", "名单名称", "List", "名单类型"),
        Column("doc_no", Text("决定文号", "Decision"), CellKind.CODE, ("文号",)),
        _day_column("from_on", "列入日期", "Listed on", "起始日期"),
        _day_column("to_on", "移出日期", "Until", "截止日期"),
    ),
    key=("credit_code", "doc_no"),
    past=("from_on",),
)
TAX = Shape(
    "tax",
    (
        CREDIT_CODE,
        NAME,
        _text_column("status", "纳税状态", "Status", "税务状态"),
        Column("arrears", Text("欠税金额", "Arrears"), CellKind.MONEY, ("欠税余额",)),
        _day_column("as_of_on", "截至日期", "As of", "公告日期"),
    ),
    key=("credit_code", "as_of_on"),
    past=("as_of_on",),
    amount="arrears",
)
INSURANCE = Shape(
    "insurance",
    (
        CREDIT_CODE,
        NAME,
        Column("insured_count", Text("参保人数", "Insured"), CellKind.INTEGER, ("在保人数",)),
        _day_column("month_on", "所属月份", "Month", "费款所属期"),
    ),
    key=("credit_code", "month_on"),
    past=("month_on",),
)

FEEDS = (
    _feed(
        "enterprise_register",
        _Terms(
            "registry",
            Text("市场监管登记·企业", "Business register: enterprises"),
            Text("核对投标人、承包单位的住所、电话和存续状态", "Compare address, telephone and status of bidders"),
            "supervisor_officer",
            35,
            (50, 20_000),
        ),
        REGISTER,
    ),
    _feed(
        "enterprise_holdings",
        _Terms(
            "registry",
            Text("市场监管登记·股东和高管", "Business register: shareholders and officers"),
            Text("查找投标人之间、人员与企业之间的关联", "Find ties among bidders and between staff and enterprises"),
            "supervisor_officer",
            35,
            (100, 100_000),
            has_person_data=True,
        ),
        HOLDINGS,
    ),
    _feed(
        "staff_declarations",
        _Terms(
            "personnel",
            Text("个人有关事项申报", "Declarations of staff"),
            Text(
                "核对工作人员及其亲属投资任职与所办事项的关联，不采集亲属姓名",
                "Compare holdings of staff and kin with their matters; names of kin are not taken",
            ),
            "personnel_officer",
            400,
            (1, 2_000),
            has_person_data=True,
        ),
        INTERESTS,
    ),
    _feed(
        "ban_lists",
        _Terms(
            "credit",
            Text("失信和禁入名单", "Ban lists"),
            Text("核对投标人、中标人在决定之日是否被禁入", "Check bidders and winners against bans in force on the day"),
            "supervisor_officer",
            8,
            (1, 20_000),
        ),
        BANS,
    ),
    _feed(
        "tax_list",
        _Terms(
            "tax",
            Text("税务名单", "Tax list"),
            Text("核对投标人、申领人的欠税情况", "Check arrears of tax of bidders and claimants"),
            "supervisor_officer",
            35,
            (1, 20_000),
        ),
        TAX,
    ),
    _feed(
        "insurance_list",
        _Terms(
            "social_insurance",
            Text("参保名单", "Social-insurance list"),
            Text("核对企业参保人数，识别无人员的空壳企业", "Check how many are insured, to know shells without staff"),
            "supervisor_officer",
            35,
            (1, 20_000),
        ),
        INSURANCE,
    ),
)  # fmt: skip
