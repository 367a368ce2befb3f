-- code: M-T45
-- title: 失信主体中标 | Debarred bidder
-- domain: works
-- severity: red
-- risk_point: 不具备资格的单位中标
-- stage: tendering
-- evidences: 违法定标
-- source: 招标投标法 第三十三条; OCP R046
-- subject: award
-- rows: award(id), bid(tender_id), ban_entry(enterprise_id), act(matter_id)
-- explain: 定标时中标单位或其联合体成员在名单内：{f_list}（{f_no}），{f_from_day}列入。
-- explain_en: At the award the winner or a member of its consortium was on a list: {f_list} ({f_no}), since {f_from_day}.
-- excludes: 定标前已移出; 定标后才列入; 已取消的定标
-- assumes: 名单以统一社会信用代码比对；名单所载的移出日期已更新
WITH winner AS (
    SELECT a.id, a.enterprise_id, COALESCE(a.decided_day, $today) AS day FROM award a
    WHERE a.status <> 'cancelled' AND a.enterprise_id IS NOT NULL
    UNION ALL
    SELECT a.id, m.enterprise_id, COALESCE(a.decided_day, $today) AS day
    FROM award a JOIN bid w ON w.id = a.bid_id
    JOIN bid m ON m.tender_id = w.tender_id AND m.consortium_no = w.consortium_no AND m.id <> w.id
    WHERE a.status <> 'cancelled' AND m.enterprise_id IS NOT NULL AND m.enterprise_id <> a.enterprise_id
), hit AS (
    SELECT w.id, w.enterprise_id, e.id AS entry, e.external_record_id, e.list_name, e.doc_no, e.from_day
    FROM winner w JOIN ban_entry e ON e.enterprise_id = w.enterprise_id
    WHERE w.day BETWEEN COALESCE(e.from_day, -100000) AND COALESCE(e.to_day, 100000)
), shown AS (
    SELECT h.id, h.entry, 'award' AS ev_table, h.id AS ev_key FROM hit h
    UNION ALL SELECT h.id, h.entry, 'external_record' AS ev_table, h.external_record_id AS ev_key FROM hit h
)
SELECT 'award:' || h.id AS subject, h.entry AS part, 1e0 AS score, h.list_name AS f_list, h.doc_no AS f_no,
    h.from_day AS f_from_day, s.ev_table AS ev_table, s.ev_key AS ev_key, p.person_id AS person_id, p.role AS person_role
FROM hit h JOIN shown s ON s.id = h.id AND s.entry = h.entry
LEFT JOIN act p ON p.matter_id = h.id AND p.role = 'approved' AND p.is_refused = 0
