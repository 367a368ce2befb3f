-- code: M-T40
-- title: 推荐入围固定圈 | Shortlist closed circle
-- domain: works
-- severity: orange
-- risk_point: 入围固定圈
-- stage: tendering
-- evidences: 排斥潜在投标人
-- source: 招标投标法实施条例 第三十二条; OCP R027
-- subject: unit
-- rows: population
-- param: shortlists_min = @indicator.m_t40.shortlists_min [2..20]
-- param: jaccard_min = @indicator.m_t40.jaccard_min [0.3..1]
-- explain: 该单位最近{f_tenders}次推荐入围名单两两重合度平均{f_share_ratio}（{shortlists_min}次，不低于{jaccard_min}），或有{f_missing}家申请人未入围而没有写明理由。
-- explain_en: The unit's last {f_tenders} shortlists overlap by {f_share_ratio} on average ({shortlists_min} of them, at least {jaccard_min}), or {f_missing} applicants were left out without a stated reason.
-- excludes: 随机抽取入围的申请人; 尚未作出结论的推荐
WITH picked AS (
    SELECT t.owner_unit_id, s.tender_id, s.enterprise_id, MIN(s.id) AS id, MIN(s.decided_day) AS decided_day
    FROM shortlist s JOIN tender t ON t.id = s.tender_id
    WHERE s.is_selected = 1 AND COALESCE(s.is_random_pick, 0) = 0 AND s.decided_day IS NOT NULL
        AND s.enterprise_id IS NOT NULL AND t.owner_unit_id IS NOT NULL
    GROUP BY t.owner_unit_id, s.tender_id, s.enterprise_id
), listed AS (
    SELECT p.owner_unit_id, p.tender_id, COUNT(*) AS firms,
        ROW_NUMBER() OVER (PARTITION BY p.owner_unit_id ORDER BY MIN(p.decided_day) DESC, p.tender_id DESC) AS place
    FROM picked p GROUP BY p.owner_unit_id, p.tender_id
), recent AS (
    SELECT l.owner_unit_id, l.tender_id, l.firms FROM listed l WHERE l.place <= $shortlists_min
), pair AS (
    SELECT a.owner_unit_id, a.tender_id AS one, b.tender_id AS other, a.firms + b.firms AS both_firms
    FROM recent a JOIN recent b ON b.owner_unit_id = a.owner_unit_id AND a.tender_id < b.tender_id
), common AS (
    SELECT r.owner_unit_id, r.one, r.other, COUNT(*) AS firms FROM pair r
    JOIN picked x ON x.tender_id = r.one JOIN picked y ON y.tender_id = r.other AND y.enterprise_id = x.enterprise_id
    GROUP BY r.owner_unit_id, r.one, r.other
), share AS (
    SELECT r.owner_unit_id, CAST(COALESCE(c.firms, 0) AS DOUBLE)
        / NULLIF(CAST(r.both_firms - COALESCE(c.firms, 0) AS DOUBLE), 0e0) AS jaccard
    FROM pair r LEFT JOIN common c ON c.one = r.one AND c.other = r.other
), circle AS (
    SELECT s.owner_unit_id, CAST(SUM(s.jaccard) AS DOUBLE) / NULLIF(CAST(COUNT(*) AS DOUBLE), 0e0) AS mean FROM share s
    GROUP BY s.owner_unit_id
), bare AS (
    SELECT t.owner_unit_id, s.tender_id, s.id FROM shortlist s JOIN tender t ON t.id = s.tender_id
    WHERE s.is_selected = 0 AND s.decided_day IS NOT NULL AND s.reason = '' AND t.owner_unit_id IS NOT NULL
), hit AS (
    SELECT c.owner_unit_id, '' AS part, c.mean AS score, COUNT(*) AS tenders, c.mean AS mean, CAST(NULL AS BIGINT) AS missing
    FROM circle c JOIN recent r ON r.owner_unit_id = c.owner_unit_id
    GROUP BY c.owner_unit_id, c.mean HAVING COUNT(*) >= $shortlists_min AND c.mean >= $jaccard_min - 1e-9
    UNION ALL
    SELECT b.owner_unit_id, 'tender:' || b.tender_id AS part, CAST(COUNT(*) AS DOUBLE) AS score,
        CAST(NULL AS BIGINT) AS tenders, CAST(NULL AS DOUBLE) AS mean, COUNT(*) AS missing
    FROM bare b GROUP BY b.owner_unit_id, b.tender_id
), shown AS (
    SELECT p.owner_unit_id, '' AS part, p.id AS ev_key FROM picked p JOIN recent r ON r.tender_id = p.tender_id
    UNION ALL SELECT b.owner_unit_id, 'tender:' || b.tender_id AS part, b.id AS ev_key FROM bare b
)
SELECT 'unit:' || h.owner_unit_id AS subject, h.part AS part, h.score AS score, h.tenders AS f_tenders,
    h.mean AS f_share_ratio, h.missing AS f_missing, 'shortlist' AS ev_table, s.ev_key AS ev_key,
    CAST(NULL AS VARCHAR) AS person_id, '' AS person_role
FROM hit h JOIN shown s ON s.owner_unit_id = h.owner_unit_id AND s.part = h.part
