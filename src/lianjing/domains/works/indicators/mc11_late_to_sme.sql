-- code: M-C11
-- version: 2
-- title: 超期未付中小企业 | Late payment to small and medium enterprises
-- domain: works
-- severity: orange
-- risk_point: 拖欠账款
-- stage: payment
-- evidences: 拖欠中小企业账款
-- source: 保障中小企业款项支付条例 第九条; 民法典 第二百零三条（末日为休息日的顺延）
-- subject: payment_application
-- rows: payment_application(id), payment_order(payment_application_id), payment_hold(payment_application_id), calendar(all), act(matter_id)
-- param: grace_days = 0 [0..30]
-- explain: 应于{f_due_day}付清的{f_amount_fen}逾期{f_days}日（中小企业）。
-- explain_en: {f_amount_fen} due on {f_due_day} to a small or medium enterprise is {f_days} days late.
-- excludes: 收款方不是中小企业; 申请被退回不予支付; 末日为休息日而在次一工作日付清; 依合同或法律搁置的期间
-- assumes: 收款方规模和应付日已登记
WITH settled AS (
    SELECT o.payment_application_id AS id, MAX(o.paid_day) AS paid_day FROM payment_order o
    WHERE o.status = 'paid' GROUP BY o.payment_application_id
), held AS (
    SELECT h.payment_application_id AS id, CAST(SUM(COALESCE(h.to_day, $today) - h.from_day) AS BIGINT) AS days FROM payment_hold h
    WHERE h.is_allowed = 1 AND h.from_day IS NOT NULL GROUP BY h.payment_application_id
), owed AS (
    SELECT a.id, a.amount_fen, a.due_day + COALESCE(h.days, 0) AS due_day
    FROM payment_application a LEFT JOIN held h ON h.id = a.id
    WHERE a.is_payee_sme = 1 AND a.due_day IS NOT NULL AND a.status IN ('in_review', 'approved', 'ordered', 'paid', 'held')
), due AS (
    SELECT o.id, o.amount_fen, COALESCE(MIN(k.day), o.due_day) AS due_day
    FROM owed o LEFT JOIN calendar k ON k.is_working = 1 AND k.day BETWEEN o.due_day AND o.due_day + 14
    GROUP BY o.id, o.amount_fen, o.due_day
), late AS (
    SELECT d.id, d.amount_fen, d.due_day, COALESCE(s.paid_day, $today) - d.due_day AS days
    FROM due d LEFT JOIN settled s ON s.id = d.id
    WHERE COALESCE(s.paid_day, $today) - d.due_day > $grace_days
)
SELECT 'payment_application:' || l.id AS subject, '' AS part, l.days AS score, l.amount_fen AS f_amount_fen,
    l.due_day AS f_due_day, l.days AS f_days, 'payment_application' AS ev_table, l.id AS ev_key,
    w.person_id AS person_id, w.role AS person_role
FROM late l LEFT JOIN act w ON w.matter_id = l.id AND w.role = 'approved' AND w.is_refused = 0
