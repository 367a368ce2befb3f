-- code: M-W01
-- title: 代领未转付 | Employer did not pass on
-- domain: injury
-- severity: red
-- risk_point: 代领截留
-- stage: benefit
-- evidences: 截留挪用工伤待遇
-- source: 工伤保险待遇支付经办规程 第八条
-- subject: benefit_item
-- rows: benefit_item(id), benefit_share(benefit_item_id), advance_proof(benefit_item_id), transfer_to_worker(benefit_item_id), calendar(all), act(matter_id)
-- param: pass_on_days = @injury.pass_on_working_days [1..20]
-- explain: 单位{f_paid_day}收到应转付职工的{f_owed_fen}，{f_due_day}期满后没有任何转付。
-- explain_en: The employer received {f_owed_fen} for the worker on {f_paid_day}; after {f_due_day} nothing has been passed on.
-- excludes: 单位垫付并经核验的部分; 已有转付的（见M-W02）
-- assumes: 转付由单位登记并附银行凭证
WITH got AS (
    SELECT s.benefit_item_id, CAST(SUM(s.amount_fen) AS BIGINT) AS fen
    FROM benefit_share s WHERE s.payee = 'employer' AND s.paid_day IS NOT NULL GROUP BY s.benefit_item_id
), shown AS (
    SELECT p.benefit_item_id, CAST(SUM(p.amount_fen) AS BIGINT) AS fen
    FROM advance_proof p WHERE p.is_verified = 1 GROUP BY p.benefit_item_id
), passed AS (
    SELECT t.benefit_item_id, CAST(SUM(t.amount_fen) AS BIGINT) AS fen FROM transfer_to_worker t
    GROUP BY t.benefit_item_id
), held AS (
    SELECT i.id, i.claim_id, i.paid_day,
        COALESCE(g.fen, CASE WHEN i.route = 'employer' THEN i.paid_fen ELSE 0 END) AS received_fen,
        COALESCE(h.fen, 0) AS shown_fen, COALESCE(t.fen, 0) AS passed_fen
    FROM benefit_item i LEFT JOIN got g ON g.benefit_item_id = i.id
    LEFT JOIN shown h ON h.benefit_item_id = i.id LEFT JOIN passed t ON t.benefit_item_id = i.id
    WHERE i.payer = 'fund' AND i.paid_day IS NOT NULL
), late AS (
    SELECT h.id, h.claim_id, h.paid_day, h.received_fen - h.shown_fen AS owed_fen, h.passed_fen, d.day AS due_day
    FROM held h JOIN calendar c ON c.day = h.paid_day
    JOIN calendar d ON d.working_no = c.working_no + $pass_on_days AND d.is_working = 1
    WHERE h.received_fen > h.shown_fen AND $today > d.day
)
SELECT 'benefit_item:' || l.id AS subject, '' AS part, l.owed_fen AS score, l.owed_fen AS f_owed_fen,
    l.paid_day AS f_paid_day, l.due_day AS f_due_day, 'benefit_item' AS ev_table, l.id AS ev_key,
    w.person_id AS person_id, w.role AS person_role
FROM late l LEFT JOIN act w ON w.matter_id = l.claim_id AND w.role = 'approved' AND w.is_refused = 0
WHERE l.passed_fen = 0
