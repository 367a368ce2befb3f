-- code: M-C10
-- title: 付款超合同 | Payments exceed the contract
-- domain: works
-- severity: red
-- risk_point: 超合同付款
-- stage: payment
-- evidences: 国有资金损失
-- source: OCP R068
-- subject: contract
-- rows: payment_order(payment_application_id), payment_application(contract_id), contract(id), change_order(contract_id), settlement(contract_id), act(matter_id)
-- param: slack_fen = 0 [0..10000000]
-- explain: 已付{f_paid_fen}，超过合同价加已批准变更（或审定结算额）{f_limit_fen}。
-- explain_en: {f_paid_fen} is paid, more than the contract with approved changes, or the settlement: {f_limit_fen}.
-- excludes: 审定结算额以内; 作废和退汇的支付令
WITH paid AS (
    SELECT a.contract_id, CAST(SUM(o.amount_fen) AS BIGINT) AS paid
    FROM payment_order o JOIN payment_application a ON a.id = o.payment_application_id
    WHERE o.status = 'paid' AND a.contract_id IS NOT NULL GROUP BY a.contract_id
), changed AS (
    SELECT c.contract_id, CAST(SUM(c.amount_fen) AS BIGINT) AS total FROM change_order c
    WHERE c.status = 'approved' AND c.amount_fen IS NOT NULL GROUP BY c.contract_id
), settled AS (
    SELECT s.contract_id, MAX(s.approved_fen) AS total FROM settlement s
    WHERE s.approved_fen IS NOT NULL AND s.contract_id IS NOT NULL GROUP BY s.contract_id
), bound AS (
    SELECT p.contract_id, p.paid, COALESCE(s.total, k.amount_fen + COALESCE(c.total, 0)) AS bound
    FROM paid p JOIN contract k ON k.id = p.contract_id
    LEFT JOIN changed c ON c.contract_id = p.contract_id LEFT JOIN settled s ON s.contract_id = p.contract_id
    WHERE k.amount_fen IS NOT NULL
)
SELECT 'contract:' || b.contract_id AS subject, '' AS part, CAST(b.paid - b.bound AS DOUBLE) / NULLIF(CAST(b.bound AS DOUBLE), 0e0) AS score,
    b.paid AS f_paid_fen, b.bound AS f_limit_fen, 'payment_order' AS ev_table, o.id AS ev_key,
    w.person_id AS person_id, w.role AS person_role
FROM bound b JOIN payment_application a ON a.contract_id = b.contract_id
JOIN payment_order o ON o.payment_application_id = a.id AND o.status = 'paid'
LEFT JOIN act w ON w.matter_id = a.id AND w.role = 'approved' AND w.is_refused = 0
WHERE b.paid > b.bound + $slack_fen AND b.bound > 0
