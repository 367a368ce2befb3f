-- code: M-T44
-- title: 中标迟签/合同不符 | Late or different contract
-- domain: works
-- severity: yellow
-- risk_point: 背离中标结果
-- stage: contract
-- evidences: 订立背离实质内容的合同
-- source: 招标投标法 第四十六条; OCP R060、R059
-- subject: contract
-- rows: contract(award_id), award(id), act(matter_id)
-- param: sign_days = @works.tender.contract_sign_days [7..90]
-- explain: 中标通知后{f_days}日签订（期限{sign_days}日），合同价与中标价相差{f_difference_fen}。
-- explain_en: Signed {f_days} days after the notice (limit {sign_days}); contract and award differ by {f_difference_fen}.
-- excludes: 期限内按中标价签订
WITH signed AS (
    SELECT c.id, a.id AS award_id, c.signed_day - COALESCE(a.notice_day, a.decided_day) AS days,
        c.amount_fen - a.amount_fen AS difference
    FROM contract c JOIN award a ON a.id = c.award_id
    WHERE c.signed_day IS NOT NULL AND COALESCE(a.notice_day, a.decided_day) IS NOT NULL
), hit AS (
    SELECT s.id, s.award_id, s.days, COALESCE(s.difference, 0) AS difference FROM signed s
    WHERE s.days > $sign_days OR COALESCE(s.difference, 0) <> 0
), shown AS (
    SELECT h.id, h.days, h.difference, 'contract' AS ev_table, h.id AS ev_key FROM hit h
    UNION ALL SELECT h.id, h.days, h.difference, 'award' AS ev_table, h.award_id AS ev_key FROM hit h
)
SELECT 'contract:' || s.id AS subject, '' AS part, s.days AS score, s.days AS f_days, s.difference AS f_difference_fen,
    s.ev_table AS ev_table, s.ev_key AS ev_key, p.person_id AS person_id, p.role AS person_role
FROM shown s LEFT JOIN act p ON p.matter_id = s.id AND p.role = 'approved' AND p.is_refused = 0
