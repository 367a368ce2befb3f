-- code: M-S02
-- title: 3日未办 | Complex ticket late
-- domain: services
-- severity: yellow
-- risk_point: 企业诉求不及时办理
-- stage: service
-- evidences: 不作为、慢作为
-- source: 复杂问题三日办结（目录 S3）
-- subject: ticket
-- rows: ticket(id)
-- param: limit_days = @service.complex_days [1..30]
-- explain: 复杂问题提出后{f_hours}小时才办结或至今未办结（期限{limit_days}日）。
-- explain_en: A complex question took {f_hours} hours, or is open since (limit {limit_days} days).
-- excludes: 期限内办结; 重复件和撤回件
-- assumes: 提出和办结时间由系统记录
WITH age AS (
    SELECT t.id, t.handler_person_id, COALESCE(t.closed_at, $today * 86400) - t.raised_at AS seconds FROM ticket t
    WHERE t.class = 'complex' AND t.raised_at IS NOT NULL AND t.close_reason NOT IN ('duplicate', 'withdrawn')
)
SELECT 'ticket:' || a.id AS subject, '' AS part, CAST(a.seconds AS DOUBLE) / 86400e0 AS score, a.seconds // 3600 AS f_hours,
    'ticket' AS ev_table, a.id AS ev_key, a.handler_person_id AS person_id, 'held' AS person_role
FROM age a WHERE a.seconds > $limit_days * 86400
