-- code: M-S04
-- title: 改级躲时限 | Re-classed to dodge the clock
-- domain: services
-- severity: orange
-- risk_point: 以改级规避时限
-- stage: service
-- evidences: 弄虚作假
-- source: 目录 S5（改级须有理由）
-- subject: ticket
-- rows: ticket(id), ticket_class_change(ticket_id)
-- param: window_hours = @indicator.m_s04.window_hours [1..48]
-- explain: 到期前{f_minutes}分钟（负数为到期后）把类别改高而没有理由（观察期{window_hours}小时）。
-- explain_en: Re-classed upward {f_minutes} minutes before it was due (negative: after), without a reason (watched: {window_hours} hours).
-- excludes: 写明理由的改级; 改低的改级
-- assumes: 改级前的到期时间已保存
WITH graded AS (
    SELECT c.id, c.ticket_id, c.person_id, c.due_before_at - c.changed_at AS left_seconds,
        CASE c.from_class WHEN 'general' THEN 1 WHEN 'complex' THEN 2 ELSE 3 END AS was,
        CASE c.to_class WHEN 'general' THEN 1 WHEN 'complex' THEN 2 ELSE 3 END AS becomes
    FROM ticket_class_change c WHERE c.reason = '' AND c.due_before_at IS NOT NULL AND c.changed_at IS NOT NULL
)
SELECT 'ticket:' || g.ticket_id AS subject, 'ticket_class_change:' || g.id AS part, 1 AS score, g.left_seconds // 60 AS f_minutes,
    'ticket_class_change' AS ev_table, g.id AS ev_key, g.person_id AS person_id, 'entered' AS person_role
FROM graded g WHERE g.becomes > g.was AND g.left_seconds <= $window_hours * 3600
