-- code: M-W09
-- version: 2
-- title: 职工未确认 | Not confirmed by the worker
-- domain: injury
-- severity: yellow
-- risk_point: 待遇未到手
-- stage: benefit
-- evidences: 确保工伤职工足额领取待遇
-- source: 工伤保险待遇支付经办规程 第九条
-- subject: benefit_item
-- rows: benefit_item(id), benefit_share(benefit_item_id), advance_proof(benefit_item_id), act(matter_id)
-- param: confirm_days = @indicator.m_w09.confirm_days [15..90]
-- explain: {f_amount_fen}于{f_paid_day}支付，{f_days}日后职工仍未确认到手。
-- explain_en: {f_amount_fen} was paid on {f_paid_day}; {f_days} days later the worker has not confirmed it.
-- excludes: 职工已确认或已说明到手金额; 由用人单位支付的项目; 退还单位的垫付款
-- assumes: 支付日按银行回单登记
WITH shown AS (
    SELECT p.benefit_item_id, CAST(SUM(p.amount_fen) AS BIGINT) AS fen
    FROM advance_proof p WHERE p.is_verified = 1 GROUP BY p.benefit_item_id
), direct AS (
    SELECT s.benefit_item_id FROM benefit_share s WHERE s.payee = 'worker' GROUP BY s.benefit_item_id
), silent AS (
    SELECT i.id, i.claim_id, i.paid_fen, i.paid_day, $today - i.paid_day AS days
    FROM benefit_item i LEFT JOIN shown h ON h.benefit_item_id = i.id
    LEFT JOIN direct d ON d.benefit_item_id = i.id
    WHERE i.payer = 'fund' AND i.paid_day IS NOT NULL AND i.is_confirmed = 0 AND i.confirmed_fen IS NULL
        AND $today - i.paid_day > $confirm_days
        AND (i.route = 'worker' OR d.benefit_item_id IS NOT NULL
            OR (i.route = 'employer' AND i.paid_fen > COALESCE(h.fen, 0)))
)
SELECT 'benefit_item:' || s.id AS subject, '' AS part, s.days AS score, s.paid_fen AS f_amount_fen,
    s.paid_day AS f_paid_day, s.days AS f_days, 'benefit_item' AS ev_table, s.id AS ev_key,
    w.person_id AS person_id, w.role AS person_role
FROM silent s LEFT JOIN act w ON w.matter_id = s.claim_id AND w.role = 'approved' AND w.is_refused = 0
