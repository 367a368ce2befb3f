-- code: M-W10
-- title: 虚假工伤 | False claim
-- domain: injury
-- severity: orange
-- risk_point: 虚假工伤
-- stage: benefit
-- evidences: 骗取工伤保险基金
-- source: 工伤保险条例 第六十条
-- subject: injury
-- rows: population
-- param: cases_min = 3 [2..20]
-- param: window_days = 365 [30..1095]
-- explain: 参保晚于受伤{f_days}日（零为当日已参保）；同一单位、部位和医院在{window_days}日内申报{f_cases}件。
-- explain_en: Insured {f_days} days after the injury (0: insured on the day); {f_cases} cases of one employer, part and hospital within {window_days} days.
-- excludes: 受伤当日已参保的; 认定为不属于工伤的; 待遇由单位支付的
-- assumes: 医院和部位按登记时填写
WITH charged AS (
    SELECT j.id, j.employer_enterprise_id, j.injury_part, j.hospital_enterprise_id, j.injured_day, j.insured_from_day
    FROM injury j WHERE j.decision <> 'refused'
), fund AS (
    SELECT i.injury_id FROM benefit_item i WHERE i.payer = 'fund' GROUP BY i.injury_id
), pair AS (
    SELECT a.id, b.id AS other_id FROM charged a
    JOIN charged b ON b.employer_enterprise_id = a.employer_enterprise_id AND b.injury_part = a.injury_part
        AND b.hospital_enterprise_id = a.hospital_enterprise_id
        AND b.injured_day <= a.injured_day AND b.injured_day > a.injured_day - $window_days
    WHERE a.injury_part <> ''
), alike AS (
    SELECT p.id, COUNT(*) AS cases FROM pair p GROUP BY p.id
), judged AS (
    SELECT c.id, COALESCE(k.cases, 1) AS cases,
        CASE WHEN c.insured_from_day > c.injured_day AND f.injury_id IS NOT NULL THEN c.insured_from_day - c.injured_day
            ELSE 0 END AS days
    FROM charged c LEFT JOIN fund f ON f.injury_id = c.id LEFT JOIN alike k ON k.id = c.id
), suspect AS (
    SELECT j.id, j.cases, j.days FROM judged j WHERE j.days > 0 OR j.cases >= $cases_min
), proof AS (
    SELECT s.id, s.id AS ev_key FROM suspect s
    UNION ALL
    SELECT s.id, p.other_id AS ev_key FROM suspect s JOIN pair p ON p.id = s.id
    WHERE p.other_id <> s.id AND s.cases >= $cases_min
)
SELECT 'injury:' || s.id AS subject, '' AS part, s.days + s.cases AS score, s.days AS f_days, s.cases AS f_cases,
    'injury' AS ev_table, p.ev_key AS ev_key, w.person_id AS person_id, w.role AS person_role
FROM suspect s JOIN proof p ON p.id = s.id
LEFT JOIN act w ON w.root_matter_id = s.id AND w.role = 'approved' AND w.is_refused = 0
