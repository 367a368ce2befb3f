-- code: M-S06
-- title: 暂停滥用 | Clock-stop abuse
-- domain: runtime
-- severity: yellow
-- risk_point: 以暂停计时规避时限
-- stage: service
-- evidences: 弄虚作假、拖延办理
-- source: 目录 S12（暂停计时须有据）
-- subject: matter
-- rows: matter(id), work_item(matter_id), clock_pause(work_item_id)
-- param: paused_ratio = @indicator.m_s06.paused_ratio [0.1..1]
-- param: pauses_max = @service.pauses_max [1..10]
-- explain: 暂停时间占办理时间{f_ratio}（线{paused_ratio}），同一理由暂停{f_repeats}次（最多{pauses_max}次）。
-- explain_en: The clock stood for {f_ratio} of the time (line {paused_ratio}); one reason was used {f_repeats} times (at most {pauses_max}).
-- excludes: 办理不足一日的事项; 不同理由各暂停一次
-- assumes: 暂停的起止由系统记录
WITH pause AS (
    SELECT p.id, w.matter_id, p.reason, p.person_id, COALESCE(p.to_at, $today * 86400) - p.from_at AS seconds
    FROM clock_pause p JOIN work_item w ON w.id = p.work_item_id
    WHERE w.matter_id IS NOT NULL AND p.from_at IS NOT NULL AND COALESCE(p.to_at, $today * 86400) > p.from_at
), repeated AS (
    SELECT p.matter_id, p.reason, COUNT(*) AS times FROM pause p GROUP BY p.matter_id, p.reason
), most AS (
    SELECT r.matter_id, MAX(r.times) AS times FROM repeated r GROUP BY r.matter_id
), total AS (
    SELECT p.matter_id, CAST(SUM(p.seconds) AS BIGINT) AS paused FROM pause p GROUP BY p.matter_id
), share AS (
    SELECT m.id, CAST(t.paused AS DOUBLE) / NULLIF(CAST((COALESCE(m.closed_day, $today) - m.opened_day) * 86400 AS DOUBLE), 0e0) AS ratio, o.times
    FROM matter m JOIN total t ON t.matter_id = m.id JOIN most o ON o.matter_id = m.id
    WHERE COALESCE(m.closed_day, $today) > m.opened_day
)
SELECT 'matter:' || s.id AS subject, '' AS part, s.ratio AS score, s.ratio AS f_ratio, s.times AS f_repeats,
    'clock_pause' AS ev_table, p.id AS ev_key, p.person_id AS person_id, 'entered' AS person_role
FROM share s JOIN pause p ON p.matter_id = s.id
WHERE s.ratio > $paused_ratio + 1e-9 OR s.times > $pauses_max
