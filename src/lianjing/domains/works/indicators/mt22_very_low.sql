-- code: M-T22
-- title: 异常低价 | Heavily discounted
-- domain: works
-- severity: yellow
-- risk_point: 低价中标高价结算
-- stage: tendering
-- evidences: 恶意低价
-- source: OCP R058
-- subject: tender
-- rows: bid(tender_id), tender(id), act(matter_id)
-- param: price_ratio = @indicator.m_t22.control_price_ratio [0.5..0.99]
-- explain: 中标价为最高限价的{f_price_ratio}，低于{price_ratio}。
-- explain_en: The winning price is {f_price_ratio} of the control price, below {price_ratio}.
-- excludes: 没有最高投标限价; 服务类招标
WITH won AS (
    SELECT b.id, b.tender_id, CAST(b.price_fen AS DOUBLE) / NULLIF(CAST(t.control_price_fen AS DOUBLE), 0e0) AS share
    FROM bid b JOIN tender t ON t.id = b.tender_id
    WHERE b.is_winner = 1 AND b.price_fen > 0 AND t.control_price_fen > 0
        AND t.procurement_category IN ('works', 'goods', 'epc') AND b.lot_id IS NULL
)
SELECT 'tender:' || w.tender_id AS subject, '' AS part, 1e0 - w.share AS score, w.share AS f_price_ratio,
    'bid' AS ev_table, w.id AS ev_key, p.person_id AS person_id, p.role AS person_role
FROM won w LEFT JOIN act p ON p.matter_id = w.tender_id AND p.role = 'approved' AND p.is_refused = 0
WHERE w.share < $price_ratio - 1e-9
