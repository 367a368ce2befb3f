-- code: M-T10
-- title: 低竞争度 | Low number of bidders
-- domain: works
-- severity: yellow
-- risk_point: 竞争不充分
-- stage: tendering
-- evidences: 限制或排斥潜在投标人
-- source: 招标投标法 第十八条; OCP R019
-- subject: unit
-- rows: population
-- param: tenders_min = 5 [2..50]
-- param: tukey = @stats.tukey_multiplier [0.5..5]
-- param: min_sample = @stats.min_sample [4..1000]
-- explain: 同一类别{f_tenders}次招标（不少于{tenders_min}次）平均{f_average}家投标，不高于同类单位下栅栏{f_fence}（四分位距的{tukey}倍，样本{f_sample}，不少于{min_sample}）。
-- explain_en: {f_tenders} tenders of one category (at least {tenders_min}) drew {f_average} bidders on average, not above the lower fence {f_fence} of like units ({tukey} quartile ranges, of {f_sample}, at least {min_sample}).
-- excludes: 直接发包和单一来源; 流标; 已撤回的投标
-- assumes: 按招标人和采购类别比较各次招标的投标家数，同一家投几份算一家
WITH counted AS (
    SELECT t.id, t.owner_unit_id, t.procurement_category, COUNT(DISTINCT b.enterprise_id) AS bidders
    FROM tender t JOIN bid b ON b.tender_id = t.id
    WHERE t.method NOT IN ('single_source', 'direct') AND t.status <> 'unsuccessful' AND b.status <> 'withdrawn'
        AND t.owner_unit_id IS NOT NULL AND t.procurement_category <> ''
    GROUP BY t.id, t.owner_unit_id, t.procurement_category
), rated AS (
    SELECT c.owner_unit_id, c.procurement_category, COUNT(*) AS tenders,
        CAST(SUM(c.bidders) AS DOUBLE) / NULLIF(CAST(COUNT(*) AS DOUBLE), 0e0) AS average
    FROM counted c GROUP BY c.owner_unit_id, c.procurement_category HAVING COUNT(*) >= $tenders_min
), placed AS (
    SELECT r.owner_unit_id, r.procurement_category, r.tenders, r.average,
        ROW_NUMBER() OVER (PARTITION BY r.procurement_category ORDER BY r.average, r.owner_unit_id) AS place,
        COUNT(*) OVER (PARTITION BY r.procurement_category) AS sample
    FROM rated r
), line AS (
    SELECT p.procurement_category, MIN(CASE WHEN p.place * 4 >= p.sample THEN p.average END) AS q1,
        MIN(CASE WHEN p.place * 4 >= p.sample * 3 THEN p.average END) AS q3
    FROM placed p GROUP BY p.procurement_category
), hit AS (
    SELECT p.owner_unit_id, p.procurement_category, p.tenders, p.average, p.sample, l.q1 - $tukey * (l.q3 - l.q1) AS fence
    FROM placed p JOIN line l ON l.procurement_category = p.procurement_category
    WHERE p.sample >= $min_sample AND p.average < l.q1 - 1e-9 AND p.average <= l.q1 - $tukey * (l.q3 - l.q1) + 1e-9
)
SELECT 'unit:' || h.owner_unit_id AS subject, h.procurement_category AS part, h.fence - h.average AS score, h.tenders AS f_tenders,
    h.average AS f_average, h.fence AS f_fence, h.sample AS f_sample, 'tender' AS ev_table, c.id AS ev_key,
    CAST(NULL AS VARCHAR) AS person_id, '' AS person_role
FROM hit h JOIN counted c ON c.owner_unit_id = h.owner_unit_id AND c.procurement_category = h.procurement_category
