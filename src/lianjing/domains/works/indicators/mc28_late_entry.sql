-- code: M-C28
-- title: 补录滞后 | Late entry
-- domain: works
-- severity: yellow
-- risk_point: 事后补造痕迹
-- stage: implementation
-- evidences: 事后补录、编造过程
-- source: 目录 C9（三个工作日内登记）
-- subject: matter
-- rows: act(matter_id), calendar(all)
-- param: lag_working_days = @indicator.m_c28.lag_working_days [0..30]
-- explain: {f_acts}个动作在发生后超过{lag_working_days}个工作日才登记，最长{f_days}个工作日。
-- explain_en: {f_acts} acts were entered more than {lag_working_days} working days after they happened, {f_days} at most.
-- excludes: 系统导入; 未写明发生日的动作
-- assumes: 补录时写明实际发生时间
WITH lag AS (
    SELECT a.id, a.matter_id, a.person_id, r.working_no - h.working_no AS days
    FROM act a JOIN calendar h ON h.day = a.happened_day JOIN calendar r ON r.day = a.recorded_day
    WHERE a.happened_day IS NOT NULL AND a.matter_id IS NOT NULL AND a.is_refused = 0 AND a.channel <> 'import'
), hit AS (
    SELECT l.matter_id, COUNT(*) AS acts, MAX(l.days) AS days FROM lag l WHERE l.days > $lag_working_days GROUP BY l.matter_id
)
SELECT 'matter:' || h.matter_id AS subject, '' AS part, h.days AS score, h.acts AS f_acts, h.days AS f_days,
    'act' AS ev_table, l.id AS ev_key, l.person_id AS person_id, 'entered' AS person_role
FROM hit h JOIN lag l ON l.matter_id = h.matter_id AND l.days > $lag_working_days
