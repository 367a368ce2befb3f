-- code: M-W08
-- title: 单位应付未付 | Employer items unpaid
-- domain: injury
-- severity: orange
-- risk_point: 单位拒付
-- stage: benefit
-- evidences: 损害工伤职工权益
-- source: 社会保险法 第三十九条; 工伤保险条例 第三十三条
-- subject: benefit_item
-- rows: benefit_item(id), transfer_to_worker(benefit_item_id), calendar(all), act(matter_id)
-- param: pass_on_days = @injury.pass_on_working_days [1..20]
-- explain: 由用人单位支付的{f_entitled_fen}应于{f_due_day}前付清，尚欠{f_missing_fen}。
-- explain_en: Of {f_entitled_fen} that the employer itself owes, due on {f_due_day}, {f_missing_fen} is unpaid.
-- excludes: 到期前足额支付的; 只交付支付凭证的
-- assumes: 单位支付由单位登记并附银行凭证
WITH passed AS (
    SELECT t.benefit_item_id, CAST(SUM(t.amount_fen) AS BIGINT) AS fen FROM transfer_to_worker t
    GROUP BY t.benefit_item_id
), owed AS (
    SELECT i.id, i.claim_id, i.entitled_fen, COALESCE(p.fen, 0) AS passed_fen,
        COALESCE(d.day, i.due_day) AS due_day
    FROM benefit_item i LEFT JOIN passed p ON p.benefit_item_id = i.id
    LEFT JOIN calendar c ON c.day = i.approved_day
    LEFT JOIN calendar d ON d.working_no = c.working_no + $pass_on_days AND d.is_working = 1
    WHERE i.payer = 'employer' AND i.entitled_fen > 0
        AND (i.employer_receipt_document_id IS NULL OR p.fen IS NOT NULL)
)
SELECT 'benefit_item:' || o.id AS subject, '' AS part, o.entitled_fen - o.passed_fen AS score,
    o.entitled_fen AS f_entitled_fen, o.due_day AS f_due_day, o.entitled_fen - o.passed_fen AS f_missing_fen,
    'benefit_item' AS ev_table, o.id AS ev_key, w.person_id AS person_id, w.role AS person_role
FROM owed o LEFT JOIN act w ON w.matter_id = o.claim_id AND w.role = 'approved' AND w.is_refused = 0
WHERE o.passed_fen < o.entitled_fen AND o.due_day IS NOT NULL AND $today > o.due_day
