-- code: M-H04
-- title: 反复发生 | Repeat hazard
-- domain: town
-- severity: orange
-- risk_point: 治标不治本
-- stage: rectification
-- evidences: 整改走过场
-- source: 目录 T4
-- subject: hazard
-- rows: population
-- param: repeats_min = @indicator.m_h04.repeats_min [2..10]
-- param: window_days = @indicator.m_h04.window_days [7..365]
-- explain: 同一点位同类隐患{window_days}日内发生{f_repeats}次（线{repeats_min}次）。
-- explain_en: The same kind of hazard arose {f_repeats} times at one point within {window_days} days (line {repeats_min}).
-- excludes: 点位不同; 类型不同
-- assumes: 点位已填写
WITH seen AS (
    SELECT h.id, h.point_norm, h.kind, h.found_day, h.responsible_person_id FROM hazard h
    WHERE h.point_norm <> '' AND h.found_day IS NOT NULL
), last AS (
    SELECT b.id, b.point_norm, b.kind, b.found_day, COUNT(*) AS repeats FROM seen b
    JOIN seen a ON a.point_norm = b.point_norm AND a.kind = b.kind AND a.found_day BETWEEN b.found_day - $window_days AND b.found_day
    GROUP BY b.id, b.point_norm, b.kind, b.found_day
), best AS (
    SELECT l.id, l.point_norm, l.kind, l.found_day, l.repeats,
        ROW_NUMBER() OVER (PARTITION BY l.point_norm, l.kind ORDER BY l.repeats DESC, l.found_day DESC, l.id) AS place
    FROM last l WHERE l.repeats >= $repeats_min
)
SELECT 'hazard:' || b.id AS subject, '' AS part, b.repeats AS score, b.repeats AS f_repeats, 'hazard' AS ev_table, s.id AS ev_key,
    s.responsible_person_id AS person_id, 'held' AS person_role
FROM best b JOIN seen s ON s.point_norm = b.point_norm AND s.kind = b.kind AND s.found_day BETWEEN b.found_day - $window_days AND b.found_day
WHERE b.place = 1
