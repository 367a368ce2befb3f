-- code: M-W03
-- title: 无垫付凭证拨付 | Refund without proof
-- domain: injury
-- severity: red
-- risk_point: 无凭证拨付
-- stage: benefit
-- evidences: 违规拨付工伤医疗费用
-- source: 工伤保险待遇支付经办规程 第三条
-- subject: benefit_item
-- rows: benefit_item(id), benefit_share(benefit_item_id), advance_proof(benefit_item_id), act(matter_id)
-- explain: {f_paid_day}向用人单位拨付医疗费用{f_received_fen}，没有已核验的垫付凭证。
-- explain_en: {f_received_fen} of medical costs went to the employer on {f_paid_day} without any verified proof of an advance.
-- excludes: 有已核验垫付凭证的; 付给职工的; 非医疗项目（见M-W01、M-W02）
-- assumes: 凭证核验由核定岗登记
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
SELECT 'benefit_item:' || r.id AS subject, '' AS part, r.received_fen AS score, r.received_fen AS f_received_fen,
    r.paid_day AS f_paid_day, 'benefit_item' AS ev_table, r.id AS ev_key, w.person_id AS person_id,
    w.role AS person_role
FROM repaid r LEFT JOIN act w ON w.matter_id = r.claim_id AND w.role = 'approved' AND w.is_refused = 0
WHERE r.received_fen > 0 AND r.shown_fen = 0
