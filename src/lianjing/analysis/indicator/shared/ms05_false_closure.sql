-- code: M-S05
-- title: 假办结 | False closure
-- domain: services
-- severity: orange
-- risk_point: 未解决即办结
-- stage: service
-- evidences: 形式主义、弄虚作假
-- source: 目录 S1（企业确认后办结）
-- subject: ticket
-- rows: ticket(id)
-- param: reopen_days = @indicator.m_s05.reopen_days [1..180]
-- explain: 办结而企业未确认（{f_unconfirmed}），或办结后{f_days}日内重开（观察期{reopen_days}日）。
-- explain_en: Closed without the firm's confirmation ({f_unconfirmed}), or opened again within {f_days} days (watched: {reopen_days}).
-- excludes: 监督员说明办结; 重复件和撤回件
-- assumes: 企业确认由企业本人操作
WITH closed AS (
    SELECT t.id, t.handler_person_id, CASE WHEN COALESCE(t.is_confirmed, 0) = 0 AND t.close_reason NOT IN ('reasoned', 'duplicate', 'withdrawn') THEN 1 ELSE 0 END AS unconfirmed,
        CASE WHEN t.reopened_at IS NOT NULL AND t.reopened_at >= t.closed_at AND t.reopened_at - t.closed_at <= $reopen_days * 86400
            THEN (t.reopened_at - t.closed_at) // 86400 END AS days
    FROM ticket t WHERE t.closed_at IS NOT NULL
)
SELECT 'ticket:' || c.id AS subject, '' AS part, 1 AS score, c.unconfirmed AS f_unconfirmed, c.days AS f_days,
    'ticket' AS ev_table, c.id AS ev_key, c.handler_person_id AS person_id, 'held' AS person_role
FROM closed c WHERE c.unconfirmed = 1 OR c.days IS NOT NULL
