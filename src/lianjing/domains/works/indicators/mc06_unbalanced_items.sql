-- code: M-C06
-- title: 不平衡报价变更 | Unbalanced items increased
-- domain: works
-- severity: orange
-- risk_point: 不平衡报价、变更获利
-- stage: implementation
-- evidences: 高价子目增量、低价子目减量
-- source: 园区工程变更管理办法 第十一条; OCP R017、R065、R066
-- subject: contract
-- rows: population
-- param: high_ratio = @indicator.m_c06.high_price_ratio [1.05..3]
-- param: low_ratio = @indicator.m_c06.low_price_ratio [0.1..0.95]
-- param: bidders_min = @works.tender.min_bidders [2..10]
-- explain: {f_items}个子目的中标单价偏离同标中位价（高于{high_ratio}且增量，或低于{low_ratio}且减量；每个子目至少{bidders_min}家报价），涉及变更{f_amount_fen}。
-- explain_en: {f_items} items are priced off the median of the same tender (above {high_ratio} and increased, below {low_ratio} and decreased; at least {bidders_min} prices), changes of {f_amount_fen}.
-- excludes: 暂估价子目; 未批准的变更
-- assumes: 投标清单和变更清单使用同一项目编码
WITH priced AS (
    SELECT b.tender_id, i.bid_id, i.item_code, i.unit_price_fen, ROW_NUMBER() OVER (PARTITION BY b.tender_id, i.item_code ORDER BY i.unit_price_fen, i.id) AS place,
        COUNT(*) OVER (PARTITION BY b.tender_id, i.item_code) AS prices
    FROM bid_item i JOIN bid b ON b.id = i.bid_id
    WHERE i.is_provisional = 0 AND i.unit_price_fen > 0 AND i.item_code <> ''
), middle AS (
    SELECT p.tender_id, p.item_code, p.unit_price_fen AS median FROM priced p
    WHERE p.prices >= $bidders_min AND (p.place * 2 = p.prices OR p.place * 2 = p.prices + 1)
), off AS (
    SELECT k.id AS contract_id, p.item_code, CAST(p.unit_price_fen AS DOUBLE) / NULLIF(CAST(m.median AS DOUBLE), 0e0) AS ratio
    FROM contract k JOIN award a ON a.id = k.award_id JOIN priced p ON p.bid_id = a.bid_id
    JOIN middle m ON m.tender_id = p.tender_id AND m.item_code = p.item_code
), hit AS (
    SELECT o.contract_id, o.item_code, c.id AS change_id, i.id AS item_id, i.amount_fen
    FROM off o JOIN change_order c ON c.contract_id = o.contract_id AND c.status = 'approved'
    JOIN change_item i ON i.change_order_id = c.id AND i.item_code = o.item_code
    WHERE (o.ratio > $high_ratio + 1e-9 AND i.quantity_delta > 0e0) OR (o.ratio < $low_ratio - 1e-9 AND i.quantity_delta < 0e0)
), total AS (
    SELECT h.contract_id, COUNT(DISTINCT h.item_code) AS items, CAST(SUM(ABS(h.amount_fen)) AS BIGINT) AS amount FROM hit h
    GROUP BY h.contract_id
)
SELECT 'contract:' || h.contract_id AS subject, '' AS part, t.items AS score, t.items AS f_items, t.amount AS f_amount_fen,
    'change_item' AS ev_table, h.item_id AS ev_key, w.person_id AS person_id, w.role AS person_role
FROM hit h JOIN total t ON t.contract_id = h.contract_id
LEFT JOIN act w ON w.matter_id = h.change_id AND w.role IN ('entered', 'approved') AND w.is_refused = 0
