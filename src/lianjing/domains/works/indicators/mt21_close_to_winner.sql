-- code: M-T21
-- title: 报价异常接近 | Price close to winner
-- domain: works
-- severity: yellow
-- risk_point: 陪标
-- stage: tendering
-- evidences: 陪标
-- source: OCP R024
-- subject: tender
-- rows: population
-- param: tukey = @stats.tukey_multiplier [0.5..5]
-- param: min_sample = @stats.min_sample [4..1000]
-- explain: 与中标价最近的有效报价只高{f_gap_ratio}，不高于下栅栏{f_fence_ratio}（四分位距的{tukey}倍，样本{f_sample}个标段，不少于{min_sample}）。
-- explain_en: The next valid bid is only {f_gap_ratio} above the winner, not above the lower fence {f_fence_ratio} ({tukey} quartile ranges, of {f_sample} lots, at least {min_sample}).
-- excludes: 被否决或撤回的投标; 报价相同（另由M-T20提示）; 同一联合体的其他成员
WITH won AS (
    SELECT b.id, b.tender_id, COALESCE(b.lot_id, '') AS lot, b.price_fen, COALESCE(b.consortium_no, 0) AS consortium,
        ROW_NUMBER() OVER (PARTITION BY b.tender_id, COALESCE(b.lot_id, '') ORDER BY b.id) AS place
    FROM bid b WHERE b.is_winner = 1 AND b.price_fen > 0
), gap AS (
    SELECT w.id, w.tender_id, w.lot, MIN(CAST(b.price_fen - w.price_fen AS DOUBLE) / NULLIF(CAST(w.price_fen AS DOUBLE), 0e0)) AS ratio
    FROM won w JOIN bid b ON b.tender_id = w.tender_id AND COALESCE(b.lot_id, '') = w.lot AND b.id <> w.id
        AND b.status = 'valid' AND b.is_winner = 0 AND b.price_fen > w.price_fen
        AND (w.consortium = 0 OR COALESCE(b.consortium_no, 0) <> w.consortium)
    WHERE w.place = 1 GROUP BY w.id, w.tender_id, w.lot
), placed AS (
    SELECT g.id, g.tender_id, g.lot, g.ratio, ROW_NUMBER() OVER (ORDER BY g.ratio, g.id) AS place, COUNT(*) OVER () AS sample
    FROM gap g
), line AS (
    SELECT MIN(CASE WHEN p.place * 4 >= p.sample THEN p.ratio END) AS q1,
        MIN(CASE WHEN p.place * 4 >= p.sample * 3 THEN p.ratio END) AS q3
    FROM placed p
), hit AS (
    SELECT p.id, p.tender_id, p.lot, p.ratio, p.sample, l.q1 - $tukey * (l.q3 - l.q1) AS fence
    FROM placed p CROSS JOIN line l
    WHERE p.sample >= $min_sample AND p.ratio < l.q1 - 1e-9 AND p.ratio <= l.q1 - $tukey * (l.q3 - l.q1) + 1e-9
)
SELECT 'tender:' || h.tender_id AS subject, h.lot AS part, h.fence - h.ratio AS score, h.ratio AS f_gap_ratio,
    h.fence AS f_fence_ratio, h.sample AS f_sample, 'bid' AS ev_table, b.id AS ev_key,
    p.person_id AS person_id, p.role AS person_role
FROM hit h JOIN won w ON w.id = h.id
JOIN bid b ON b.tender_id = h.tender_id AND COALESCE(b.lot_id, '') = h.lot AND b.status = 'valid' AND (b.id = h.id
    OR ABS(CAST(b.price_fen - w.price_fen AS DOUBLE) / NULLIF(CAST(w.price_fen AS DOUBLE), 0e0) - h.ratio) < 1e-12)
LEFT JOIN act p ON p.matter_id = h.tender_id AND p.role = 'approved' AND p.is_refused = 0
