-- code: M-G05
-- title: 账外事项 | Off-system item
-- domain: supervision
-- severity: red
-- risk_point: 逃避监督
-- stage: supervision
-- evidences: 体外循环
-- source: 目录 C1（资金、交易、合同均须有平台事项）
-- subject: external_record
-- rows: population
-- explain: 外部记录{f_amount_fen}（{f_happened_day}）在平台没有对应事项，也没有说明。
-- explain_en: A record from outside of {f_amount_fen} ({f_happened_day}) has no matter on the platform and no explanation.
-- excludes: 已说明的记录; 已匹配事项或支付指令
-- assumes: 外部数据已接入; 银行流水每日对账
WITH lost AS (
    SELECT 'external_record:' || e.id AS subject, e.amount_fen, e.happened_day, 'external_record' AS ev_table, e.id AS ev_key
    FROM external_record e
    WHERE e.matched_matter_id IS NULL AND e.explanation = '' AND e.kind IN ('contract', 'tender', 'payment', 'project', 'land')
    UNION ALL
    SELECT 'bank_line:' || b.id AS subject, b.amount_fen, b.booked_day AS happened_day, 'bank_line' AS ev_table, b.id AS ev_key
    FROM bank_line b
    WHERE b.direction = 'out' AND b.match_state = 'unmatched' AND b.payment_order_id IS NULL AND b.explanation = '' AND b.booked_day < $today
)
SELECT l.subject AS subject, '' AS part, 1 AS score, l.amount_fen AS f_amount_fen, l.happened_day AS f_happened_day,
    l.ev_table AS ev_table, l.ev_key AS ev_key, CAST(NULL AS VARCHAR) AS person_id, '' AS person_role
FROM lost l
