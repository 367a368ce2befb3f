-- code: M-C26
-- title: 越岗审批、自审自批 | Approval out of post, or of one's own
-- domain: works
-- severity: red
-- risk_point: 控制被绕过
-- stage: implementation
-- evidences: 越权审批、自审自批
-- source: 园区工作规则（不相容职责）; 目录 C4
-- subject: matter
-- rows: act(matter_id), appointment(all), delegation(all), duty_conflict(all)
-- explain: 同一人{f_own}次办理了不相容的职责，{f_outside}次审批时不在岗（无任职也无有效授权）。
-- explain_en: One person did incompatible duties {f_own} times and approved {f_outside} times without holding the post or a delegation.
-- excludes: 任职期内审批; 有效授权期内代行
-- assumes: 任职、授权和不相容职责已登记
WITH done AS (
    SELECT a.id, a.matter_id, a.person_id, COALESCE(a.on_behalf_of_person_id, a.person_id) AS holder_id, a.on_behalf_of_person_id,
        a.post_id, a.duty, a.role, a.recorded_day
    FROM act a WHERE a.is_refused = 0 AND a.matter_id IS NOT NULL AND a.person_id IS NOT NULL
), own AS (
    SELECT a.matter_id, a.person_id, a.id AS one_id, b.id AS other_id
    FROM done a JOIN duty_conflict c ON c.duty_a = a.duty
    JOIN done b ON b.matter_id = a.matter_id AND b.person_id = a.person_id AND b.duty = c.duty_b
    WHERE a.duty <> '' AND a.role IN ('entered', 'reviewed', 'approved') AND b.role IN ('reviewed', 'approved')
), outside AS (
    SELECT d.matter_id, d.person_id, d.id AS act_id FROM done d
    WHERE d.role = 'approved' AND d.post_id IS NOT NULL AND (
        NOT EXISTS (SELECT 1 AS one FROM appointment p WHERE p.person_id = d.holder_id AND p.post_id = d.post_id
            AND p.from_day <= d.recorded_day AND (p.to_day IS NULL OR p.to_day >= d.recorded_day))
        OR (d.on_behalf_of_person_id IS NOT NULL AND d.on_behalf_of_person_id <> d.person_id
            AND NOT EXISTS (SELECT 1 AS one FROM delegation g WHERE g.to_person_id = d.person_id
                AND g.from_person_id = d.on_behalf_of_person_id AND g.post_id = d.post_id
                AND g.from_day <= d.recorded_day AND (g.to_day IS NULL OR g.to_day >= d.recorded_day))))
), shown AS (
    SELECT o.matter_id, o.person_id, o.one_id AS act_id, 1 AS is_own, 0 AS is_outside FROM own o
    UNION ALL SELECT o.matter_id, o.person_id, o.other_id AS act_id, 1 AS is_own, 0 AS is_outside FROM own o
    UNION ALL SELECT u.matter_id, u.person_id, u.act_id, 0 AS is_own, 1 AS is_outside FROM outside u
), counted AS (
    SELECT s.matter_id, s.person_id, COUNT(DISTINCT CASE WHEN s.is_own = 1 THEN s.act_id END) AS own,
        COUNT(DISTINCT CASE WHEN s.is_outside = 1 THEN s.act_id END) AS outside
    FROM shown s GROUP BY s.matter_id, s.person_id
)
SELECT 'matter:' || c.matter_id AS subject, 'person:' || c.person_id AS part, c.own + c.outside AS score, c.own AS f_own,
    c.outside AS f_outside, 'act' AS ev_table, s.act_id AS ev_key, c.person_id AS person_id, 'approved' AS person_role
FROM counted c JOIN shown s ON s.matter_id = c.matter_id AND s.person_id = c.person_id
