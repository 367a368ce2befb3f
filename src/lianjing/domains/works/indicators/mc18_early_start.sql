-- code: M-C18
-- title: 未许可先开工 | Start before the permit
-- domain: works
-- severity: red
-- risk_point: 无证开工
-- stage: implementation
-- evidences: 未取得施工许可擅自施工
-- source: 建筑法 第七条; 政府投资条例 第二十条
-- subject: project
-- rows: work_start(project_id), permit(project_id), act(matter_id)
-- param: grace_days = 0 [0..30]
-- explain: 工程于{f_start_day}开工，当日没有施工许可（许可日{f_permit_day}）。
-- explain_en: Works began on {f_start_day} without a construction permit on that day (permit of {f_permit_day}).
-- excludes: 开工前已取得许可
-- assumes: 施工许可已登记签发日
WITH first_permit AS (
    SELECT p.project_id, MIN(p.issued_day) AS day FROM permit p
    WHERE p.kind = 'construction' AND p.result = 'granted' AND p.issued_day IS NOT NULL GROUP BY p.project_id
), hit AS (
    SELECT s.id, s.project_id, s.start_day, f.day FROM work_start s
    LEFT JOIN first_permit f ON f.project_id = s.project_id
    WHERE s.start_day IS NOT NULL AND s.start_day < COALESCE(f.day, $today + 1) - $grace_days
)
SELECT 'project:' || h.project_id AS subject, 'work_start:' || h.id AS part, 1 AS score, h.start_day AS f_start_day,
    h.day AS f_permit_day, 'work_start' AS ev_table, h.id AS ev_key, p.person_id AS person_id, p.role AS person_role
FROM hit h LEFT JOIN act p ON p.matter_id = h.id AND p.role = 'approved' AND p.is_refused = 0
