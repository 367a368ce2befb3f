-- code: M-W05
-- title: 凭证异常 | Fake proof
-- domain: injury
-- severity: red
-- risk_point: 虚假凭证
-- stage: benefit
-- evidences: 以虚假凭证骗取工伤保险待遇
-- source: 工伤保险待遇支付经办规程 第七条
-- subject: benefit_item
-- rows: advance_proof(injury_id), advance_proof(voucher_no), benefit_item(injury_id), injury(id), enterprise(all), matter(all), act(matter_id)
-- explain: 垫付凭证{f_voucher_count}张异常（付款人不是用人单位{f_payer_count}张、凭证号重复使用{f_reused_count}张、付款日晚于待遇支付日{f_late_count}张）。
-- explain_en: {f_voucher_count} vouchers of an advance are irregular: payer other than the employer {f_payer_count}, number used twice {f_reused_count}, dated after the payment {f_late_count}.
-- excludes: 付款人即用人单位且号码未重复的; 已撤回申领的凭证
-- assumes: 付款人名称按凭证原样登记
WITH live AS (
    SELECT p.id, p.benefit_item_id, p.voucher_no, p.payer_norm, p.paid_day, i.claim_id, i.paid_day AS benefit_day,
        e.name_norm
    FROM advance_proof p JOIN benefit_item i ON i.id = p.benefit_item_id
    JOIN injury j ON j.id = p.injury_id JOIN enterprise e ON e.id = j.employer_enterprise_id
    LEFT JOIN matter m ON m.id = i.claim_id
    WHERE COALESCE(m.outcome, '') <> 'withdrawn'
), reused AS (
    SELECT l.voucher_no FROM live l WHERE l.voucher_no <> '' GROUP BY l.voucher_no HAVING COUNT(*) >= 2
), judged AS (
    SELECT l.id, l.benefit_item_id, l.claim_id,
        CASE WHEN l.payer_norm <> '' AND l.payer_norm <> l.name_norm THEN 1 ELSE 0 END AS is_payer,
        CASE WHEN r.voucher_no IS NOT NULL THEN 1 ELSE 0 END AS is_reused,
        CASE WHEN l.benefit_day IS NOT NULL AND l.paid_day > l.benefit_day THEN 1 ELSE 0 END AS is_late
    FROM live l LEFT JOIN reused r ON r.voucher_no = l.voucher_no
), summed AS (
    SELECT j.benefit_item_id, COUNT(*) AS vouchers, CAST(SUM(j.is_payer) AS BIGINT) AS payers,
        CAST(SUM(j.is_reused) AS BIGINT) AS twice, CAST(SUM(j.is_late) AS BIGINT) AS lates
    FROM judged j WHERE j.is_payer + j.is_reused + j.is_late > 0 GROUP BY j.benefit_item_id
)
SELECT 'benefit_item:' || f.benefit_item_id AS subject, '' AS part, f.vouchers AS score,
    f.vouchers AS f_voucher_count, f.payers AS f_payer_count, f.twice AS f_reused_count, f.lates AS f_late_count,
    'advance_proof' AS ev_table, j.id AS ev_key, w.person_id AS person_id, w.role AS person_role
FROM summed f JOIN judged j ON j.benefit_item_id = f.benefit_item_id AND j.is_payer + j.is_reused + j.is_late > 0
LEFT JOIN act w ON w.matter_id = j.claim_id AND w.role = 'approved' AND w.is_refused = 0
