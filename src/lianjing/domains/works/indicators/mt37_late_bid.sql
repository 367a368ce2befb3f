-- code: M-T37
-- title: 逾期文件中标 | Late bid won
-- domain: works
-- severity: red
-- risk_point: 接收逾期投标
-- stage: tendering
-- evidences: 违法定标
-- source: 招标投标法实施条例 第三十六条; OCP R030
-- subject: tender
-- rows: bid(tender_id), tender(id), clarification(tender_id), award(tender_id), act(matter_id)
-- param: grace_seconds = 0 [0..600]
-- explain: 中标人的投标在截止时间之后{f_minutes}分钟递交。
-- explain_en: The winner's bid came {f_minutes} minutes after the deadline.
-- excludes: 截止时间依法顺延
WITH deadline AS (
    SELECT t.id, COALESCE(MAX(c.new_deadline_at), t.deadline_at) AS at
    FROM tender t LEFT JOIN clarification c ON c.tender_id = t.id AND c.new_deadline_at IS NOT NULL
    WHERE t.deadline_at IS NOT NULL GROUP BY t.id, t.deadline_at
)
SELECT 'tender:' || b.tender_id AS subject, 'bid:' || b.id AS part, 1 AS score,
    (b.received_at - d.at + 59) // 60 AS f_minutes, 'bid' AS ev_table, b.id AS ev_key,
    p.person_id AS person_id, p.role AS person_role
FROM bid b JOIN deadline d ON d.id = b.tender_id
LEFT JOIN act p ON p.matter_id = b.tender_id AND p.role = 'approved' AND p.is_refused = 0
WHERE b.is_winner = 1 AND b.received_at > d.at + $grace_seconds
