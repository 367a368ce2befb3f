-- code: M-D01
-- title: 交办逾期 | Action item late
-- domain: runtime
-- severity: yellow
-- risk_point: 交办事项不落实
-- stage: rectification
-- evidences: 不作为、慢作为
-- source: 目录 T6（交办事项限期办结）
-- subject: undertaking
-- rows: undertaking(id)
-- explain: 交办事项应于{f_due_day}办结，已逾期{f_days}日，催办{f_urged}次。
-- explain_en: The item was due on {f_due_day} and is {f_days} days late; urged {f_urged} times.
-- excludes: 已销号; 今日到期
-- assumes: 期限和责任人已登记
SELECT 'undertaking:' || u.id AS subject, '' AS part, $today - u.due_day AS score, u.due_day AS f_due_day,
    $today - u.due_day AS f_days, COALESCE(u.urge_count, 0) AS f_urged, 'undertaking' AS ev_table, u.id AS ev_key,
    u.owner_person_id AS person_id, 'held' AS person_role
FROM undertaking u WHERE u.due_day < $today AND u.closed_day IS NULL AND u.list_state <> 'closed'
