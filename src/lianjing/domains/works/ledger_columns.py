"""The columns that a ledger of projects may hold, with the headers by which offices know them."""

from __future__ import annotations

from lianjing.kernel.declaration import Text
from lianjing.runtime.batch.ledger import CellKind, Column

TEXT, CODE, WORD, DAY, MONEY = CellKind.TEXT, CellKind.CODE, CellKind.WORD, CellKind.DAY, CellKind.MONEY

COLUMNS = (
    Column(
        "external_no",
        Text("项目编号", "project number"),
        CODE,
        ("项目编码", "项目号", "工程编号", "编号", "ProjectId", "project id", "project no", "id"),
        longest=80,
    ),
    Column(
        "project_code",
        Text("项目代码", "national project code"),
        CODE,
        ("投资项目代码", "国家代码", "统一代码", "project code"),
        longest=80,
    ),
    Column(
        "title",
        Text("项目名称", "project name"),
        TEXT,
        ("工程名称", "名称", "项目", "ProjectName", "project title", "name", "title"),
        longest=1000,
    ),
    Column(
        "source_unit_name",
        Text("原建设单位", "office in charge"),
        TEXT,
        (
            "建设单位",
            "业主单位",
            "业主",
            "实施单位",
            "责任单位",
            "DistrictEngineeringOffice",
            "implementing office",
            "procuring entity",
        ),
        longest=300,
    ),
    Column("sector", Text("行业", "sector"), WORD, ("项目行业", "所属行业"), codelist="project_sector"),
    Column(
        "nature", Text("建设性质", "type of work"), TEXT, ("工程类别", "项目类型", "TypeOfWork", "work type")
    ),
    Column("scale", Text("建设规模", "scale"), TEXT, ("建设内容", "建设内容及规模", "规模"), longest=4000),
    Column(
        "fund_kind",
        Text("资金来源", "source of funds"),
        WORD,
        ("资金性质", "资金来源性质", "fund kind"),
        codelist="fund_kind",
    ),
    Column(
        "funding_year",
        Text("资金年度", "funding year"),
        CellKind.INTEGER,
        ("年度", "预算年度", "立项年度", "FundingYear", "fiscal year", "year"),
    ),
    Column(
        "total_investment",
        Text("总投资", "total investment"),
        MONEY,
        ("项目总投资", "计划总投资", "投资总额", "估算总投资"),
    ),
    Column(
        "approved_budget",
        Text("批准概算", "approved budget"),
        MONEY,
        ("概算", "批复概算", "预算", "预算金额", "招标控制价", "ApprovedBudgetForContract", "ABC", "budget"),
    ),
    Column(
        "contract_code",
        Text("合同编号", "contract number"),
        CODE,
        ("合同号", "合同代码", "ContractId", "contract no", "contract code"),
        longest=120,
    ),
    Column(
        "contract_amount",
        Text("合同金额", "contract cost"),
        MONEY,
        (
            "合同价",
            "合同总价",
            "签约合同价",
            "中标价",
            "中标金额",
            "ContractCost",
            "contract amount",
            "contract price",
        ),
    ),
    Column("currency", Text("币种", "currency"), CODE, ("货币", "currency code"), longest=3),
    Column(
        "contractor",
        Text("承包人", "contractor"),
        TEXT,
        (
            "施工单位",
            "承包单位",
            "中标单位",
            "中标人",
            "承建单位",
            "Contractor",
            "supplier",
            "contractor name",
        ),
        longest=600,
    ),
    Column(
        "contractor_count",
        Text("承包人数", "number of contractors"),
        CellKind.INTEGER,
        ("承包人家数", "联合体家数", "ContractorCount"),
    ),
    Column(
        "contractor_code",
        Text("承包人信用代码", "contractor's credit code"),
        CODE,
        ("统一社会信用代码", "信用代码", "施工单位信用代码", "credit code"),
        longest=40,
    ),
    Column(
        "signed_on",
        Text("合同签订日期", "contract date"),
        DAY,
        ("签订日期", "签约日期", "合同日期", "date signed", "contract signed"),
    ),
    Column(
        "contract_end_on", Text("合同完工日期", "contract end"), DAY, ("合同竣工日期", "contract end date")
    ),
    Column(
        "started_on",
        Text("开工日期", "start date"),
        DAY,
        ("实际开工", "实际开工日期", "开工时间", "StartDate", "date started"),
    ),
    Column(
        "completed_on",
        Text("竣工日期", "completion date"),
        DAY,
        (
            "完工日期",
            "实际完工",
            "实际完工日期",
            "实际竣工日期",
            "竣工时间",
            "ActualCompletionDate",
            "completion",
            "date completed",
        ),
    ),
    Column("site", Text("建设地点", "site"), TEXT, ("地点", "项目地点", "建设地址", "location", "address")),
    Column("municipality", Text("镇街", "municipality"), TEXT, ("乡镇", "街道", "所在镇街", "city", "town")),
    Column("province", Text("市县", "province"), TEXT, ("所在市县", "区县")),
    Column("region", Text("地区", "region"), TEXT, ("区域", "所属区域")),
    Column("region_code", Text("行政区划", "division code"), CODE, ("行政区划代码", "区划代码"), longest=12),
    Column("latitude", Text("纬度", "latitude"), CellKind.DECIMAL, ("ProjectLatitude", "lat")),
    Column("longitude", Text("经度", "longitude"), CellKind.DECIMAL, ("ProjectLongitude", "lon", "lng")),
)
