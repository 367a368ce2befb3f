-- code: M-T42
-- title: 代理机构倾向 | Agency bias
-- domain: works
-- severity: orange
-- risk_point: 代理机构与投标人固定往来
-- stage: tendering
-- evidences: 代理机构串通
-- source: 招标投标法实施条例 第十三条; 山东公共资源交易监督模型
-- subject: enterprise
-- rows: population
-- param: lift_min = @stats.lift_min [1..20]
-- param: joint_min = 3 [2..20]
-- param: min_sample = @stats.min_sample [4..1000]
-- param: direct_min = 1 [1..20]
-- explain: 该代理机构代理的招标{f_tenders}次：或由同一单位中标，为偶然的{f_multiple}倍（不少于{joint_min}次，不低于{lift_min}倍，样本{f_sample}次，不少于{min_sample}次）；或未经竞争选定（不少于{direct_min}次）。
-- explain_en: {f_tenders} tenders of this agency: either won by one firm, {f_multiple} times as often as by chance (at least {joint_min} and {lift_min} times, of {f_sample} awards, at least {min_sample}); or it was chosen without competition (from {direct_min} on).
-- excludes: 经比选或抽取选定的代理机构; 尚未定标的招标不计入提升度; 已终止的招标
-- assumes: 代理机构和选取方式已登记
WITH led AS (
    SELECT t.id, t.agency_enterprise_id AS agency, t.owner_unit_id, t.agency_selection FROM tender t
    WHERE t.agency_enterprise_id IS NOT NULL AND t.status NOT IN ('cancelled', 'withdrawn')
), won AS (
    SELECT b.id, b.enterprise_id, l.agency FROM bid b JOIN led l ON l.id = b.tender_id
    WHERE b.is_winner = 1 AND b.enterprise_id IS NOT NULL
), total AS (
    SELECT COUNT(*) AS awards FROM won w
), by_agency AS (
    SELECT w.agency, COUNT(*) AS awards FROM won w GROUP BY w.agency
), by_firm AS (
    SELECT w.enterprise_id, COUNT(*) AS awards FROM won w GROUP BY w.enterprise_id
), pair AS (
    SELECT w.agency, w.enterprise_id, COUNT(*) AS awards FROM won w GROUP BY w.agency, w.enterprise_id
), lifted AS (
    SELECT p.agency, p.enterprise_id, p.awards, t.awards AS sample, CAST(p.awards * t.awards AS DOUBLE)
        / NULLIF(CAST(a.awards * f.awards AS DOUBLE), 0e0) AS lift
    FROM pair p JOIN by_agency a ON a.agency = p.agency JOIN by_firm f ON f.enterprise_id = p.enterprise_id CROSS JOIN total t
), given AS (
    SELECT l.id, l.agency, 'unit:' || COALESCE(l.owner_unit_id, '') AS part FROM led l
    WHERE l.agency_selection IN ('direct', 'single_source')
), hit AS (
    SELECT l.agency, 'enterprise:' || l.enterprise_id AS part, l.lift AS score, l.awards AS tenders, l.lift AS multiple, l.sample
    FROM lifted l WHERE l.sample >= $min_sample AND l.awards >= $joint_min AND l.lift >= $lift_min - 1e-9
    UNION ALL
    SELECT g.agency, g.part, CAST(COUNT(*) AS DOUBLE) AS score, COUNT(*) AS tenders, CAST(NULL AS DOUBLE) AS multiple,
        CAST(NULL AS BIGINT) AS sample
    FROM given g GROUP BY g.agency, g.part HAVING COUNT(*) >= $direct_min
), shown AS (
    SELECT w.agency, 'enterprise:' || w.enterprise_id AS part, 'bid' AS ev_table, w.id AS ev_key FROM won w
    UNION ALL SELECT g.agency, g.part, 'tender' AS ev_table, g.id AS ev_key FROM given g
)
SELECT 'enterprise:' || h.agency AS subject, h.part AS part, h.score AS score, h.tenders AS f_tenders,
    h.multiple AS f_multiple, h.sample AS f_sample, s.ev_table AS ev_table, s.ev_key AS ev_key,
    CAST(NULL AS VARCHAR) AS person_id, '' AS person_role
FROM hit h JOIN shown s ON s.agency = h.agency AND s.part = h.part
