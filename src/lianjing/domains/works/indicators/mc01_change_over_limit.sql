-- code: M-C01
-- title: 累计变更超限 | Cumulative change over the limit
-- domain: works
-- severity: orange
-- risk_point: 低价中标、高额变更
-- stage: implementation
-- evidences: 违规增加投资
-- source: 政府投资条例 第二十一条、第二十三条; OCP R064、R069
-- subject: contract
-- rows: change_order(contract_id), contract(id), act(matter_id)
-- param: limit_ratio = @works.change.major.cumulative_from_ratio [0.01..0.5]
-- explain: 已批准变更累计{f_total_fen}，占合同价{f_ratio}（警戒线{limit_ratio}）。
-- explain_en: Approved changes add up to {f_total_fen}, {f_ratio} of the contract (line {limit_ratio}).
-- excludes: 未批准的变更; 净减少的变更
WITH total AS (
    SELECT c.contract_id, CAST(SUM(c.amount_fen) AS BIGINT) AS total FROM change_order c
    WHERE c.status = 'approved' AND c.amount_fen IS NOT NULL GROUP BY c.contract_id
), hit AS (
    SELECT t.contract_id, t.total, CAST(t.total AS DOUBLE) / NULLIF(CAST(k.amount_fen AS DOUBLE), 0e0) AS ratio
    FROM total t JOIN contract k ON k.id = t.contract_id WHERE k.amount_fen > 0
)
SELECT 'contract:' || h.contract_id AS subject, '' AS part, h.ratio AS score, h.total AS f_total_fen, h.ratio AS f_ratio,
    'change_order' AS ev_table, c.id AS ev_key, p.person_id AS person_id, p.role AS person_role
FROM hit h JOIN change_order c ON c.contract_id = h.contract_id AND c.status = 'approved'
LEFT JOIN act p ON p.matter_id = c.id AND p.role = 'approved' AND p.is_refused = 0
WHERE h.ratio >= $limit_ratio - 1e-9
