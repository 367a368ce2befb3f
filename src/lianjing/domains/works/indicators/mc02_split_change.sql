-- code: M-C02
-- title: 变更拆分避审 | Change splitting
-- domain: works
-- severity: red
-- risk_point: 拆分变更规避审批层级
-- stage: implementation
-- evidences: 规避变更审批
-- source: 园区工程变更管理办法 第十一条; OCP R011
-- subject: contract
-- rows: change_order(contract_id), act(matter_id)
-- param: window_days = @indicator.m_c02.window_days [5..180]
-- param: changes_min = @indicator.m_c02.changes_min [2..10]
-- param: tier_fen = @works.change.larger.single_from_fen
-- explain: 同一部位{window_days}日内{f_changes}笔变更合计{f_total_fen}，每笔均低于{tier_fen}。
-- explain_en: {f_changes} changes of one part within {window_days} days add up to {f_total_fen}, each below {tier_fen}.
-- excludes: 应急变更; 已撤回或不予批准的变更
-- assumes: 变更部位已填写
WITH small AS (
    SELECT c.id, c.contract_id, c.part_norm, c.amount_fen, c.proposed_day FROM change_order c
    WHERE c.is_emergency = 0 AND c.status IN ('proposed', 'in_review', 'approved') AND c.part_norm <> ''
        AND c.proposed_day IS NOT NULL AND c.amount_fen > 0 AND c.amount_fen < $tier_fen
), started AS (
    SELECT a.id AS first_id, a.contract_id, a.part_norm, a.proposed_day, COUNT(*) AS changes,
        CAST(SUM(b.amount_fen) AS BIGINT) AS total
    FROM small a JOIN small b ON b.contract_id = a.contract_id AND b.part_norm = a.part_norm
        AND b.proposed_day BETWEEN a.proposed_day AND a.proposed_day + $window_days
    GROUP BY a.id, a.contract_id, a.part_norm, a.proposed_day
), best AS (
    SELECT s.first_id, s.contract_id, s.part_norm, s.proposed_day, s.changes, s.total,
        ROW_NUMBER() OVER (PARTITION BY s.contract_id, s.part_norm ORDER BY s.total DESC, s.first_id) AS place
    FROM started s WHERE s.changes >= $changes_min AND s.total >= $tier_fen
)
SELECT 'contract:' || b.contract_id AS subject, b.part_norm AS part, CAST(b.total AS DOUBLE) / NULLIF(CAST($tier_fen AS DOUBLE), 0e0) AS score,
    b.changes AS f_changes, b.total AS f_total_fen, 'change_order' AS ev_table, c.id AS ev_key,
    p.person_id AS person_id, p.role AS person_role
FROM best b JOIN small c ON c.contract_id = b.contract_id AND c.part_norm = b.part_norm
    AND c.proposed_day BETWEEN b.proposed_day AND b.proposed_day + $window_days
LEFT JOIN act p ON p.matter_id = c.id AND p.role IN ('entered', 'approved') AND p.is_refused = 0
WHERE b.place = 1
