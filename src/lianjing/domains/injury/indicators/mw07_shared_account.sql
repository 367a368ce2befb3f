-- code: M-W07
-- title: 同账户多人代领 | Many workers, one account
-- domain: injury
-- severity: red
-- risk_point: 代领截留
-- stage: benefit
-- evidences: 冒领工伤待遇
-- source: 工伤保险待遇支付经办规程 第五条
-- subject: account
-- rows: benefit_item(all), benefit_share(all), injury(all), act(matter_id)
-- param: workers_min = @indicator.m_w07.workers_min [2..10]
-- explain: {f_workers}名职工的待遇付到同一个收款账户，共{f_amount_fen}。
-- explain_en: Benefits of {f_workers} workers, {f_amount_fen} in all, went to one payee account.
-- excludes: 付给用人单位或者医院账户的; 同一职工的几项待遇
-- assumes: 职工按登记的自然人区分
WITH given AS (
    SELECT i.id, i.claim_id, j.worker_id, COALESCE(s.account_id, i.payee_account_id) AS account_id,
        COALESCE(s.amount_fen, i.paid_fen) AS amount_fen
    FROM benefit_item i JOIN injury j ON j.id = i.injury_id
    LEFT JOIN benefit_share s ON s.benefit_item_id = i.id
    WHERE i.paid_day IS NOT NULL AND COALESCE(s.payee, i.route) = 'worker'
        AND COALESCE(s.account_id, i.payee_account_id) IS NOT NULL
), summed AS (
    SELECT g.account_id, COUNT(DISTINCT g.worker_id) AS workers, CAST(SUM(g.amount_fen) AS BIGINT) AS amount_fen
    FROM given g GROUP BY g.account_id HAVING COUNT(DISTINCT g.worker_id) >= $workers_min
)
SELECT 'account:' || f.account_id AS subject, '' AS part, f.workers AS score, f.workers AS f_workers,
    f.amount_fen AS f_amount_fen, 'benefit_item' AS ev_table, g.id AS ev_key, w.person_id AS person_id,
    w.role AS person_role
FROM summed f JOIN given g ON g.account_id = f.account_id
LEFT JOIN act w ON w.matter_id = g.claim_id AND w.role = 'approved' AND w.is_refused = 0
