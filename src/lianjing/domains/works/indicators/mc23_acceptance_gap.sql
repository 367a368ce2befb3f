-- code: M-C23
-- title: 验收闭环缺失 | Acceptance gaps
-- domain: works
-- severity: orange
-- risk_point: 未验先用、未验先结
-- stage: implementation
-- evidences: 未经验收交付使用
-- source: 建设工程质量管理条例 第十六条、第四十九条
-- subject: project
-- rows: project(id), acceptance(project_id), settlement(project_id), act(matter_id)
-- param: filing_days = @works.acceptance.filing_days [1..90]
-- explain: 已结算或已使用而没有验收合格（{f_missing}），或验收后{f_days}日未备案（期限{filing_days}日）。
-- explain_en: Settled or in use without a passed acceptance ({f_missing}), or not filed {f_days} days after it (limit {filing_days}).
-- excludes: 带缺陷通过视为通过; 在期限内备案
-- assumes: 使用日、验收日、备案日已登记
WITH passed AS (
    SELECT a.project_id, MIN(a.accepted_day) AS accepted_day, MIN(a.filed_day) AS filed_day FROM acceptance a
    WHERE a.result IN ('passed', 'passed_with_defects') AND a.accepted_day IS NOT NULL AND a.project_id IS NOT NULL
    GROUP BY a.project_id
), used AS (
    SELECT p.id AS project_id, 'project' AS ev_table, p.id AS ev_key, p.in_use_day AS day FROM project p
    WHERE p.in_use_day IS NOT NULL AND p.in_use_day <= $today
    UNION ALL SELECT s.project_id, 'settlement' AS ev_table, s.id AS ev_key, s.approved_day AS day FROM settlement s
    WHERE s.kind = 'settlement' AND s.approved_day IS NOT NULL AND s.project_id IS NOT NULL
), hit AS (
    SELECT u.project_id, 'acceptance' AS part, 1 AS missing, 0 AS days, u.ev_table, u.ev_key
    FROM used u LEFT JOIN passed a ON a.project_id = u.project_id
    WHERE a.project_id IS NULL OR a.accepted_day > u.day
    UNION ALL
    SELECT a.project_id, 'filing' AS part, 0 AS missing, COALESCE(a.filed_day, $today) - a.accepted_day AS days,
        'acceptance' AS ev_table, c.id AS ev_key
    FROM passed a JOIN acceptance c ON c.project_id = a.project_id AND c.accepted_day = a.accepted_day
    WHERE COALESCE(a.filed_day, $today) - a.accepted_day > $filing_days
)
SELECT 'project:' || h.project_id AS subject, h.part AS part, CASE WHEN h.missing = 1 THEN 1 ELSE h.days END AS score,
    h.missing AS f_missing, h.days AS f_days, h.ev_table AS ev_table, h.ev_key AS ev_key,
    w.person_id AS person_id, w.role AS person_role
FROM hit h LEFT JOIN act w ON w.matter_id = h.ev_key AND w.role = 'approved' AND w.is_refused = 0
