-- code: M-T25
-- title: 联系人同一 | Same contact or agent
-- domain: works
-- severity: red
-- risk_point: 同一人经办多家投标
-- stage: tendering
-- evidences: 视为投标人相互串通投标; 招标人与投标人串通
-- source: 招标投标法实施条例 第四十条第二项、第四十一条; OCP R043、R044
-- subject: tender
-- rows: population
-- param: bidders_min = 2 [2..10]
-- param: insiders_min = 1 [1..10]
-- explain: {f_bidders}家投标人的联系电话或递交人相同（不少于{bidders_min}家）；或与招标人的工作人员同电话、由其代办（{f_members}人，不少于{insiders_min}人）。
-- explain_en: {f_bidders} bidders share a telephone or the person who handed in (at least {bidders_min}); or a bidder shares a telephone or agent with the tenderer's staff ({f_members} persons, at least {insiders_min}).
-- excludes: 已撤回的投标; 同一联合体的成员; 截止前已终止的关联; 本次招标的代理机构代为上传
WITH offer AS (
    SELECT b.id, b.tender_id, b.enterprise_id, b.submitted_by_person_id AS sender, t.owner_unit_id,
        t.agency_enterprise_id AS agency, t.deadline_day,
        CASE WHEN b.consortium_no IS NULL THEN b.enterprise_id ELSE 'c' || CAST(b.consortium_no AS VARCHAR) END AS bidder
    FROM bid b JOIN tender t ON t.id = b.tender_id WHERE b.enterprise_id IS NOT NULL AND b.status <> 'withdrawn'
), keyed AS (
    SELECT o.id, o.tender_id, o.bidder, 'phone' AS kind, e.phone_norm AS contact FROM offer o
    JOIN enterprise e ON e.id = o.enterprise_id WHERE e.phone_norm <> ''
    UNION ALL
    SELECT o.id, o.tender_id, o.bidder, 'sender' AS kind, o.sender AS contact FROM offer o
    WHERE o.sender IS NOT NULL AND NOT EXISTS (SELECT p.id FROM person p JOIN unit u ON u.id = p.unit_id
        JOIN enterprise a ON a.credit_code = u.enterprise_no WHERE p.id = o.sender AND a.id = o.agency)
), common AS (
    SELECT k.tender_id, k.kind, k.contact, COUNT(DISTINCT k.bidder) AS bidders FROM keyed k
    GROUP BY k.tender_id, k.kind, k.contact HAVING COUNT(DISTINCT k.bidder) >= $bidders_min
), counted AS (
    SELECT c.tender_id, c.kind, MAX(c.bidders) AS bidders FROM common c GROUP BY c.tender_id, c.kind
), bound AS (
    SELECT i.id, i.from_party AS one, i.to_party AS other, COALESCE(i.from_day, -100000) AS from_day, COALESCE(i.to_day, 100000) AS to_day
    FROM tie i WHERE i.kind IN ('phone', 'agent')
    UNION ALL
    SELECT i.id, i.to_party AS one, i.from_party AS other, COALESCE(i.from_day, -100000) AS from_day, COALESCE(i.to_day, 100000) AS to_day
    FROM tie i WHERE i.kind IN ('phone', 'agent')
), inside AS (
    SELECT o.id, o.tender_id, i.id AS tie_id, p.id AS person_id FROM offer o
    JOIN bound i ON i.one = 'enterprise:' || o.enterprise_id AND COALESCE(o.deadline_day, $today) BETWEEN i.from_day AND i.to_day
    JOIN person p ON i.other = 'person:' || p.id AND p.unit_id = o.owner_unit_id
), staff AS (
    SELECT i.tender_id, COUNT(DISTINCT i.person_id) AS members FROM inside i GROUP BY i.tender_id
    HAVING COUNT(DISTINCT i.person_id) >= $insiders_min
), shown AS (
    SELECT k.tender_id, k.kind AS part, c.bidders, CAST(NULL AS BIGINT) AS members, 'bid' AS ev_table, k.id AS ev_key
    FROM keyed k JOIN common m ON m.tender_id = k.tender_id AND m.kind = k.kind AND m.contact = k.contact
    JOIN counted c ON c.tender_id = k.tender_id AND c.kind = k.kind
    UNION ALL
    SELECT i.tender_id, 'staff' AS part, CAST(NULL AS BIGINT) AS bidders, s.members, 'bid' AS ev_table, i.id AS ev_key
    FROM inside i JOIN staff s ON s.tender_id = i.tender_id
    UNION ALL
    SELECT i.tender_id, 'staff' AS part, CAST(NULL AS BIGINT) AS bidders, s.members, 'tie' AS ev_table, i.tie_id AS ev_key
    FROM inside i JOIN staff s ON s.tender_id = i.tender_id
)
SELECT 'tender:' || s.tender_id AS subject, s.part AS part, CAST(COALESCE(s.bidders, s.members) AS DOUBLE) AS score,
    s.bidders AS f_bidders, s.members AS f_members, s.ev_table AS ev_table, s.ev_key AS ev_key,
    w.person_id AS person_id, w.role AS person_role
FROM shown s LEFT JOIN act w ON w.matter_id = s.tender_id AND w.role = 'approved' AND w.is_refused = 0
