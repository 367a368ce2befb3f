-- code: M-H01
-- title: 隐患逾期 | Hazard overdue
-- domain: town
-- severity: orange
-- risk_point: 隐患不整改
-- stage: rectification
-- evidences: 安全监管不力
-- source: 安全生产法 第四十一条
-- subject: hazard
-- rows: hazard(id)
-- param: acceptance_days = @hazard.major_acceptance_days [1..60]
-- explain: 隐患逾期{f_days}日未整改，或重大隐患整改后{f_waiting_days}日未验收（期限{acceptance_days}日）；重大隐患：{f_is_major}。
-- explain_en: The hazard is {f_days} days overdue, or, being major, waits {f_waiting_days} days for acceptance (limit {acceptance_days}); major: {f_is_major}.
-- excludes: 已销号; 未到期
-- assumes: 整改期限已登记; 重大隐患应按红色处置
WITH open AS (
    SELECT h.id, h.responsible_person_id, CASE WHEN h.grade = 'major' THEN 1 ELSE 0 END AS is_major,
        CASE WHEN h.fixed_day IS NULL AND h.due_day < $today THEN $today - h.due_day ELSE 0 END AS days,
        CASE WHEN h.grade = 'major' AND h.fixed_day IS NOT NULL AND $today - h.fixed_day > $acceptance_days THEN $today - h.fixed_day ELSE 0 END AS waiting
    FROM hazard h WHERE h.closed_day IS NULL AND h.status <> 'closed'
)
SELECT 'hazard:' || o.id AS subject, '' AS part, o.days + o.waiting AS score, o.days AS f_days, o.waiting AS f_waiting_days,
    o.is_major AS f_is_major, 'hazard' AS ev_table, o.id AS ev_key, o.responsible_person_id AS person_id, 'held' AS person_role
FROM open o WHERE o.days > 0 OR o.waiting > 0
