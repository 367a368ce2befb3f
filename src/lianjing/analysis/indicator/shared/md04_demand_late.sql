-- code: M-D04
-- title: 诉求久拖 | Citizen demand late
-- domain: town
-- severity: orange
-- risk_point: 群众利益受损
-- stage: demand
-- evidences: 漠视群众诉求
-- source: 信访工作条例 第二十二条、第三十四条
-- subject: demand
-- rows: demand(id)
-- param: answer_days = @demand.register_days [1..60]
-- param: finish_days = @demand.finish_days [15..180]
-- param: extension_days = @demand.extension_days [0..60]
-- explain: 诉求提出{f_days}日，未答复（{f_unanswered}，期限{answer_days}日）或未办结（{f_open}，期限{finish_days}日，批准延期另加{extension_days}日）。
-- explain_en: The demand is {f_days} days old, unanswered ({f_unanswered}, limit {answer_days}) or open ({f_open}, limit {finish_days}, {extension_days} more with leave).
-- excludes: 期限内答复和办结; 批准延期且未满
-- assumes: 提出、答复、办结日已登记
WITH aged AS (
    SELECT d.id, d.handler_person_id, COALESCE(d.closed_day, $today) - d.raised_day AS days,
        CASE WHEN COALESCE(d.answered_day, d.closed_day, $today) - d.raised_day > $answer_days THEN 1 ELSE 0 END AS unanswered,
        CASE WHEN COALESCE(d.closed_day, $today) - d.raised_day > $finish_days
            + CASE WHEN d.extended_day IS NULL THEN 0 ELSE $extension_days END THEN 1 ELSE 0 END AS is_open
    FROM demand d WHERE d.raised_day IS NOT NULL
)
SELECT 'demand:' || a.id AS subject, '' AS part, a.days AS score, a.days AS f_days, a.unanswered AS f_unanswered,
    a.is_open AS f_open, 'demand' AS ev_table, a.id AS ev_key, a.handler_person_id AS person_id, 'held' AS person_role
FROM aged a WHERE a.unanswered = 1 OR a.is_open = 1
