-- code: M-T26
-- title: 项目成员重叠 | Same managers
-- domain: works
-- severity: red
-- risk_point: 串通投标
-- stage: tendering
-- evidences: 视为投标人相互串通投标
-- source: 招标投标法实施条例 第四十条第三项
-- subject: tender
-- rows: bid(tender_id), bid_member(bid_id), act(matter_id)
-- param: members_min = 1 [1..10]
-- explain: 两家投标人的项目管理成员有{f_members}人相同（至少{members_min}人）。
-- explain_en: Two bidders name {f_members} of the same project staff (at least {members_min}).
-- excludes: 已撤回的投标; 同一联合体的成员
WITH offer AS (
    SELECT b.id, b.tender_id, COALESCE(b.lot_id, '') AS lot, b.enterprise_id, COALESCE(b.consortium_no, 0) AS consortium
    FROM bid b WHERE b.enterprise_id IS NOT NULL AND b.status <> 'withdrawn'
), named AS (
    SELECT o.id, o.tender_id, o.lot, o.enterprise_id, o.consortium, m.id AS member, m.natural_person_id AS who
    FROM offer o JOIN bid_member m ON m.bid_id = o.id WHERE m.natural_person_id IS NOT NULL
), pair AS (
    SELECT a.tender_id, a.id AS bid_a, b.id AS bid_b, a.member AS member_a, b.member AS member_b, a.who
    FROM named a JOIN named b ON b.tender_id = a.tender_id AND b.lot = a.lot AND b.who = a.who AND a.id < b.id
    WHERE a.enterprise_id <> b.enterprise_id AND (a.consortium = 0 OR a.consortium <> b.consortium)
), counted AS (
    SELECT p.bid_a, p.bid_b, COUNT(DISTINCT p.who) AS members FROM pair p
    GROUP BY p.bid_a, p.bid_b HAVING COUNT(DISTINCT p.who) >= $members_min
), shown AS (
    SELECT p.tender_id, p.bid_a, p.bid_b, 'bid_member' AS ev_table, p.member_a AS ev_key FROM pair p
    UNION ALL SELECT p.tender_id, p.bid_a, p.bid_b, 'bid_member' AS ev_table, p.member_b AS ev_key FROM pair p
)
SELECT 'tender:' || s.tender_id AS subject, s.bid_a || '-' || s.bid_b AS part, c.members AS score,
    c.members AS f_members, s.ev_table AS ev_table, s.ev_key AS ev_key, w.person_id AS person_id, w.role AS person_role
FROM shown s JOIN counted c ON c.bid_a = s.bid_a AND c.bid_b = s.bid_b
LEFT JOIN act w ON w.matter_id = s.tender_id AND w.role = 'approved' AND w.is_refused = 0
