-- code: M-C14
-- title: 重复发票/重复支付 | Duplicate invoice
-- domain: works
-- severity: red
-- risk_point: 重复支付
-- stage: payment
-- evidences: 套取资金
-- source: 世界银行采购红旗指标
-- subject: enterprise
-- rows: invoice(supplier_enterprise_id), payment_application(id), act(matter_id)
-- param: uses_min = 2 [2..5]
-- explain: 同一开票人的同一张发票（{f_no}）用于{f_uses}笔支付申请。
-- explain_en: One invoice ({f_no}) of one supplier serves {f_uses} applications.
-- excludes: 不予支付的申请; 同一申请内重复登记
WITH used AS (
    SELECT i.id, i.supplier_enterprise_id AS supplier, i.invoice_code || '/' || i.invoice_no_norm AS no, i.payment_application_id
    FROM invoice i JOIN payment_application a ON a.id = i.payment_application_id
    WHERE i.invoice_no_norm <> '' AND i.supplier_enterprise_id IS NOT NULL AND a.status <> 'refused'
), twice AS (
    SELECT u.supplier, u.no, COUNT(DISTINCT u.payment_application_id) AS uses FROM used u GROUP BY u.supplier, u.no
    HAVING COUNT(DISTINCT u.payment_application_id) >= $uses_min
)
SELECT 'enterprise:' || t.supplier AS subject, t.no AS part, t.uses AS score, t.no AS f_no, t.uses AS f_uses,
    'invoice' AS ev_table, u.id AS ev_key, w.person_id AS person_id, w.role AS person_role
FROM twice t JOIN used u ON u.supplier = t.supplier AND u.no = t.no
LEFT JOIN act w ON w.matter_id = u.payment_application_id AND w.role = 'approved' AND w.is_refused = 0
