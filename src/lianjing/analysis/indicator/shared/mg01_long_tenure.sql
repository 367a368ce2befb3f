-- code: M-G01
-- title: 超期任职 | Post held too long
-- domain: runtime
-- severity: yellow
-- risk_point: 重点岗位长期不轮换
-- stage: supervision
-- evidences: 权力固化
-- source: 目录 X2（重点岗位轮岗）
-- subject: person
-- rows: population
-- param: rotation_years = @conduct.rotation_years [1..15]
-- explain: 在同一高风险岗位累计任职{f_days}日（上限{rotation_years}年）。
-- explain_en: The same high-risk post was held for {f_days} days in all (at most {rotation_years} years).
-- excludes: 已离任; 非高风险岗位
-- assumes: 任职起止日已登记; 上线前的任职已补录
WITH held AS (
    SELECT a.person_id, a.post_id, CAST(SUM(CASE WHEN a.to_day IS NULL OR a.to_day > $today THEN $today ELSE a.to_day END - a.from_day) AS BIGINT) AS days,
        MAX(CASE WHEN a.to_day IS NULL OR a.to_day >= $today THEN 1 ELSE 0 END) AS is_now
    FROM appointment a JOIN post p ON p.id = a.post_id
    WHERE p.risk_level = 'high' AND a.from_day <= $today GROUP BY a.person_id, a.post_id
)
SELECT 'person:' || h.person_id AS subject, 'post:' || h.post_id AS part, CAST(h.days AS DOUBLE) / 365.25e0 AS score,
    h.days AS f_days, 'appointment' AS ev_table, a.id AS ev_key, h.person_id AS person_id, 'held' AS person_role
FROM held h JOIN appointment a ON a.person_id = h.person_id AND a.post_id = h.post_id
WHERE h.is_now = 1 AND h.days > $rotation_years * 1461 // 4
