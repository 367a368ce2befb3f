-- code: M-T02
-- title: 化整为零拆分规避 | Contract splitting
-- domain: works
-- severity: red
-- risk_point: 化整为零规避招标
-- stage: tendering
-- evidences: 拆分项目规避招标
-- source: 招标投标法 第四条; OCP R002 R011
-- subject: contract
-- rows: population
-- param: works_fen = @works.tender.threshold.works_fen
-- param: goods_fen = @works.tender.threshold.goods_fen
-- param: services_fen = @works.tender.threshold.services_fen
-- param: budget_fen = @works.tender.budget_money_fen
-- param: budget_ratio = @works.tender.budget_money_ratio
-- param: window_days = @indicator.m_t02.window_days [30..1095]
-- explain: 同一单位{window_days}日内向同一供应商或者在同一地点签订的{f_contracts}份同类合同合计{f_total_fen}，达到必须招标限额{f_limit_fen}（施工{works_fen}、货物{goods_fen}、服务{services_fen}），每份均低于限额，都未经招标而没有例外依据；项目国有资金占控股或预算资金达{budget_fen}且占{budget_ratio}。
-- explain_en: {f_contracts} contracts of one kind that a unit signed with one supplier or for one site within {window_days} days add up to {f_total_fen}, from the limit {f_limit_fen} for mandatory tenders on (works {works_fen}, goods {goods_fen}, services {services_fen}), each below it, none tendered or with a stated exception; controlling state money or budget money from {budget_fen} and {budget_ratio} on.
-- excludes: 经招标的合同; 已写明例外依据; 框架协议下的订单; 已撤销的合同; 非国有资金项目
-- assumes: 采购类别、签订日和供应商或者建设地点已登记；以最早一份合同为对象
WITH small AS (
    SELECT c.id, c.owner_unit_id, c.enterprise_id, c.procurement_category, c.amount_fen, c.signed_day, p.site_norm,
        CASE WHEN c.procurement_category IN ('works', 'epc') THEN $works_fen WHEN c.procurement_category = 'goods' THEN $goods_fen
            WHEN c.procurement_category IN ('survey', 'design', 'supervision') THEN $services_fen END AS limit_fen
    FROM contract c JOIN project p ON p.id = c.project_id LEFT JOIN tender t ON t.id = c.tender_id
    WHERE c.status NOT IN ('cancelled', 'draft') AND COALESCE(c.is_framework_calloff, 0) = 0
        AND c.owner_unit_id IS NOT NULL AND c.signed_day IS NOT NULL AND c.amount_fen > 0
        AND COALESCE(t.exception_basis, '') = '' AND COALESCE(t.method, 'direct') NOT IN ('open', 'prequalified', 'invited')
        AND (p.is_state_controlled = 1 OR (p.state_fund_ratio >= $budget_ratio - 1e-9
            AND p.state_fund_ratio * CAST(p.total_investment_fen AS DOUBLE) >= CAST($budget_fen AS DOUBLE) - 1e-6))
), side AS (
    SELECT s.id, 'supplier' AS kind, s.enterprise_id AS mark, s.owner_unit_id, s.procurement_category, s.amount_fen,
        s.signed_day, s.limit_fen
    FROM small s WHERE s.amount_fen < s.limit_fen AND s.enterprise_id IS NOT NULL
    UNION ALL
    SELECT s.id, 'site' AS kind, s.site_norm AS mark, s.owner_unit_id, s.procurement_category, s.amount_fen,
        s.signed_day, s.limit_fen
    FROM small s WHERE s.amount_fen < s.limit_fen AND s.site_norm <> ''
), started AS (
    SELECT a.id AS first_id, a.kind, a.mark, a.owner_unit_id, a.procurement_category, a.signed_day, a.limit_fen,
        COUNT(*) AS contracts, CAST(SUM(b.amount_fen) AS BIGINT) AS total
    FROM side a JOIN side b ON b.kind = a.kind AND b.mark = a.mark AND b.owner_unit_id = a.owner_unit_id
        AND b.procurement_category = a.procurement_category AND b.signed_day BETWEEN a.signed_day AND a.signed_day + $window_days
    GROUP BY a.id, a.kind, a.mark, a.owner_unit_id, a.procurement_category, a.signed_day, a.limit_fen
), best AS (
    SELECT s.first_id, s.kind, s.mark, s.owner_unit_id, s.procurement_category, s.signed_day, s.limit_fen, s.contracts, s.total,
        ROW_NUMBER() OVER (PARTITION BY s.kind, s.mark, s.owner_unit_id, s.procurement_category ORDER BY s.total DESC, s.first_id) AS place
    FROM started s WHERE s.contracts >= 2 AND s.total >= s.limit_fen
)
SELECT 'contract:' || b.first_id AS subject, b.kind AS part, CAST(b.total AS DOUBLE) / NULLIF(CAST(b.limit_fen AS DOUBLE), 0e0) AS score,
    b.contracts AS f_contracts, b.total AS f_total_fen, b.limit_fen AS f_limit_fen, 'contract' AS ev_table, c.id AS ev_key,
    w.person_id AS person_id, w.role AS person_role
FROM best b JOIN side c ON c.kind = b.kind AND c.mark = b.mark AND c.owner_unit_id = b.owner_unit_id
    AND c.procurement_category = b.procurement_category AND c.signed_day BETWEEN b.signed_day AND b.signed_day + $window_days
LEFT JOIN act w ON w.matter_id = c.id AND w.role = 'approved' AND w.is_refused = 0
WHERE b.place = 1
