-- code: M-S03
-- title: 长期无方案 | No plan in 3 working days
-- domain: services
-- severity: orange
-- risk_point: 长期问题久拖不决
-- stage: service
-- evidences: 不作为、慢作为
-- source: 长期问题三个工作日内出方案（目录 S4）
-- subject: ticket
-- rows: ticket(id), calendar(all)
-- param: limit_working_days = @service.long_plan_working_days [1..30]
-- explain: 长期问题提出后{f_working_days}个工作日才有或仍无方案（期限{limit_working_days}个工作日）。
-- explain_en: A long-term question had no plan for {f_working_days} working days (limit {limit_working_days}).
-- excludes: 期限内已出方案; 重复件和撤回件
-- assumes: 方案日已登记
WITH plan AS (
    SELECT t.id, t.handler_person_id, e.working_no - b.working_no AS days
    FROM ticket t JOIN calendar b ON b.day = t.raised_day JOIN calendar e ON e.day = COALESCE(t.plan_day, $today)
    WHERE t.class = 'long_term' AND t.close_reason NOT IN ('duplicate', 'withdrawn')
)
SELECT 'ticket:' || p.id AS subject, '' AS part, p.days AS score, p.days AS f_working_days, 'ticket' AS ev_table,
    p.id AS ev_key, p.handler_person_id AS person_id, 'held' AS person_role
FROM plan p WHERE p.days > $limit_working_days
