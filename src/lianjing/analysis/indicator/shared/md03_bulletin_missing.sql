-- code: M-D03
-- title: 通报缺期 | Bulletin missing
-- domain: town
-- severity: blue
-- risk_point: 督查机制空转
-- stage: supervision
-- evidences: 机制空转
-- source: 每月通报不少于两期（目录 T14）
-- subject: unit
-- rows: population
-- param: per_month = @town.bulletins_per_month [1..8]
-- explain: {f_month_day}当月只发通报{f_bulletins}期（应{per_month}期）。
-- explain_en: Only {f_bulletins} bulletins were issued in the month of {f_month_day} ({per_month} required).
-- excludes: 当月尚未结束; 单位首期通报之前的月份
-- assumes: 通报登记所属月份
WITH split AS (
    SELECT c.day, c.day + 719468 - ((c.day + 719468) // 146097) * 146097 AS doe FROM calendar c
), year_day AS (
    SELECT s.day, s.doe, (s.doe - s.doe // 1460 + s.doe // 36524 - s.doe // 146096) // 365 AS yoe FROM split s
), month_day AS (
    SELECT y.day, y.doe - (365 * y.yoe + y.yoe // 4 - y.yoe // 100) AS doy FROM year_day y
), month_start AS (
    SELECT m.day, LEAD(m.day) OVER (ORDER BY m.day) AS next_day FROM month_day m
    WHERE m.doy - (153 * ((5 * m.doy + 2) // 153) + 2) // 5 + 1 = 1
), first_issue AS (
    SELECT b.unit_id, MIN(b.month_day) AS month_day, MIN(b.id) AS bulletin_id FROM bulletin b
    WHERE b.unit_id IS NOT NULL AND b.month_day IS NOT NULL GROUP BY b.unit_id
), issued AS (
    SELECT f.unit_id, f.bulletin_id, s.day, COUNT(b.id) AS bulletins
    FROM first_issue f JOIN month_start s ON s.day >= f.month_day AND s.next_day <= $today
    LEFT JOIN bulletin b ON b.unit_id = f.unit_id AND b.month_day = s.day
    GROUP BY f.unit_id, f.bulletin_id, s.day
)
SELECT 'unit:' || i.unit_id AS subject, 'month:' || CAST(i.day AS VARCHAR) AS part, $per_month - i.bulletins AS score,
    i.day AS f_month_day, i.bulletins AS f_bulletins, 'bulletin' AS ev_table, i.bulletin_id AS ev_key,
    CAST(NULL AS VARCHAR) AS person_id, '' AS person_role
FROM issued i WHERE i.bulletins < $per_month
