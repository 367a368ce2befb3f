-- code: M-S08
-- title: 无1+1 | Missing pair
-- domain: services
-- severity: yellow
-- risk_point: 项目无人跟踪服务
-- stage: service
-- evidences: 服务责任悬空
-- source: “1+1”全程跟踪服务（目录 S7）
-- subject: matter
-- rows: matter(id), matter_officer(matter_id)
-- param: pair_officers = @service.pair_officers [1..3]
-- explain: 在办项目有招商人员{f_investment}名、企业服务人员{f_service}名（应各{pair_officers}名）。
-- explain_en: An active project has {f_investment} investment officers and {f_service} service officers ({pair_officers} of each required).
-- excludes: 已办结的项目; 已卸任的责任人不计
-- assumes: 招商领域已登记项目责任人
WITH active AS (
    SELECT m.id FROM matter m WHERE m.domain = 'investment' AND m.kind = 'investment_project' AND m.closed_day IS NULL
), held AS (
    SELECT a.id, COUNT(DISTINCT CASE WHEN o.role = 'investment' THEN o.person_id END) AS investment,
        COUNT(DISTINCT CASE WHEN o.role = 'service' THEN o.person_id END) AS service
    FROM active a LEFT JOIN matter_officer o ON o.matter_id = a.id AND o.from_day <= $today
        AND (o.to_day IS NULL OR o.to_day >= $today)
    GROUP BY a.id
)
SELECT 'matter:' || h.id AS subject, '' AS part, ABS(h.investment - $pair_officers) + ABS(h.service - $pair_officers) AS score,
    h.investment AS f_investment, h.service AS f_service, 'matter' AS ev_table, h.id AS ev_key,
    o.person_id AS person_id, 'held' AS person_role
FROM held h LEFT JOIN matter_officer o ON o.matter_id = h.id AND o.from_day <= $today AND (o.to_day IS NULL OR o.to_day >= $today)
WHERE h.investment <> $pair_officers OR h.service <> $pair_officers
