-- code: M-T23
-- title: 报价贴近限价 | Winner near control price
-- domain: works
-- severity: yellow
-- risk_point: 竞争不足或泄露限价
-- stage: tendering
-- evidences: 缺乏竞争
-- source: OCP R031
-- subject: tender
-- rows: bid(tender_id), tender(id), act(matter_id)
-- param: margin_ratio = @indicator.m_t23.margin_ratio [0.001..0.1]
-- explain: 中标价比最高限价只低{f_margin_ratio}，不超过{margin_ratio}。
-- explain_en: The winning price is only {f_margin_ratio} below the control price, no more than {margin_ratio}.
-- excludes: 没有最高投标限价; 分标段的报价; 高于限价的报价
WITH won AS (
    SELECT b.id, b.tender_id,
        CAST(t.control_price_fen - b.price_fen AS DOUBLE) / NULLIF(CAST(t.control_price_fen AS DOUBLE), 0e0) AS margin
    FROM bid b JOIN tender t ON t.id = b.tender_id
    WHERE b.is_winner = 1 AND b.price_fen > 0 AND t.control_price_fen > 0 AND b.lot_id IS NULL
        AND b.price_fen <= t.control_price_fen
)
SELECT 'tender:' || w.tender_id AS subject, '' AS part, 1e0 - w.margin AS score, w.margin AS f_margin_ratio,
    'bid' AS ev_table, w.id AS ev_key, p.person_id AS person_id, p.role AS person_role
FROM won w LEFT JOIN act p ON p.matter_id = w.tender_id AND p.role = 'approved' AND p.is_refused = 0
WHERE w.margin <= $margin_ratio + 1e-9
