-- code: M-T19
-- title: 报价等差等比 | Fixed gaps between totals
-- domain: works
-- severity: orange
-- risk_point: 协同报价
-- stage: tendering
-- evidences: 串通投标
-- source: 招标投标法实施条例 第四十条第四项; OCP R023; i085
-- subject: tender
-- rows: bid(tender_id), act(matter_id)
-- param: bids_min = 3 [3..12]
-- param: tolerance_ratio = @indicator.m_t19.tolerance_ratio [0.0001..0.05]
-- explain: 同一标段{f_bids}家报价（不少于{bids_min}家）成等差或等比数列，各差相差不超过{f_gap_ratio}（容差{tolerance_ratio}）。
-- explain_en: The {f_bids} bids of one lot (at least {bids_min}) form an arithmetic or geometric series; their gaps differ by no more than {f_gap_ratio} (tolerance {tolerance_ratio}).
-- excludes: 已撤回或逾期的投标; 同一联合体的其他成员; 报价相同
WITH offer AS (
    SELECT b.id, b.tender_id, COALESCE(b.lot_id, '') AS lot, b.price_fen,
        ROW_NUMBER() OVER (PARTITION BY b.tender_id, COALESCE(b.lot_id, '') ORDER BY b.price_fen, b.id) AS place
    FROM bid b WHERE b.price_fen > 0 AND b.status IN ('valid', 'disqualified', 'pending')
        AND NOT EXISTS (SELECT e.id FROM bid e WHERE e.tender_id = b.tender_id AND e.consortium_no = b.consortium_no
            AND COALESCE(e.lot_id, '') = COALESCE(b.lot_id, '') AND e.id < b.id
            AND e.price_fen > 0 AND e.status IN ('valid', 'disqualified', 'pending'))
), gap AS (
    SELECT a.tender_id, a.lot, CAST(b.price_fen - a.price_fen AS DOUBLE) AS step,
        CAST(b.price_fen - a.price_fen AS DOUBLE) / NULLIF(CAST(a.price_fen AS DOUBLE), 0e0) AS growth
    FROM offer a JOIN offer b ON b.tender_id = a.tender_id AND b.lot = a.lot AND b.place = a.place + 1
), series AS (
    SELECT g.tender_id, g.lot, COUNT(*) + 1 AS bids, (MAX(g.step) - MIN(g.step)) / NULLIF(MIN(g.step), 0e0) AS arithmetic,
        (MAX(g.growth) - MIN(g.growth)) / NULLIF(MIN(g.growth), 0e0) AS geometric
    FROM gap g GROUP BY g.tender_id, g.lot HAVING COUNT(*) + 1 >= $bids_min
), hit AS (
    SELECT s.tender_id, s.lot, s.bids, CASE WHEN s.geometric < s.arithmetic THEN s.geometric ELSE s.arithmetic END AS spread
    FROM series s WHERE s.arithmetic IS NOT NULL AND s.geometric IS NOT NULL
)
SELECT 'tender:' || h.tender_id AS subject, h.lot AS part, CAST(h.bids AS DOUBLE) AS score, h.bids AS f_bids,
    h.spread AS f_gap_ratio, 'bid' AS ev_table, o.id AS ev_key, p.person_id AS person_id, p.role AS person_role
FROM hit h JOIN offer o ON o.tender_id = h.tender_id AND o.lot = h.lot
LEFT JOIN act p ON p.matter_id = h.tender_id AND p.role = 'approved' AND p.is_refused = 0
WHERE h.spread <= $tolerance_ratio + 1e-9
