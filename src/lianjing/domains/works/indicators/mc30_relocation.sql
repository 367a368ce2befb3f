-- code: M-C30
-- version: 2
-- title: 征迁补偿异常 | Demolition anomalies
-- domain: works
-- severity: red
-- risk_point: 骗取征迁补偿
-- stage: implementation
-- evidences: 套取征迁补偿
-- source: 园区征迁补偿办法 第三条、第六条
-- subject: relocation_household
-- rows: relocation_household(project_id), relocation_household(payee_account_id), relocation_item(household_id), account(id), account(account_no_hash), act(matter_id)
-- param: households_min = 2 [2..20]
-- explain: 征迁户有{f_signs}项异常：同一收款账户户数{f_households}、补偿面积超过测绘、工作人员或其亲属、地块重复。
-- explain_en: {f_signs} signs at one household: households on its account ({f_households}), area above the survey, staff or kin, plot used twice.
-- excludes: 同一权利人名下的多户; 已撤销的户
-- assumes: 收款账户和测绘面积已登记
WITH house AS (
    SELECT h.id, h.project_id, h.owner, h.plot_no, h.surveyed_area_m2, h.is_staff_or_kin, a.account_no_hash AS account
    FROM relocation_household h LEFT JOIN account a ON a.id = h.payee_account_id WHERE h.status <> 'withdrawn'
), shared AS (
    SELECT h.account, COUNT(DISTINCT h.owner) AS owners FROM house h WHERE h.account <> '' AND h.owner <> ''
    GROUP BY h.account HAVING COUNT(DISTINCT h.owner) >= $households_min
), area AS (
    SELECT i.household_id AS id, CAST(SUM(i.area_m2) AS DOUBLE) AS m2 FROM relocation_item i
    WHERE i.kind = 'house' GROUP BY i.household_id
), plot AS (
    SELECT h.project_id, h.plot_no FROM house h WHERE h.plot_no <> '' AND h.owner <> ''
    GROUP BY h.project_id, h.plot_no HAVING COUNT(DISTINCT h.owner) > 1
), sign AS (
    SELECT h.id, COALESCE(s.owners, 0) AS households,
        CASE WHEN s.owners IS NULL THEN 0 ELSE 1 END
        + CASE WHEN r.m2 > h.surveyed_area_m2 + 1e-9 THEN 1 ELSE 0 END
        + CASE WHEN h.is_staff_or_kin = 1 THEN 1 ELSE 0 END
        + CASE WHEN l.plot_no IS NULL THEN 0 ELSE 1 END AS signs
    FROM house h LEFT JOIN shared s ON s.account = h.account LEFT JOIN area r ON r.id = h.id
    LEFT JOIN plot l ON l.project_id = h.project_id AND l.plot_no = h.plot_no
)
SELECT 'relocation_household:' || g.id AS subject, '' AS part, g.signs AS score, g.signs AS f_signs,
    g.households AS f_households, 'relocation_household' AS ev_table, g.id AS ev_key,
    p.person_id AS person_id, p.role AS person_role
FROM sign g LEFT JOIN act p ON p.matter_id = g.id AND p.role IN ('entered', 'approved') AND p.is_refused = 0
WHERE g.signs > 0
