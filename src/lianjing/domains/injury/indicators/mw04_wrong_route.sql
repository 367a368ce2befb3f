-- code: M-W04
-- title: 垫付少于报销仍拨单位 | Wrong route
-- domain: injury
-- severity: red
-- risk_point: 支付路径错误
-- stage: benefit
-- evidences: 违规拨付工伤医疗费用
-- source: 工伤保险待遇支付经办规程 第四条
-- subject: benefit_item
-- rows: benefit_item(id), benefit_share(benefit_item_id), advance_proof(benefit_item_id), act(matter_id)
-- explain: 已核验垫付{f_shown_fen}，少于可报销额{f_reimbursable_fen}，仍向用人单位拨付{f_received_fen}。
-- explain_en: The verified advance of {f_shown_fen} is below the {f_reimbursable_fen} to be reimbursed, yet {f_received_fen} went to the employer.
-- excludes: 垫付等于或者超过可报销额的; 按浙江省工伤保险条例第三十一条分付的
-- assumes: 可报销额由核定岗按目录登记
WITH got AS (
    SELECT s.benefit_item_id, CAST(SUM(s.amount_fen) AS BIGINT) AS fen
    FROM benefit_share s WHERE s.payee = 'employer' AND s.paid_day IS NOT NULL GROUP BY s.benefit_item_id
), shown AS (
    SELECT p.benefit_item_id, CAST(SUM(p.amount_fen) AS BIGINT) AS fen
    FROM advance_proof p WHERE p.is_verified = 1 GROUP BY p.benefit_item_id
), repaid AS (
    SELECT i.id, i.claim_id, i.route, i.paid_day, i.reimbursable_fen,
        COALESCE(g.fen, CASE WHEN i.route = 'employer' THEN i.paid_fen ELSE 0 END) AS received_fen,
        COALESCE(h.fen, 0) AS shown_fen
    FROM benefit_item i LEFT JOIN got g ON g.benefit_item_id = i.id
    LEFT JOIN shown h ON h.benefit_item_id = i.id
    WHERE i.payer = 'fund' AND i.paid_day IS NOT NULL AND i.kind IN ('medical', 'rehabilitation')
)
SELECT 'benefit_item:' || r.id AS subject, '' AS part, r.reimbursable_fen - r.shown_fen AS score,
    r.shown_fen AS f_shown_fen, r.reimbursable_fen AS f_reimbursable_fen, r.received_fen AS f_received_fen,
    'advance_proof' AS ev_table, p.id AS ev_key, w.person_id AS person_id, w.role AS person_role
FROM repaid r JOIN advance_proof p ON p.benefit_item_id = r.id AND p.is_verified = 1
LEFT JOIN act w ON w.matter_id = r.claim_id AND w.role = 'approved' AND w.is_refused = 0
WHERE r.route = 'employer' AND r.received_fen > 0 AND r.shown_fen > 0 AND r.shown_fen < r.reimbursable_fen
