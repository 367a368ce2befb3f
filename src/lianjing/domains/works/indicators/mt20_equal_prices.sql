-- code: M-T20
-- title: 报价完全相同 | Identical bid prices
-- domain: works
-- severity: orange
-- risk_point: 协同报价
-- stage: tendering
-- evidences: 串通投标
-- source: 招标投标法实施条例 第四十条第四项; OCP R028
-- subject: tender
-- rows: bid(tender_id), act(matter_id)
-- param: bids_min = @indicator.m_t20.equal_totals_min [2..10]
-- explain: 同一标段{f_bids}家报价同为{f_price_fen}。
-- explain_en: {f_bids} bids of one lot are equal: {f_price_fen}.
-- excludes: 已撤回的投标
WITH equal AS (
    SELECT b.tender_id, COALESCE(b.lot_id, '') AS lot, b.price_fen, COUNT(DISTINCT b.enterprise_id) AS bids
    FROM bid b WHERE b.price_fen > 0 AND b.status IN ('valid', 'disqualified', 'pending')
    GROUP BY b.tender_id, COALESCE(b.lot_id, ''), b.price_fen HAVING COUNT(DISTINCT b.enterprise_id) >= $bids_min
)
SELECT 'tender:' || e.tender_id AS subject, e.lot || '@' || CAST(e.price_fen AS VARCHAR) AS part, e.bids AS score,
    e.bids AS f_bids, e.price_fen AS f_price_fen, 'bid' AS ev_table, b.id AS ev_key,
    p.person_id AS person_id, p.role AS person_role
FROM equal e JOIN bid b ON b.tender_id = e.tender_id AND COALESCE(b.lot_id, '') = e.lot AND b.price_fen = e.price_fen
    AND b.status IN ('valid', 'disqualified', 'pending')
LEFT JOIN act p ON p.matter_id = e.tender_id AND p.role = 'approved' AND p.is_refused = 0
