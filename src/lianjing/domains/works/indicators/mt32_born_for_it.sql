-- code: M-T32
-- title: 为特定项目而生 | Company born for a project
-- domain: works
-- severity: orange
-- risk_point: 空壳公司投标
-- stage: tendering
-- evidences: 空壳公司、借壳投标
-- source: OCP R042、R045; 山东公共资源交易监督模型
-- subject: enterprise
-- rows: bid(enterprise_id), enterprise(id), tender(id)
-- param: age_days = @indicator.m_t32.age_days [30..730]
-- param: tenders_max = 1 [1..3]
-- explain: 该单位于{f_registered_day}成立，{f_days}日后所投的招标发布（不足{age_days}日），至今只投过{f_tenders}次（不多于{tenders_max}次）。
-- explain_en: This firm was registered on {f_registered_day}, {f_days} days before the tender was published (fewer than {age_days}), and has bid {f_tenders} times so far (at most {tenders_max}).
-- excludes: 已撤回的投标; 成立日期未登记
-- assumes: 经营范围变更日期不在登记名单内，只看成立日期
WITH offer AS (
    SELECT b.id, b.enterprise_id, b.tender_id FROM bid b WHERE b.enterprise_id IS NOT NULL AND b.status <> 'withdrawn'
), tally AS (
    SELECT o.enterprise_id, COUNT(DISTINCT o.tender_id) AS tenders FROM offer o GROUP BY o.enterprise_id
    HAVING COUNT(DISTINCT o.tender_id) <= $tenders_max
), hit AS (
    SELECT o.id, o.enterprise_id, o.tender_id, c.tenders, e.registered_day,
        COALESCE(t.published_day, t.issued_day) - e.registered_day AS age
    FROM offer o JOIN tally c ON c.enterprise_id = o.enterprise_id
    JOIN enterprise e ON e.id = o.enterprise_id JOIN tender t ON t.id = o.tender_id
    WHERE COALESCE(t.published_day, t.issued_day) - e.registered_day < $age_days
), shown AS (
    SELECT h.enterprise_id, h.tender_id, h.tenders, h.registered_day, h.age, 'bid' AS ev_table, h.id AS ev_key FROM hit h
    UNION ALL
    SELECT h.enterprise_id, h.tender_id, h.tenders, h.registered_day, h.age, 'enterprise' AS ev_table, h.enterprise_id AS ev_key
    FROM hit h
)
SELECT 'enterprise:' || s.enterprise_id AS subject, 'tender:' || s.tender_id AS part, $age_days - s.age AS score,
    s.age AS f_days, s.registered_day AS f_registered_day, s.tenders AS f_tenders, s.ev_table AS ev_table,
    s.ev_key AS ev_key, CAST(NULL AS VARCHAR) AS person_id, '' AS person_role
FROM shown s
