-- code: M-C15
-- title: 工资专户未拨 | Wage account not funded
-- domain: works
-- severity: orange
-- risk_point: 拖欠农民工工资
-- stage: payment
-- evidences: 人工费未按期拨付
-- source: 保障农民工工资支付条例 第二十四条、第二十九条
-- subject: contract
-- rows: wage_payment(contract_id), act(matter_id)
-- param: overdue_days = @indicator.m_c15.overdue_days [1..90]
-- explain: 应于{f_due_day}拨入工资专户的{f_short_fen}逾期{f_days}日未足额拨付。
-- explain_en: {f_short_fen} due to the wage account on {f_due_day} is {f_days} days late.
-- excludes: 已足额拨付
WITH late AS (
    SELECT g.id, g.contract_id, g.due_day, g.due_fen - COALESCE(g.paid_fen, 0) AS short, $today - g.due_day AS days
    FROM wage_payment g WHERE g.due_fen > COALESCE(g.paid_fen, 0) AND $today - g.due_day > $overdue_days
)
SELECT 'contract:' || l.contract_id AS subject, 'wage_payment:' || l.id AS part, l.days AS score, l.due_day AS f_due_day,
    l.short AS f_short_fen, l.days AS f_days, 'wage_payment' AS ev_table, l.id AS ev_key,
    p.person_id AS person_id, p.role AS person_role
FROM late l LEFT JOIN act p ON p.matter_id = l.id AND p.role = 'approved' AND p.is_refused = 0
