-- code: M-C05
-- title: 低价中标高额变更 | Low bid, then change
-- domain: works
-- severity: red
-- risk_point: 低价中标、高额变更
-- stage: implementation
-- evidences: 恶意低价中标后变更获利
-- source: 园区工程变更管理办法 第十一条; OCP R054、R058、R069
-- subject: contract
-- rows: population
-- param: discount_percentile = @indicator.m_c05.discount_percentile [0.5..0.99]
-- param: change_percentile = @indicator.m_c05.change_percentile [0.5..0.99]
-- param: min_sample = @stats.min_sample [4..1000]
-- explain: 中标价比最高限价低{f_discount_ratio}，已批准变更占合同价{f_change_ratio}，均处于{f_sample}份合同的高分位（{discount_percentile}、{change_percentile}，样本不少于{min_sample}）。
-- explain_en: Won {f_discount_ratio} below the control price, then changed by {f_change_ratio}: both in the top of {f_sample} contracts (percentiles {discount_percentile}, {change_percentile}; at least {min_sample}).
-- excludes: 未经招标的合同; 没有增加投资的变更
-- assumes: 最高限价和变更金额已登记
WITH changed AS (
    SELECT c.contract_id, CAST(SUM(c.amount_fen) AS BIGINT) AS total FROM change_order c
    WHERE c.status = 'approved' AND c.amount_fen IS NOT NULL GROUP BY c.contract_id
), base AS (
    SELECT k.id, CAST(COALESCE(l.control_price_fen, t.control_price_fen) - a.amount_fen AS DOUBLE)
            / NULLIF(CAST(COALESCE(l.control_price_fen, t.control_price_fen) AS DOUBLE), 0e0) AS discount,
        CAST(COALESCE(c.total, 0) AS DOUBLE) / NULLIF(CAST(k.amount_fen AS DOUBLE), 0e0) AS rate
    FROM contract k JOIN award a ON a.id = k.award_id JOIN tender t ON t.id = a.tender_id
    LEFT JOIN lot l ON l.id = a.lot_id LEFT JOIN changed c ON c.contract_id = k.id
    WHERE k.amount_fen > 0 AND a.amount_fen > 0 AND COALESCE(l.control_price_fen, t.control_price_fen) > 0
), placed AS (
    SELECT b.id, b.discount, b.rate, ROW_NUMBER() OVER (ORDER BY b.discount, b.id) AS by_discount,
        ROW_NUMBER() OVER (ORDER BY b.rate, b.id) AS by_rate, COUNT(*) OVER () AS sample
    FROM base b
), ranked AS (
    SELECT p.id, p.discount, p.rate, p.sample, MAX(p.by_discount) OVER (PARTITION BY p.discount) AS under_discount,
        MAX(p.by_rate) OVER (PARTITION BY p.rate) AS under_rate
    FROM placed p
)
SELECT 'contract:' || r.id AS subject, '' AS part, r.rate AS score, r.discount AS f_discount_ratio, r.rate AS f_change_ratio,
    r.sample AS f_sample, 'change_order' AS ev_table, c.id AS ev_key, w.person_id AS person_id, w.role AS person_role
FROM ranked r JOIN change_order c ON c.contract_id = r.id AND c.status = 'approved'
LEFT JOIN act w ON w.matter_id = c.id AND w.role = 'approved' AND w.is_refused = 0
WHERE r.sample >= $min_sample AND r.rate > 0e0
    AND CAST(r.under_discount AS DOUBLE) >= $discount_percentile * CAST(r.sample AS DOUBLE) - 1e-9
    AND CAST(r.under_rate AS DOUBLE) >= $change_percentile * CAST(r.sample AS DOUBLE) - 1e-9
