-- code: M-T18
-- version: 2
-- title: 清单单价规律 | Unit-price pattern
-- domain: works
-- severity: orange
-- risk_point: 协同报价
-- stage: tendering
-- evidences: 串通投标
-- source: 招标投标法实施条例 第四十条第四项; OCP R023
-- subject: tender
-- rows: bid_similarity(tender_id), bid(tender_id), act(matter_id)
-- param: correlation_min = @indicator.m_t18.correlation_min [0.9..1]
-- param: items_min = 5 [3..200]
-- param: ratio_items_min = 3 [3..200]
-- explain: 两份投标的{f_items}项综合单价成规律（相关系数{f_correlation}，固定比例{f_multiple}）。
-- explain_en: Unit prices of two bids follow one pattern over {f_items} items (correlation {f_correlation}, constant ratio {f_multiple}).
-- excludes: 综合单价逐项完全相等且均为招标人给定的暂估价
-- assumes: 投标清单已解析
SELECT 'tender:' || s.tender_id AS subject, s.bid_a_id || '-' || s.bid_b_id AS part,
    COALESCE(s.price_correlation, 1e0) AS score, s.compared_item_count AS f_items,
    s.price_correlation AS f_correlation, s.constant_ratio AS f_multiple,
    'bid' AS ev_table, b.id AS ev_key, p.person_id AS person_id, p.role AS person_role
FROM bid_similarity s JOIN bid b ON b.id IN (s.bid_a_id, s.bid_b_id)
LEFT JOIN act p ON p.matter_id = s.tender_id AND p.role = 'approved' AND p.is_refused = 0
WHERE (s.constant_ratio IS NOT NULL AND s.compared_item_count >= $ratio_items_min)
    OR (s.price_correlation >= $correlation_min AND s.compared_item_count >= $items_min)
