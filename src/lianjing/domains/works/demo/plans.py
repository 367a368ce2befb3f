"""The twelve projects of the demonstration zone: what each is, who builds it, when it begins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

COMMON = (
    "项目已列入开发区年度政府投资项目计划，前期经现场踏勘并征求沿线街道、村和企业意见，选址与国土空间规划相符，"
    "资金来源已初步落实。项目建成后可以完善片区基础设施，改善群众生产生活条件，提升园区承载能力，建设十分必要。"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One project. Sums are in yuan; `begins` counts days from the start of the story."""

    key: str
    title: str
    number: str  # national code; YYMM is kept as printed
    sector: str
    nature: str
    site: str
    scale: str
    need: str
    budget: Decimal
    builder: str  # log-in number of the contractor's manager
    begins: int
    fund_kind: str = "budget"
    supervision: str = "heng"
    category: str = "works"
    share: Decimal = Decimal("0.86")  # of the budget that the works contract takes
    simple_case: str = (
        "in_plan"  # legal case of the simplified path; "" goes through proposal and feasibility
    )


def _plan(key: str, title: str, number: str, budget: str, builder: str, begins: int, **words: str) -> Plan:
    share = Decimal(words.pop("share", "0.86"))
    return Plan(
        key=key,
        title=title,
        number=number,
        budget=Decimal(budget),
        builder=builder,
        begins=begins,
        share=share,
        **words,
    )


PLANS = (
    _plan(
        "road",
        "望汀大道北延工程",
        "2401-990101-04-01-318462",
        "68000000",
        "40003",
        0,
        sector="road",
        nature="新建",
        site="望汀街道望汀大道以北",
        scale="道路长1.82 km，红线宽36 m，含雨污水、照明和绿化",
        fund_kind="special_bond",
        need="望汀大道现状止于霁川路口，北侧地块无市政道路，货运车辆绕行三公里以上，雨天多处积水。",
    ),
    _plan(
        "gallery",
        "霁川路综合管廊一期",
        "2403-990101-04-01-775130",
        "69500000",
        "40001",
        26,
        sector="road",
        nature="新建",
        site="霁川路（望汀大道至砚池路）",
        scale="单舱管廊1.26 km，入廊电力、通信、给水",
        supervision="sheng",
        need="霁川路架空线杂乱，供水管道使用已逾二十年，近三年抢修十一次，道路反复开挖。",
    ),
    _plan(
        "factory",
        "汀洲产业园标准厂房二期",
        "2504-990101-04-01-402751",
        "55200000",
        "40002",
        4,
        sector="industry_park",
        nature="新建",
        site="汀洲产业园B区",
        scale="标准厂房三幢，建筑面积2.15万㎡",
        fund_kind="state_firm",
        need="一期厂房已全部出租，在册等候入园企业二十三家，现有厂房层高和荷载不能满足装备企业需要。",
        simple_case="",
    ),
    _plan(
        "energy",
        "燊光储能产业园配套道路",
        "2505-990101-04-01-560318",
        "18600000",
        "40003",
        130,
        sector="road",
        nature="新建",
        site="燊光储能产业园东侧",
        scale="道路长0.64 km，红线宽24 m",
        supervision="sheng",
        need="园区首批两家储能企业将于明年投产，现状进场道路为施工便道，不具备大件运输条件。",
        simple_case="",
    ),
    _plan(
        "housing",
        "荷塍安置小区三期",
        "2506-990101-04-01-618807",
        "62400000",
        "40002",
        298,
        sector="housing",
        nature="新建",
        site="荷塍村南",
        scale="安置房四幢312套，建筑面积3.46万㎡",
        fund_kind="mixed",
        need="荷塍、霁坞两村尚有二百九十六户过渡安置，过渡期平均已满二十六个月，超出协议约定。",
    ),
    _plan(
        "river",
        "甪里河综合整治",
        "2410-990101-04-01-227946",
        "32800000",
        "40001",
        47,
        sector="water",
        nature="改建",
        site="甪里河（石硐桥至塘垅里）",
        scale="河道整治3.4 km，护岸4.1 km，清淤6.8万m³",
        supervision="sheng",
        need="甪里河淤积严重，两岸农田连年受涝，护岸坍塌七处，行洪能力不足五年一遇。",
    ),
    _plan(
        "sewer",
        "砚池路雨污分流",
        "2411-990101-04-01-350082",
        "8200000",
        "40005",
        3,
        sector="road",
        nature="改建",
        site="砚池路",
        scale="雨水管1.1 km、污水管0.98 km，恢复路面7600㎡",
        share="0.84",
        need="砚池路雨污合流，雨天污水外溢，沿线两个小区多次反映，省级督察已列入整改清单。",
        simple_case="rebuild",
    ),
    _plan(
        "books",
        "澜心书吧改造",
        "2501-990101-04-01-118630",
        "3600000",
        "40004",
        0,
        sector="building",
        nature="改建",
        site="望汀大道188号",
        scale="改造建筑面积860㎡，含消防、暖通和无障碍设施",
        share="0.88",
        need="澜心书吧建成十二年，消防设施不达标，夏季室温过高，读者日均流量已由三百人降至九十人。",
    ),
    _plan(
        "market",
        "青砾镇农贸市场提升",
        "2507-990101-04-01-733915",
        "8900000",
        "40002",
        318,
        sector="building",
        nature="改建",
        site="青砾镇老街口",
        scale="改造面积4200㎡，摊位168个，新建冷库一座",
        need="青砾镇农贸市场排水不畅、通道狭窄，消防验收两次未通过，周边占道经营问题突出。",
        simple_case="rebuild",
    ),
    _plan(
        "hall",
        "白碓村文化礼堂",
        "2508-990101-04-01-804126",
        "4600000",
        "40004",
        362,
        sector="village_works",
        nature="新建",
        site="白碓村中心",
        scale="建筑面积980㎡，含讲堂、农家书屋和室外活动场地",
        fund_kind="mixed",
        need="白碓村现有活动用房为危房，全村一千一百余人没有集中活动场所，红白事多占用道路。",
        simple_case="",
    ),
    _plan(
        "fields",
        "南箬村机耕路硬化",
        "2412-990101-04-01-095527",
        "3150000",
        "40005",
        2,
        sector="village_works",
        nature="改建",
        site="南箬村",
        scale="机耕路硬化4.6 km，宽3.5 m，错车台14处",
        share="0.87",
        need="南箬村机耕路为泥结石路面，雨季农机无法进田，涉及耕地一千三百亩，村民意见集中。",
    ),
    _plan(
        "platform",
        "智慧监管平台二期",
        "2502-990101-04-04-639058",
        "9800000",
        "",
        186,
        sector="telecom",
        nature="扩建",
        site="管委会数据机房",
        scale="扩建监测点位420个，建设数据中台和三类应用",
        category="goods",
        share="0.91",
        need="一期平台只覆盖企业安全监测，环保、城管、消防数据各自独立，重复上报问题突出。",
    ),
)


def copy_of(plan: Plan, number: int) -> Plan:
    """Return a plan for another round of the set: numbered name, its own code."""
    if number == 0:
        return plan
    head, tail = plan.number[:-6], int(plan.number[-6:])
    return replace(
        plan,
        title=f"{plan.title}（{number + 1}）",
        number=f"{head}{(tail + 977 * number) % 900000 + 100000:06d}",
    )
