-- code: M-T05
-- title: 招标期过短 | Short bid period
-- domain: works
-- severity: orange
-- risk_point: 压缩投标时间
-- stage: tendering
-- evidences: 限制、排斥投标人
-- source: 招标投标法 第二十四条; OCP R003
-- subject: tender
-- rows: tender(id), act(matter_id)
-- param: period_days = @works.tender.bid_period_days [5..60]
-- explain: 自发出招标文件至投标截止{f_days}日，不足{period_days}日。
-- explain_en: {f_days} days from issue of the documents to the deadline, fewer than {period_days}.
-- excludes: 非依法必须招标的项目; 终止的招标
-- assumes: 发出和截止时间已登记
SELECT 'tender:' || t.id AS subject, '' AS part, $period_days - (t.deadline_day - COALESCE(t.issued_day, t.published_day)) AS score,
    t.deadline_day - COALESCE(t.issued_day, t.published_day) AS f_days, 'tender' AS ev_table, t.id AS ev_key,
    p.person_id AS person_id, p.role AS person_role
FROM tender t LEFT JOIN act p ON p.matter_id = t.id AND p.role = 'approved' AND p.is_refused = 0
WHERE t.is_mandatory = 1 AND t.status IN ('active', 'complete', 'unsuccessful')
    AND t.deadline_day - COALESCE(t.issued_day, t.published_day) < $period_days
