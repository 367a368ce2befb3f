-- code: M-C13
-- title: 收款账户变更 | Payee account changed
-- domain: works
-- severity: red
-- risk_point: 资金转移
-- stage: payment
-- evidences: 付款至未约定账户
-- source: 园区资金管理办法 第十四条
-- subject: payment_application
-- rows: payment_order(payment_application_id), payment_application(contract_id), account_change(contract_id), contract(id), act(matter_id)
-- param: changed_days = @indicator.m_c13.changed_days [1..180]
-- explain: 向合同约定以外的账户付款{f_amount_fen}，或账户变更获批{f_days}日内即申请付款（观察期{changed_days}日）。
-- explain_en: {f_amount_fen} was paid to an account other than that of the contract, or asked for within {f_days} days of its change (watched: {changed_days} days).
-- excludes: 按约定拨入农民工工资专户; 作废和退汇的支付令
-- assumes: 合同约定收款账户已登记
WITH paid AS (
    SELECT o.id, o.amount_fen, o.paid_day, o.payment_application_id, o.payee_account_id, a.contract_id,
        COALESCE(a.received_day, o.paid_day) AS asked_day
    FROM payment_order o JOIN payment_application a ON a.id = o.payment_application_id
    JOIN contract c ON c.id = a.contract_id
    WHERE o.status = 'paid' AND c.payee_account_id IS NOT NULL
        AND (c.wage_account_id IS NULL OR c.wage_account_id <> o.payee_account_id)
), changed AS (
    SELECT h.id, h.contract_id, h.new_account_id, COALESCE(MAX(w.recorded_day), h.changed_day) AS day
    FROM account_change h LEFT JOIN act w ON w.matter_id = h.id AND w.role = 'approved' AND w.is_refused = 0
    WHERE h.status = 'approved' GROUP BY h.id, h.contract_id, h.new_account_id, h.changed_day
), fresh AS (
    SELECT p.id, p.asked_day - h.day AS days, 'account_change' AS ev_table, h.id AS ev_key
    FROM paid p JOIN changed h ON h.contract_id = p.contract_id AND h.new_account_id = p.payee_account_id
    WHERE p.asked_day >= h.day AND p.asked_day - h.day <= $changed_days
), stray AS (
    SELECT p.id, 0 AS days, 'contract' AS ev_table, c.id AS ev_key
    FROM paid p JOIN contract c ON c.id = p.contract_id
    WHERE c.payee_account_id <> p.payee_account_id
        AND NOT EXISTS (SELECT 1 AS one FROM account_change h WHERE h.contract_id = p.contract_id
            AND h.status = 'approved' AND (h.new_account_id = p.payee_account_id OR h.old_account_id = p.payee_account_id))
), hit AS (
    SELECT f.id, f.days, f.ev_table, f.ev_key FROM fresh f
    UNION ALL SELECT s.id, s.days, s.ev_table, s.ev_key FROM stray s
), least AS (
    SELECT h.id, MIN(h.days) AS days FROM hit h GROUP BY h.id
), shown AS (
    SELECT h.id, h.ev_table, h.ev_key FROM hit h
    UNION ALL SELECT l.id, 'payment_order' AS ev_table, l.id AS ev_key FROM least l
)
SELECT 'payment_application:' || p.payment_application_id AS subject, 'payment_order:' || p.id AS part, 1 AS score,
    p.amount_fen AS f_amount_fen, l.days AS f_days, s.ev_table AS ev_table, s.ev_key AS ev_key,
    w.person_id AS person_id, w.role AS person_role
FROM paid p JOIN least l ON l.id = p.id JOIN shown s ON s.id = p.id
LEFT JOIN act w ON w.matter_id = p.payment_application_id AND w.role = 'approved' AND w.is_refused = 0
