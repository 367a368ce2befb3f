-- code: M-G03
-- title: 预警久悬 | Warning unhandled
-- domain: supervision
-- severity: orange
-- risk_point: 预警闭环断裂
-- stage: supervision
-- evidences: 该处置不处置
-- source: 目录 R10、R14（分办、签收、核查、反馈、复核时限）
-- subject: unit
-- rows: population
-- explain: 该单位有{f_findings}条预警超过本环节期限未办，最长逾期{f_days}日，其中红色{f_red}条。
-- explain_en: {f_findings} warnings wait at this unit beyond the due day of their step, {f_days} days at most, {f_red} of them red.
-- excludes: 已销号或模型停用的预警; 本模型自身的预警
-- assumes: 每个环节的期限由闭环按参数设定
WITH late AS (
    SELECT f.id, f.unit_id, f.person_id, f.severity, $today - f.due_day AS days FROM finding f
    JOIN indicator i ON i.id = f.indicator_id
    WHERE f.due_day < $today AND f.state NOT IN ('closed', 'stopped') AND f.unit_id IS NOT NULL AND i.code <> 'M-G03'
), total AS (
    SELECT l.unit_id, COUNT(*) AS findings, MAX(l.days) AS days,
        CAST(SUM(CASE WHEN l.severity = 'red' THEN 1 ELSE 0 END) AS BIGINT) AS red FROM late l GROUP BY l.unit_id
)
SELECT 'unit:' || t.unit_id AS subject, '' AS part, t.findings AS score, t.findings AS f_findings, t.days AS f_days,
    t.red AS f_red, 'finding' AS ev_table, l.id AS ev_key, l.person_id AS person_id, 'held' AS person_role
FROM total t JOIN late l ON l.unit_id = t.unit_id
