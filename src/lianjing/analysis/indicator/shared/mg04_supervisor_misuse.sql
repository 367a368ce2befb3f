-- code: M-G04
-- title: 监督越界 | Supervisor misuse
-- domain: supervision
-- severity: orange
-- risk_point: 监督权滥用
-- stage: supervision
-- evidences: 违规查询个人信息
-- source: 个人信息保护法 第三十四条
-- subject: person
-- rows: population
-- explain: 监督人员在{f_read_day}查看未脱敏个人信息{f_reads}次，当日其名下和所在单位没有在办的监督案件或预警。
-- explain_en: A supervisor read unmasked personal data {f_reads} times on {f_read_day} with no open case or warning in his name or at his unit.
-- excludes: 有在办监督案件; 有在办预警
-- assumes: 查看由系统逐次记录; 案件和预警登记承办人或承办单位
WITH reader AS (
    SELECT DISTINCT a.person_id, p.unit_id, a.from_day, a.to_day FROM appointment a JOIN post p ON p.id = a.post_id
    WHERE p.kind = 'supervisor'
), seen AS (
    SELECT u.id, u.person_id, u.from_day AS day, r.unit_id FROM unmasking u JOIN reader r ON r.person_id = u.person_id
        AND r.from_day <= u.from_day AND (r.to_day IS NULL OR r.to_day >= u.from_day)
), bare AS (
    SELECT DISTINCT s.id, s.person_id, s.day FROM seen s
    WHERE NOT EXISTS (SELECT 1 AS one FROM supervision_case c WHERE c.opened_day <= s.day
            AND (c.closed_day IS NULL OR c.closed_day >= s.day) AND (c.person_id = s.person_id OR c.unit_id = s.unit_id))
        AND NOT EXISTS (SELECT 1 AS one FROM finding f WHERE f.detected_day <= s.day
            AND (f.closed_day IS NULL OR f.closed_day >= s.day) AND (f.person_id = s.person_id OR f.unit_id = s.unit_id))
), total AS (
    SELECT b.person_id, b.day, COUNT(*) AS reads FROM bare b GROUP BY b.person_id, b.day
)
SELECT 'person:' || t.person_id AS subject, 'day:' || CAST(t.day AS VARCHAR) AS part, t.reads AS score, t.reads AS f_reads,
    t.day AS f_read_day, 'unmasking' AS ev_table, b.id AS ev_key, t.person_id AS person_id, 'held' AS person_role
FROM total t JOIN bare b ON b.person_id = t.person_id AND b.day = t.day
