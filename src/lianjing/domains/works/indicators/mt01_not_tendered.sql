-- code: M-T01
-- title: 应招未招 | Mandatory tender avoided
-- domain: works
-- severity: red
-- risk_point: 规避招标
-- stage: tendering
-- evidences: 必须招标的项目不招标
-- source: 招标投标法 第四条; 必须招标的工程项目规定 第二条、第五条; OCP R010
-- subject: contract
-- rows: contract(id), project(id), tender(id), act(matter_id)
-- param: works_fen = @works.tender.threshold.works_fen
-- param: goods_fen = @works.tender.threshold.goods_fen
-- param: services_fen = @works.tender.threshold.services_fen
-- param: budget_fen = @works.tender.budget_money_fen
-- param: budget_ratio = @works.tender.budget_money_ratio
-- explain: 合同额{f_amount_fen}达到必须招标限额{f_limit_fen}（施工{works_fen}、货物{goods_fen}、服务{services_fen}），项目国有资金占控股或预算资金达{budget_fen}且占{budget_ratio}，未经招标而没有例外依据。
-- explain_en: A contract of {f_amount_fen} reaches the limit {f_limit_fen} for mandatory tenders (works {works_fen}, goods {goods_fen}, services {services_fen}) in a project with controlling state money or budget money from {budget_fen} and {budget_ratio} on, without a tender or a stated exception.
-- excludes: 非国有资金项目; 已写明例外依据; 框架协议下的订单; 已撤销的合同
-- assumes: 采购类别已登记
WITH given AS (
    SELECT c.id, c.amount_fen, c.project_id, c.tender_id,
        CASE WHEN c.procurement_category IN ('works', 'epc') THEN $works_fen WHEN c.procurement_category = 'goods' THEN $goods_fen
            WHEN c.procurement_category IN ('survey', 'design', 'supervision') THEN $services_fen END AS limit_fen
    FROM contract c WHERE c.status NOT IN ('cancelled', 'draft') AND COALESCE(c.is_framework_calloff, 0) = 0
), bare AS (
    SELECT g.id, g.amount_fen, g.limit_fen, g.tender_id FROM given g JOIN project p ON p.id = g.project_id
    LEFT JOIN tender t ON t.id = g.tender_id
    WHERE g.amount_fen >= g.limit_fen AND COALESCE(t.exception_basis, '') = ''
        AND COALESCE(t.method, 'direct') NOT IN ('open', 'prequalified', 'invited')
        AND (p.is_state_controlled = 1 OR (p.state_fund_ratio >= $budget_ratio - 1e-9
            AND p.state_fund_ratio * CAST(p.total_investment_fen AS DOUBLE) >= CAST($budget_fen AS DOUBLE) - 1e-6))
), shown AS (
    SELECT b.id, 'contract' AS ev_table, b.id AS ev_key FROM bare b
    UNION ALL SELECT b.id, 'tender' AS ev_table, b.tender_id AS ev_key FROM bare b WHERE b.tender_id IS NOT NULL
)
SELECT 'contract:' || b.id AS subject, '' AS part, CAST(b.amount_fen AS DOUBLE) / NULLIF(CAST(b.limit_fen AS DOUBLE), 0e0) AS score,
    b.amount_fen AS f_amount_fen, b.limit_fen AS f_limit_fen, s.ev_table AS ev_table, s.ev_key AS ev_key,
    w.person_id AS person_id, w.role AS person_role
FROM bare b JOIN shown s ON s.id = b.id
LEFT JOIN act w ON w.matter_id = b.id AND w.role = 'approved' AND w.is_refused = 0
