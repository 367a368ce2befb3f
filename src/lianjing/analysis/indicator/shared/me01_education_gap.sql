-- code: M-E01
-- title: 教育承诺缺漏 | Education or pledge gap
-- domain: education
-- severity: yellow
-- risk_point: 预防环节缺失
-- stage: education
-- evidences: 主体责任落实不到位
-- source: 目录 E4、E9（每年教育、签订承诺）
-- subject: person
-- rows: population
-- param: interval_years = @culture.education_interval_years [1..3]
-- explain: 重点人员{interval_years}年内没有参加廉政教育（{f_no_education}）或没有签订承诺（{f_no_pledge}）。
-- explain_en: A key person had no integrity education ({f_no_education}) or signed no pledge ({f_no_pledge}) within {interval_years} years.
-- excludes: 已离职人员; 任重点岗位不足一个周期的人员
-- assumes: 教育和承诺登记已启用（没有任何登记时不判断该项）
WITH holder AS (
    SELECT a.person_id, MIN(a.from_day) AS from_day FROM appointment a JOIN post p ON p.id = a.post_id
    WHERE p.is_key_post = 1 AND a.from_day <= $today AND (a.to_day IS NULL OR a.to_day >= $today) GROUP BY a.person_id
), key_person AS (
    SELECT n.id AS person_id FROM person n LEFT JOIN holder h ON h.person_id = n.id
    WHERE n.left_day IS NULL AND (n.is_key_minority = 1 OR h.person_id IS NOT NULL)
        AND COALESCE(h.from_day, n.entered_day) <= $today - $interval_years * 365
), taught AS (
    SELECT a.person_id, MAX(a.attended_day) AS day FROM attendance a GROUP BY a.person_id
), signed AS (
    SELECT g.person_id, MAX(g.signed_day) AS day FROM pledge g GROUP BY g.person_id
), any_taught AS (
    SELECT COUNT(*) AS n FROM attendance a WHERE a.attended_day IS NOT NULL
), any_signed AS (
    SELECT COUNT(*) AS n FROM pledge g WHERE g.signed_day IS NOT NULL
), judged AS (
    SELECT k.person_id,
        CASE WHEN x.n > 0 AND (t.day IS NULL OR t.day < $today - $interval_years * 365) THEN 1 ELSE 0 END AS no_education,
        CASE WHEN y.n > 0 AND (s.day IS NULL OR s.day < $today - $interval_years * 365) THEN 1 ELSE 0 END AS no_pledge
    FROM key_person k CROSS JOIN any_taught x CROSS JOIN any_signed y LEFT JOIN taught t ON t.person_id = k.person_id LEFT JOIN signed s ON s.person_id = k.person_id
)
SELECT 'person:' || j.person_id AS subject, '' AS part, j.no_education + j.no_pledge AS score, j.no_education AS f_no_education,
    j.no_pledge AS f_no_pledge, 'person' AS ev_table, j.person_id AS ev_key, j.person_id AS person_id, 'held' AS person_role
FROM judged j WHERE j.no_education = 1 OR j.no_pledge = 1
