-- code: M-T24
-- version: 2
-- title: 保证金同源 | Same bond payer
-- domain: works
-- severity: red
-- risk_point: 投标保证金出自同一账户
-- stage: tendering
-- evidences: 串通投标
-- source: 招标投标法实施条例 第四十条第六项
-- subject: tender
-- rows: bid_bond(bid_id), bid(tender_id), account(id), act(matter_id)
-- param: bidders_min = 2 [2..10]
-- explain: 同一招标中{f_bidders}家投标人的投标保证金出自同一付款账户。
-- explain_en: Bid bonds of {f_bidders} bidders in one tender come from one account.
-- excludes: 同一联合体的成员; 保函等非现金形式
-- assumes: 保证金付款账户已登记
WITH bond AS (
    SELECT n.id, b.tender_id, a.account_no_hash AS account,
        CASE WHEN b.consortium_no IS NULL THEN b.enterprise_id ELSE 'c' || CAST(b.consortium_no AS VARCHAR) END AS bidder
    FROM bid_bond n JOIN bid b ON b.id = n.bid_id JOIN account a ON a.id = n.payer_account_id
    WHERE n.form = 'cash'
), shared AS (
    SELECT c.tender_id, c.account, COUNT(DISTINCT c.bidder) AS bidders FROM bond c GROUP BY c.tender_id, c.account
    HAVING COUNT(DISTINCT c.bidder) >= $bidders_min
), fact AS (
    SELECT s.tender_id, CAST(SUM(s.bidders) AS BIGINT) AS bidders FROM shared s GROUP BY s.tender_id
)
SELECT 'tender:' || c.tender_id AS subject, '' AS part, f.bidders AS score, f.bidders AS f_bidders,
    'bid_bond' AS ev_table, c.id AS ev_key, p.person_id AS person_id, p.role AS person_role
FROM bond c JOIN shared s ON s.tender_id = c.tender_id AND s.account = c.account
JOIN fact f ON f.tender_id = c.tender_id
LEFT JOIN act p ON p.matter_id = c.tender_id AND p.role = 'approved' AND p.is_refused = 0
