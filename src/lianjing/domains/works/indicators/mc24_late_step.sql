-- code: M-C24
-- version: 2
-- title: 堵点超时 | Bottleneck
-- domain: works
-- severity: yellow
-- risk_point: 拖延办理
-- stage: implementation
-- evidences: 不作为、慢作为
-- source: 园区资金管理办法 第五条; 目录 C10（逾期线为建议值）
-- subject: matter
-- rows: work_item(matter_id), matter(id)
-- param: late_hours = 240 [1..2400]
-- explain: 环节“{f_step}”超过期限{f_late_hours}小时才办结（或至今未办）。
-- explain_en: Step {f_step} was closed {f_late_hours} hours after its deadline, or is open since.
-- excludes: 期限内办结; 撤回的环节; 退回后由申请人补正的环节; 其他领域的事项（各有本领域的模型）
WITH late AS (
    SELECT w.id, w.matter_id, w.person_id, w.step_key,
        (COALESCE(w.closed_at, $today * 86400) - w.due_at) // 3600 AS hours
    FROM work_item w JOIN matter m ON m.id = w.matter_id
    WHERE m.domain = 'works' AND NOT (w.duty = 'apply' AND w.round > 1) AND w.due_at IS NOT NULL AND w.outcome IN ('', 'done', 'returned')
        AND COALESCE(w.closed_at, $today * 86400) - w.due_at >= $late_hours * 3600
)
SELECT 'matter:' || l.matter_id AS subject, 'work_item:' || l.id AS part, l.hours AS score, l.step_key AS f_step,
    l.hours AS f_late_hours, 'work_item' AS ev_table, l.id AS ev_key, l.person_id AS person_id, 'held' AS person_role
FROM late l
