-- code: M-C08
-- title: 超进度付款 | Payment ahead of progress
-- domain: works
-- severity: red
-- risk_point: 超进度付款
-- stage: payment
-- evidences: 超付工程款
-- source: OCP R068、R073
-- subject: contract
-- rows: payment_order(payment_application_id), payment_application(contract_id), contract(id), progress_report(contract_id), act(matter_id)
-- param: gap_points = @indicator.m_c08.gap_percent_points [1..50]
-- explain: 除预付款外已付{f_paid_ratio}，核定进度{f_progress_ratio}，相差超过{gap_points}个百分点。
-- explain_en: {f_paid_ratio} is paid besides the advance, verified progress is {f_progress_ratio}: more than {gap_points} points apart.
-- excludes: 预付款; 已办理结算的合同
-- assumes: 核定进度按月登记
WITH paid AS (
    SELECT a.contract_id, CAST(SUM(o.amount_fen) AS BIGINT) AS paid
    FROM payment_order o JOIN payment_application a ON a.id = o.payment_application_id
    WHERE o.status = 'paid' AND a.kind IN ('progress', 'wage') GROUP BY a.contract_id
), seen AS (
    SELECT r.contract_id, MAX(r.verified_ratio) AS progress FROM progress_report r
    WHERE r.verified_ratio IS NOT NULL GROUP BY r.contract_id
), hit AS (
    SELECT p.contract_id, CAST(p.paid AS DOUBLE) / NULLIF(CAST(c.amount_fen AS DOUBLE), 0e0) AS share, s.progress
    FROM paid p JOIN contract c ON c.id = p.contract_id JOIN seen s ON s.contract_id = p.contract_id
    WHERE c.amount_fen > 0 AND NOT EXISTS (SELECT 1 AS one FROM payment_application f
        WHERE f.contract_id = p.contract_id AND f.kind = 'settlement')
)
SELECT 'contract:' || h.contract_id AS subject, '' AS part, h.share - h.progress AS score, h.share AS f_paid_ratio,
    h.progress AS f_progress_ratio, 'payment_order' AS ev_table, o.id AS ev_key,
    w.person_id AS person_id, w.role AS person_role
FROM hit h JOIN payment_application a ON a.contract_id = h.contract_id AND a.kind IN ('progress', 'wage')
JOIN payment_order o ON o.payment_application_id = a.id AND o.status = 'paid'
LEFT JOIN act w ON w.matter_id = a.id AND w.role = 'approved' AND w.is_refused = 0
WHERE (h.share - h.progress) * 100e0 > CAST($gap_points AS DOUBLE) + 1e-9
