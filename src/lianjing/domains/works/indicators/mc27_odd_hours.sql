-- code: M-C27
-- title: 异常时点操作 | Odd-time or burst approvals
-- domain: works
-- severity: yellow
-- risk_point: 走过场审批、账号共用
-- stage: implementation
-- evidences: 突击审批、他人代批
-- source: 监督模型库 M-C27（时段和笔数为建议值）
-- subject: person
-- rows: population
-- param: night_from_clock = @indicator.m_c27.night_from [0..1440]
-- param: night_to_clock = @indicator.m_c27.night_to [0..1440]
-- param: burst_count = @indicator.m_c27.burst_count [3..100]
-- param: burst_minutes = @indicator.m_c27.burst_minutes [1..120]
-- explain: {f_act_day}：{night_from_clock}至{night_to_clock}之间审批{f_night}笔；{burst_minutes}分钟内连续审批{f_burst}笔（线{burst_count}笔）。
-- explain_en: On {f_act_day}: {f_night} approvals between {night_from_clock} and {night_to_clock}; {f_burst} in runs within {burst_minutes} minutes (line {burst_count}).
-- excludes: 系统定时动作和导入; 审核和录入
WITH given AS (
    SELECT a.id, a.person_id, a.recorded_at, a.recorded_day, ((a.recorded_at + 28800) // 60) % 1440 AS minute,
        ROW_NUMBER() OVER (PARTITION BY a.person_id ORDER BY a.recorded_at, a.id) AS place
    FROM act a WHERE a.role = 'approved' AND a.duty <> '' AND a.is_refused = 0 AND a.person_id IS NOT NULL
        AND a.channel NOT IN ('timer', 'import')
), run AS (
    SELECT f.person_id, f.place AS from_place, l.place AS to_place FROM given f JOIN given l ON l.person_id = f.person_id
        AND l.place = f.place + $burst_count - 1
    WHERE l.recorded_at - f.recorded_at <= $burst_minutes * 60
), hit AS (
    SELECT g.id, g.person_id, g.recorded_day, CASE WHEN g.minute >= $night_from_clock OR g.minute < $night_to_clock THEN 1 ELSE 0 END AS is_night,
        CASE WHEN EXISTS (SELECT 1 AS one FROM run r WHERE r.person_id = g.person_id
            AND g.place BETWEEN r.from_place AND r.to_place) THEN 1 ELSE 0 END AS is_burst
    FROM given g
), day AS (
    SELECT h.person_id, h.recorded_day, CAST(SUM(h.is_night) AS BIGINT) AS night, CAST(SUM(h.is_burst) AS BIGINT) AS burst
    FROM hit h GROUP BY h.person_id, h.recorded_day
)
SELECT 'person:' || d.person_id AS subject, 'day:' || CAST(d.recorded_day AS VARCHAR) AS part, d.night + d.burst AS score,
    d.recorded_day AS f_act_day, d.night AS f_night, d.burst AS f_burst, 'act' AS ev_table, h.id AS ev_key,
    d.person_id AS person_id, 'approved' AS person_role
FROM day d JOIN hit h ON h.person_id = d.person_id AND h.recorded_day = d.recorded_day AND (h.is_night = 1 OR h.is_burst = 1)
