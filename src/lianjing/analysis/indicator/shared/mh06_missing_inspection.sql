-- code: M-H06
-- title: 检查空白 | Missing inspection
-- domain: town
-- severity: yellow
-- risk_point: 检查缺位
-- stage: inspection
-- evidences: 不作为
-- source: 目录 T3（各领域每月检查）
-- subject: unit
-- rows: population
-- param: domains = @hazard.domains [1..12]
-- explain: {f_month_day}当月计划检查{f_planned}次而没有检查，或安排了{f_domains}个领域（应{domains}个）。
-- explain_en: In the month of {f_month_day} {f_planned} inspections were planned and none held, or only {f_domains} areas were planned ({domains} required).
-- excludes: 当月尚未结束; 当月已有检查
-- assumes: 检查计划按月分领域登记; 检查按类型计
WITH split AS (
    SELECT c.day, c.day + 719468 - ((c.day + 719468) // 146097) * 146097 AS doe FROM calendar c
), year_day AS (
    SELECT s.day, s.doe, (s.doe - s.doe // 1460 + s.doe // 36524 - s.doe // 146096) // 365 AS yoe FROM split s
), month_day AS (
    SELECT y.day, y.doe - (365 * y.yoe + y.yoe // 4 - y.yoe // 100) AS doy FROM year_day y
), month_start AS (
    SELECT m.day, LEAD(m.day) OVER (ORDER BY m.day) AS next_day FROM month_day m
    WHERE m.doy - (153 * ((5 * m.doy + 2) // 153) + 2) // 5 + 1 = 1
), cell AS (
    SELECT p.unit_id, p.month_day, MIN(p.id) AS plan_id, CAST(SUM(p.planned_count) AS BIGINT) AS planned,
        COUNT(DISTINCT p.inspection_domain) AS domains, MIN(s.next_day) AS next_day
    FROM inspection_plan p JOIN month_start s ON s.day = p.month_day
    WHERE p.kind = 'hazard' AND p.planned_count > 0 AND p.unit_id IS NOT NULL AND s.next_day <= $today
    GROUP BY p.unit_id, p.month_day
), hit AS (
    SELECT c.unit_id, c.month_day, c.planned, c.domains, c.plan_id FROM cell c
    WHERE c.domains < $domains OR NOT EXISTS (SELECT 1 AS one FROM inspection i WHERE i.kind = 'hazard'
        AND i.inspected_day >= c.month_day AND i.inspected_day < c.next_day)
)
SELECT 'unit:' || h.unit_id AS subject, 'month:' || CAST(h.month_day AS VARCHAR) AS part, 1 AS score, h.month_day AS f_month_day,
    h.planned AS f_planned, h.domains AS f_domains, 'inspection_plan' AS ev_table, h.plan_id AS ev_key,
    CAST(NULL AS VARCHAR) AS person_id, '' AS person_role
FROM hit h
