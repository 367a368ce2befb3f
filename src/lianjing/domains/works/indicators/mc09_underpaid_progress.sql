-- code: M-C09
-- title: 进度款不足80% | Progress paid below the least share
-- domain: works
-- severity: yellow
-- risk_point: 拖欠工程款
-- stage: payment
-- evidences: 压低进度款支付比例
-- source: 财建〔2022〕183号
-- subject: payment_application
-- rows: payment_application(id), payment_order(payment_application_id), payment_hold(payment_application_id), act(matter_id)
-- param: least_ratio = @works.payment.progress_min_ratio [0.5..1]
-- explain: 核定产值{f_certified_fen}，到期后仅付{f_paid_ratio}（含抵扣、质保金和审减），低于{least_ratio}。
-- explain_en: Of the certified {f_certified_fen} only {f_paid_ratio} was paid when due (deductions, retention and reviewed cuts included), below {least_ratio}.
-- excludes: 尚未到期; 依法允许的搁置; 预付款抵扣、质保金和其他扣款计作已付; 审核核减的部分
-- assumes: 每期核定产值已登记
WITH paid AS (
    SELECT o.payment_application_id, CAST(SUM(o.amount_fen) AS BIGINT) AS paid FROM payment_order o
    WHERE o.status = 'paid' GROUP BY o.payment_application_id
), counted AS (
    SELECT a.id, a.certified_value_fen, COALESCE(p.paid, 0) + COALESCE(a.advance_deducted_fen, 0) + COALESCE(a.retention_fen, 0)
            + COALESCE(a.other_deducted_fen, 0) + CASE WHEN a.approved_fen < a.amount_fen THEN a.amount_fen - a.approved_fen ELSE 0 END AS paid
    FROM payment_application a LEFT JOIN paid p ON p.payment_application_id = a.id
    WHERE a.kind = 'progress' AND a.certified_value_fen > 0 AND a.due_day < $today AND a.status NOT IN ('refused', 'withdrawn')
        AND NOT EXISTS (SELECT 1 AS one FROM payment_hold h WHERE h.payment_application_id = a.id AND h.is_allowed = 1
            AND (h.to_day IS NULL OR h.to_day >= $today))
), share AS (
    SELECT c.id, c.certified_value_fen, c.paid, CAST(c.paid AS DOUBLE) / NULLIF(CAST(c.certified_value_fen AS DOUBLE), 0e0) AS ratio
    FROM counted c
)
SELECT 'payment_application:' || s.id AS subject, '' AS part, CAST(s.certified_value_fen - s.paid AS DOUBLE) / NULLIF(CAST(s.certified_value_fen AS DOUBLE), 0e0) AS score, s.certified_value_fen AS f_certified_fen,
    s.ratio AS f_paid_ratio, 'payment_application' AS ev_table, s.id AS ev_key, w.person_id AS person_id, w.role AS person_role
FROM share s LEFT JOIN act w ON w.matter_id = s.id AND w.role = 'approved' AND w.is_refused = 0
WHERE CAST(s.paid AS DOUBLE) <= CAST(s.certified_value_fen AS DOUBLE) * $least_ratio - 1e0 + 1e-6
