-- code: M-C12
-- title: 审计拖付 | Waiting for audit without a basis
-- domain: works
-- severity: orange
-- risk_point: 无依据搁置付款
-- stage: payment
-- evidences: 以审计、内部流程为由拖付
-- source: 保障中小企业款项支付条例 第十二条、第十四条
-- subject: payment_application
-- rows: payment_hold(payment_application_id), payment_application(id), contract(id)
-- explain: 以“{f_reason}”为由搁置付款{f_days}日，没有合同或法律依据。
-- explain_en: A payment was held {f_days} days for {f_reason} without a basis in contract or law.
-- excludes: 写明依据条款; 合同约定以审计为准; 质量争议等其他理由
WITH held AS (
    SELECT h.id, h.payment_application_id, h.reason, h.person_id, COALESCE(h.to_day, $today) - h.from_day AS days
    FROM payment_hold h JOIN payment_application a ON a.id = h.payment_application_id
    LEFT JOIN contract c ON c.id = a.contract_id
    WHERE h.reason IN ('audit', 'internal', 'filing') AND h.clause = ''
        AND (h.reason <> 'audit' OR COALESCE(c.has_audit_condition, 0) = 0)
)
SELECT 'payment_application:' || h.payment_application_id AS subject, 'payment_hold:' || h.id AS part, h.days AS score,
    h.reason AS f_reason, h.days AS f_days, 'payment_hold' AS ev_table, h.id AS ev_key,
    h.person_id AS person_id, 'held' AS person_role
FROM held h
