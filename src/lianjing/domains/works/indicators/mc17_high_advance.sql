-- code: M-C17
-- title: 预付比例异常 | Advance too high
-- domain: works
-- severity: orange
-- risk_point: 预付款挪用
-- stage: payment
-- evidences: 超比例预付、预付款不抵扣
-- source: 财建〔2004〕369号
-- subject: contract
-- rows: contract(id), payment_application(contract_id), payment_order(payment_application_id), act(matter_id)
-- param: most_ratio = @works.payment.advance_max_ratio [0.05..0.9]
-- explain: 已付预付款{f_paid_fen}，占扣除暂列金额后合同价的{f_ratio}（上限{most_ratio}）；结算时未抵扣{f_left_fen}。
-- explain_en: {f_paid_fen} was paid in advance, {f_ratio} of the contract without provisional sums (at most {most_ratio}); {f_left_fen} was not deducted by the settlement.
-- excludes: 暂列金额不计入合同价; 尚未结算的不查抵扣
-- assumes: 预付款和每期抵扣额已登记
WITH paid AS (
    SELECT a.contract_id, CAST(SUM(o.amount_fen) AS BIGINT) AS paid
    FROM payment_order o JOIN payment_application a ON a.id = o.payment_application_id
    WHERE o.status = 'paid' AND a.kind = 'advance' AND a.contract_id IS NOT NULL GROUP BY a.contract_id
), taken AS (
    SELECT a.contract_id, CAST(SUM(COALESCE(a.advance_deducted_fen, 0)) AS BIGINT) AS deducted,
        MAX(CASE WHEN a.kind = 'settlement' AND a.status = 'paid' THEN 1 ELSE 0 END) AS is_settled
    FROM payment_application a WHERE a.contract_id IS NOT NULL AND a.status NOT IN ('refused', 'withdrawn')
    GROUP BY a.contract_id
), judged AS (
    SELECT p.contract_id, p.paid, CAST(p.paid AS DOUBLE) / NULLIF(CAST(k.amount_fen - COALESCE(k.provisional_fen, 0) AS DOUBLE), 0e0) AS ratio,
        CASE WHEN t.is_settled = 1 AND t.deducted < p.paid THEN p.paid - t.deducted ELSE 0 END AS left_fen
    FROM paid p JOIN contract k ON k.id = p.contract_id JOIN taken t ON t.contract_id = p.contract_id
    WHERE k.amount_fen > COALESCE(k.provisional_fen, 0)
)
SELECT 'contract:' || j.contract_id AS subject, '' AS part, j.ratio AS score, j.paid AS f_paid_fen, j.ratio AS f_ratio,
    j.left_fen AS f_left_fen, 'payment_application' AS ev_table, a.id AS ev_key, w.person_id AS person_id, w.role AS person_role
FROM judged j JOIN payment_application a ON a.contract_id = j.contract_id AND a.kind = 'advance'
LEFT JOIN act w ON w.matter_id = a.id AND w.role = 'approved' AND w.is_refused = 0
WHERE j.ratio > $most_ratio + 1e-9 OR j.left_fen > 0
