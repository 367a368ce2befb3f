-- code: M-T33
-- title: 跨行业中标 | Heterogeneous supplier
-- domain: works
-- severity: blue
-- risk_point: 中标单位不具备专业能力
-- stage: tendering
-- evidences: 空壳公司或挂靠
-- source: OCP R048; 箱线栅栏法（Cardinal）
-- subject: enterprise
-- rows: population
-- param: awards_min = @indicator.m_t33.awards_min [2..200]
-- param: tukey = @stats.tukey_multiplier [0.5..5]
-- param: min_sample = @stats.min_sample [4..1000]
-- explain: 该单位中标{f_awards}次，涉及{f_kinds}个类别，不低于{f_sample}家同类单位的上栅栏{f_fence}（中标不少于{awards_min}次，四分位距的{tukey}倍，样本不少于{min_sample}家）。
-- explain_en: This firm won {f_awards} times in {f_kinds} categories, not below the upper fence {f_fence} of {f_sample} firms (at least {awards_min} awards each, {tukey} quartile ranges, at least {min_sample} firms).
-- excludes: 未中标的投标; 类别未登记
-- assumes: 类别以项目分类编码为准，没有编码的以采购类别为准
WITH won AS (
    SELECT b.id, b.enterprise_id, CASE WHEN t.category_code <> '' THEN t.category_code ELSE t.procurement_category END AS kind
    FROM bid b JOIN tender t ON t.id = b.tender_id WHERE b.is_winner = 1 AND b.enterprise_id IS NOT NULL
), known AS (
    SELECT w.id, w.enterprise_id, w.kind FROM won w WHERE w.kind <> ''
), tally AS (
    SELECT k.enterprise_id, COUNT(*) AS awards, COUNT(DISTINCT k.kind) AS kinds FROM known k
    GROUP BY k.enterprise_id HAVING COUNT(*) >= $awards_min
), placed AS (
    SELECT c.enterprise_id, c.awards, c.kinds, ROW_NUMBER() OVER (ORDER BY c.kinds, c.enterprise_id) AS place,
        COUNT(*) OVER () AS sample
    FROM tally c
), line AS (
    SELECT CAST(MIN(CASE WHEN p.place * 4 >= p.sample THEN p.kinds END) AS DOUBLE) AS q1,
        CAST(MIN(CASE WHEN p.place * 4 >= p.sample * 3 THEN p.kinds END) AS DOUBLE) AS q3
    FROM placed p
), hit AS (
    SELECT p.enterprise_id, p.awards, p.kinds, p.sample, l.q3 + $tukey * (l.q3 - l.q1) AS fence
    FROM placed p CROSS JOIN line l
    WHERE p.sample >= $min_sample AND CAST(p.kinds AS DOUBLE) > l.q3 + 1e-9
        AND CAST(p.kinds AS DOUBLE) >= l.q3 + $tukey * (l.q3 - l.q1) - 1e-9
)
SELECT 'enterprise:' || h.enterprise_id AS subject, '' AS part, h.kinds AS score, h.awards AS f_awards, h.kinds AS f_kinds,
    h.fence AS f_fence, h.sample AS f_sample, 'bid' AS ev_table, k.id AS ev_key,
    CAST(NULL AS VARCHAR) AS person_id, '' AS person_role
FROM hit h JOIN known k ON k.enterprise_id = h.enterprise_id
