-- code: M-T12
-- title: 最低价被否决 | Lowest bid disqualified
-- domain: works
-- severity: orange
-- risk_point: 操纵否决投标
-- stage: tendering
-- evidences: 操纵评标
-- source: OCP R036
-- subject: tender
-- rows: bid(tender_id), tender(id), act(matter_id)
-- param: gap_ratio = 0.0 [0..0.5]
-- explain: 最低报价被否决，中标价比它高{f_gap_ratio}。
-- explain_en: The lowest bid was disqualified; the winner was {f_gap_ratio} above it.
-- excludes: 综合评估的招标; 因低于成本被否决
WITH lowest AS (
    SELECT b.id, b.tender_id, b.price_fen, b.disqualified_reason, b.status,
        ROW_NUMBER() OVER (PARTITION BY b.tender_id ORDER BY b.price_fen, b.id) AS place
    FROM bid b WHERE b.price_fen > 0 AND b.status IN ('valid', 'disqualified')
), hit AS (
    SELECT l.id, l.tender_id, w.id AS winner_id,
        CAST(w.price_fen - l.price_fen AS DOUBLE) / NULLIF(CAST(l.price_fen AS DOUBLE), 0e0) AS gap
    FROM lowest l JOIN tender t ON t.id = l.tender_id AND t.is_price_only = 1
    JOIN bid w ON w.tender_id = l.tender_id AND w.is_winner = 1
    WHERE l.place = 1 AND l.status = 'disqualified' AND l.disqualified_reason <> 'below_cost'
), shown AS (
    SELECT h.tender_id, h.gap, h.id AS ev_key FROM hit h WHERE h.gap > $gap_ratio
    UNION ALL SELECT h.tender_id, h.gap, h.winner_id AS ev_key FROM hit h WHERE h.gap > $gap_ratio
)
SELECT 'tender:' || s.tender_id AS subject, '' AS part, s.gap AS score, s.gap AS f_gap_ratio, 'bid' AS ev_table,
    s.ev_key AS ev_key, p.person_id AS person_id, p.role AS person_role
FROM shown s LEFT JOIN act p ON p.matter_id = s.tender_id AND p.role = 'approved' AND p.is_refused = 0
