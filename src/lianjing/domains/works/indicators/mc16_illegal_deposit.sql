-- code: M-C16
-- title: 质保金、保证金违规 | Illegal deposits
-- domain: works
-- severity: yellow
-- risk_point: 加重企业负担
-- stage: contract
-- evidences: 超比例收取、逾期不退保证金
-- source: 建质〔2017〕138号; 招标投标法实施条例 第二十六条、第五十八条
-- subject: contract
-- rows: contract(id), contract_bond(contract_id), act(matter_id)
-- param: retention_ratio = @works.payment.warranty_ratio [0..0.1]
-- param: performance_ratio = @works.contract.performance_bond_ratio [0..0.2]
-- param: bid_ratio = @works.tender.bid_bond_ratio [0..0.05]
-- explain: {f_kinds}类违规：超比例（质保金{retention_ratio}、履约{performance_ratio}、投标{bid_ratio}）、限定只收现金、到期未退；比例{f_ratio}，逾期{f_days}日。
-- explain_en: {f_kinds} breaches: above the ratio (retention {retention_ratio}, performance {performance_ratio}, bid {bid_ratio}), cash only, or not returned when due; ratio {f_ratio}, {f_days} days late.
-- excludes: 已按期退还; 比例以内且可用保函
-- assumes: 保证金基数和到期日已登记
WITH bond AS (
    SELECT b.id, b.contract_id, CASE WHEN b.base_fen > 0 THEN CAST(b.amount_fen AS DOUBLE) / NULLIF(CAST(b.base_fen AS DOUBLE), 0e0)
        ELSE COALESCE(b.ratio, 0e0) END AS ratio,
        CASE b.kind WHEN 'retention' THEN $retention_ratio WHEN 'performance' THEN $performance_ratio WHEN 'bid' THEN $bid_ratio
            ELSE 1e0 END AS most,
        COALESCE(b.is_cash_only, 0) AS is_cash_only,
        CASE WHEN b.due_return_day IS NULL THEN 0
            WHEN COALESCE(b.returned_day, $today) > b.due_return_day THEN COALESCE(b.returned_day, $today) - b.due_return_day
            ELSE 0 END AS days
    FROM contract_bond b WHERE b.contract_id IS NOT NULL
), judged AS (
    SELECT b.id, b.contract_id, b.ratio, b.days,
        CASE WHEN b.ratio > b.most + 1e-9 THEN 1 ELSE 0 END + CASE WHEN b.is_cash_only = 1 THEN 1 ELSE 0 END
        + CASE WHEN b.days > 0 THEN 1 ELSE 0 END AS kinds
    FROM bond b
)
SELECT 'contract:' || j.contract_id AS subject, 'contract_bond:' || j.id AS part, j.kinds AS score, j.kinds AS f_kinds,
    j.ratio AS f_ratio, j.days AS f_days, 'contract_bond' AS ev_table, j.id AS ev_key,
    w.person_id AS person_id, w.role AS person_role
FROM judged j LEFT JOIN act w ON w.matter_id = j.contract_id AND w.role = 'approved' AND w.is_refused = 0
WHERE j.kinds > 0
