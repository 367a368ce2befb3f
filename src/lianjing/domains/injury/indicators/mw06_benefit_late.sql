-- code: M-W06
-- title: 待遇拖延 | Benefit late
-- domain: injury
-- severity: orange
-- risk_point: 待遇拖延
-- stage: benefit
-- evidences: 损害工伤职工权益
-- source: 社会保险经办条例 第二十二条; 工伤保险条例 第二十条
-- subject: benefit_item
-- rows: benefit_item(id), benefit_claim(injury_id), injury(id), injury_recognition(injury_id), matter(all), calendar(all), act(matter_id)
-- param: claim_days = @injury.claim_working_days [5..60]
-- explain: 应于{f_due_day}前办结的待遇支付、核定或者认定，迟{f_days}日。
-- explain_en: A payment, an assessment or a recognition due on {f_due_day} is {f_days} days late.
-- excludes: 应付日当天支付的; 已撤回的申领; 由用人单位支付的项目
-- assumes: 认定期限按受理时登记的到期日
WITH paying AS (
    SELECT 'benefit_item:' || i.id AS subject, 'payment' AS part, i.due_day,
        COALESCE(i.paid_day, $today) - i.due_day AS days, 'benefit_item' AS ev_table, i.id AS ev_key,
        i.claim_id AS matter_id
    FROM benefit_item i LEFT JOIN matter m ON m.id = i.claim_id
    WHERE i.payer = 'fund' AND i.due_day IS NOT NULL AND COALESCE(m.outcome, '') <> 'withdrawn'
        AND COALESCE(i.paid_day, $today) > i.due_day
), assessing AS (
    SELECT 'injury:' || b.injury_id AS subject, 'claim:' || b.id AS part, d.day AS due_day,
        COALESCE(b.assessed_day, $today) - d.day AS days, 'benefit_claim' AS ev_table, b.id AS ev_key, b.id AS matter_id
    FROM benefit_claim b JOIN matter m ON m.id = b.id JOIN calendar c ON c.day = b.claimed_day
    JOIN calendar d ON d.working_no = c.working_no + $claim_days AND d.is_working = 1
    WHERE m.outcome <> 'withdrawn' AND COALESCE(b.assessed_day, $today) > d.day
), deciding AS (
    SELECT 'injury:' || r.injury_id AS subject, 'recognition' AS part, r.due_day,
        COALESCE(j.decided_day, $today) - r.due_day AS days, 'injury_recognition' AS ev_table, r.id AS ev_key,
        r.id AS matter_id
    FROM injury_recognition r JOIN injury j ON j.id = r.injury_id JOIN matter m ON m.id = r.id
    WHERE r.due_day IS NOT NULL AND m.outcome <> 'withdrawn' AND COALESCE(j.decided_day, $today) > r.due_day
), late AS (
    SELECT p.subject, p.part, p.due_day, p.days, p.ev_table, p.ev_key, p.matter_id FROM paying p
    UNION ALL
    SELECT a.subject, a.part, a.due_day, a.days, a.ev_table, a.ev_key, a.matter_id FROM assessing a
    UNION ALL
    SELECT d.subject, d.part, d.due_day, d.days, d.ev_table, d.ev_key, d.matter_id FROM deciding d
)
SELECT l.subject AS subject, l.part AS part, l.days AS score, l.due_day AS f_due_day,
    l.days AS f_days, l.ev_table AS ev_table, l.ev_key AS ev_key, w.person_id AS person_id, w.role AS person_role
FROM late l LEFT JOIN act w ON w.matter_id = l.matter_id AND w.role = 'approved' AND w.is_refused = 0
