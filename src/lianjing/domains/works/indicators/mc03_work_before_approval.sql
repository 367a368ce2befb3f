-- code: M-C03
-- title: 先做后批 | Work before approval
-- domain: works
-- severity: orange
-- risk_point: 变更既成事实
-- stage: implementation
-- evidences: 未批先变
-- source: 园区工程变更管理办法
-- subject: change_order
-- rows: change_order(id), act(matter_id)
-- param: grace_days = 0 [0..15]
-- explain: 变更于{f_started_day}实施，{f_approved_day}才获批准（未批准为“—”）。
-- explain_en: The change was carried out on {f_started_day} and approved on {f_approved_day} only.
-- excludes: 应急变更; 尚未实施的变更
SELECT 'change_order:' || c.id AS subject, '' AS part, COALESCE(c.approved_day, $today) - c.work_started_day AS score,
    c.work_started_day AS f_started_day, c.approved_day AS f_approved_day, 'change_order' AS ev_table, c.id AS ev_key,
    p.person_id AS person_id, p.role AS person_role
FROM change_order c LEFT JOIN act p ON p.matter_id = c.id AND p.role IN ('entered', 'approved') AND p.is_refused = 0
WHERE c.is_emergency = 0 AND c.work_started_day IS NOT NULL AND c.status IN ('proposed', 'in_review', 'approved')
    AND c.work_started_day < COALESCE(c.approved_day, $today) - $grace_days
