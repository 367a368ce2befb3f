-- code: M-T27
-- version: 2
-- title: 股权/实控关联同标 | Related bidders
-- domain: works
-- severity: red
-- risk_point: 关联企业同标
-- stage: tendering
-- evidences: 关联投标无效
-- source: 招标投标法实施条例 第三十四条; OCP R032、R033
-- subject: tender
-- rows: tender(id), bid(tender_id), ownership(enterprise_id), act(matter_id)
-- param: share_ratio = 0.25 [0.05..0.5]
-- explain: 同一标段的两家投标人由同一人持股各不低于{share_ratio}（较小者{f_share_ratio}）或同一实际控制人。
-- explain_en: Two bidders of one lot share an owner with at least {share_ratio} in each (smaller: {f_share_ratio}) or a beneficial owner.
-- excludes: 投标截止前已退出的股东; 同一联合体的成员; 仅姓名相同
-- assumes: 企业登记的股东信息
WITH held AS (
    SELECT o.id, o.enterprise_id, o.owner,
        COALESCE(o.share_ratio, CASE WHEN o.is_beneficial = 1 THEN 1e0 ELSE 0e0 END) AS share, o.is_beneficial,
        COALESCE(o.from_day, -100000) AS from_day, COALESCE(o.to_day, 100000) AS to_day
    FROM ownership o WHERE o.owner <> ''
), offer AS (
    SELECT b.id, b.tender_id, COALESCE(b.lot_id, '') AS lot, b.enterprise_id,
        COALESCE(b.consortium_no, 0) AS consortium, t.deadline_day
    FROM bid b JOIN tender t ON t.id = b.tender_id WHERE b.enterprise_id IS NOT NULL AND b.status <> 'withdrawn'
), owned AS (
    SELECT f.id, f.tender_id, f.lot, f.enterprise_id, f.consortium, h.id AS holding, h.owner, h.share, h.is_beneficial
    FROM offer f JOIN held h ON h.enterprise_id = f.enterprise_id
        AND COALESCE(f.deadline_day, $today) BETWEEN h.from_day AND h.to_day
), pair AS (
    SELECT a.tender_id, a.id AS bid_a, b.id AS bid_b, a.holding AS holding_a, b.holding AS holding_b,
        CASE WHEN a.share < b.share THEN a.share ELSE b.share END AS share
    FROM owned a JOIN owned b ON b.tender_id = a.tender_id AND b.lot = a.lot AND b.owner = a.owner AND a.id < b.id
        AND a.enterprise_id <> b.enterprise_id
    WHERE (a.consortium = 0 OR a.consortium <> b.consortium)
        AND ((a.is_beneficial = 1 AND b.is_beneficial = 1)
            OR (a.share >= $share_ratio - 1e-9 AND b.share >= $share_ratio - 1e-9))
), best AS (
    SELECT p.bid_a, p.bid_b, MAX(p.share) AS share FROM pair p GROUP BY p.bid_a, p.bid_b
), shown AS (
    SELECT p.tender_id, p.bid_a, p.bid_b, 'bid' AS ev_table, p.bid_a AS ev_key FROM pair p
    UNION ALL SELECT p.tender_id, p.bid_a, p.bid_b, 'bid' AS ev_table, p.bid_b AS ev_key FROM pair p
    UNION ALL SELECT p.tender_id, p.bid_a, p.bid_b, 'ownership' AS ev_table, p.holding_a AS ev_key FROM pair p
    UNION ALL SELECT p.tender_id, p.bid_a, p.bid_b, 'ownership' AS ev_table, p.holding_b AS ev_key FROM pair p
)
SELECT 'tender:' || s.tender_id AS subject, s.bid_a || '-' || s.bid_b AS part, b.share AS score,
    b.share AS f_share_ratio, s.ev_table AS ev_table, s.ev_key AS ev_key, w.person_id AS person_id, w.role AS person_role
FROM shown s JOIN best b ON b.bid_a = s.bid_a AND b.bid_b = s.bid_b
LEFT JOIN act w ON w.matter_id = s.tender_id AND w.role = 'approved' AND w.is_refused = 0
