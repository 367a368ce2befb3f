-- code: M-T43
-- title: 串标背后的落标分包 | Loser becomes subcontractor
-- domain: works
-- severity: orange
-- risk_point: 陪标后分包
-- stage: implementation
-- evidences: 串通投标、利益输送
-- source: OCP R070
-- subject: contract
-- rows: contract(id), subcontract(contract_id), bid(tender_id), act(matter_id)
-- param: losers_min = 1 [1..10]
-- explain: 本合同有{f_losers}家分包单位曾在同一招标中落标，分包额{f_amount_fen}（不少于{losers_min}家即提示）。
-- explain_en: {f_losers} subcontractors of this contract lost in the same tender, {f_amount_fen} subcontracted (from {losers_min} firms on).
-- excludes: 未获同意或已撤回的分包; 中标联合体的成员; 已撤回的投标
WITH lost AS (
    SELECT b.id, b.tender_id, b.enterprise_id FROM bid b
    WHERE b.is_winner = 0 AND b.enterprise_id IS NOT NULL AND b.status <> 'withdrawn'
        AND NOT EXISTS (SELECT w.id FROM bid w WHERE w.tender_id = b.tender_id AND w.is_winner = 1
            AND (w.enterprise_id = b.enterprise_id OR w.consortium_no = b.consortium_no))
), given AS (
    SELECT c.id AS contract_id, s.id AS sub_id, s.enterprise_id, s.amount_fen, l.id AS bid_id
    FROM contract c JOIN subcontract s ON s.contract_id = c.id
    JOIN lost l ON l.tender_id = c.tender_id AND l.enterprise_id = s.enterprise_id
    WHERE s.status IN ('proposed', 'approved')
), once AS (
    SELECT g.contract_id, g.sub_id, g.enterprise_id, COALESCE(g.amount_fen, 0) AS amount_fen FROM given g
    GROUP BY g.contract_id, g.sub_id, g.enterprise_id, COALESCE(g.amount_fen, 0)
), counted AS (
    SELECT o.contract_id, COUNT(DISTINCT o.enterprise_id) AS losers, CAST(SUM(o.amount_fen) AS BIGINT) AS amount_fen
    FROM once o GROUP BY o.contract_id HAVING COUNT(DISTINCT o.enterprise_id) >= $losers_min
), shown AS (
    SELECT g.contract_id, 'subcontract' AS ev_table, g.sub_id AS ev_key, g.sub_id AS matter_id FROM given g
    UNION ALL
    SELECT g.contract_id, 'bid' AS ev_table, g.bid_id AS ev_key, g.sub_id AS matter_id FROM given g
)
SELECT 'contract:' || c.contract_id AS subject, '' AS part, c.losers AS score, c.losers AS f_losers,
    c.amount_fen AS f_amount_fen, s.ev_table AS ev_table, s.ev_key AS ev_key,
    w.person_id AS person_id, w.role AS person_role
FROM counted c JOIN shown s ON s.contract_id = c.contract_id
LEFT JOIN act w ON w.matter_id = s.matter_id AND w.role = 'approved' AND w.is_refused = 0
