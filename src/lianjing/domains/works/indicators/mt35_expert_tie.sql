-- code: M-T35
-- title: 专家回避漏报 | Expert tie
-- domain: works
-- severity: red
-- risk_point: 评委与投标人有利害关系
-- stage: tendering
-- evidences: 应回避未回避
-- source: 招标投标法 第三十七条; 招标投标法实施条例 第四十六条
-- subject: tender
-- rows: committee_member(tender_id), bid(tender_id), tender(id), tie_path(all)
-- param: hops_max = 1 [1..3]
-- param: years_after_days = 1095 [0..3650]
-- explain: 评标委员与投标人之间有{f_hops}跳关联：{f_path}。
-- explain_en: A committee member is tied to a bidder over {f_hops} hops: {f_path}.
-- excludes: 已更换的委员; 关联终止三年以上
WITH tied AS (
    SELECT m.id, m.tender_id, m.person_id, b.id AS bid_id, t.hops, t.path_text
    FROM committee_member m JOIN tender d ON d.id = m.tender_id
    JOIN bid b ON b.tender_id = m.tender_id AND b.enterprise_id IS NOT NULL
    JOIN tie_path t ON t.from_party = 'person:' || m.person_id AND t.to_party = 'enterprise:' || b.enterprise_id
    WHERE m.replaced_at IS NULL AND t.hops <= $hops_max AND t.is_by_name_only = 0
        AND t.from_day <= COALESCE(d.deadline_day, $today)
        AND t.to_day >= COALESCE(d.deadline_day, $today) - $years_after_days
), shown AS (
    SELECT x.tender_id, x.id, x.bid_id, x.person_id, x.hops, x.path_text, 'committee_member' AS ev_table, x.id AS ev_key
    FROM tied x
    UNION ALL
    SELECT x.tender_id, x.id, x.bid_id, x.person_id, x.hops, x.path_text, 'bid' AS ev_table, x.bid_id AS ev_key FROM tied x
)
SELECT 'tender:' || s.tender_id AS subject, s.id || '-' || s.bid_id AS part, 4 - s.hops AS score, s.hops AS f_hops,
    s.path_text AS f_path, s.ev_table AS ev_table, s.ev_key AS ev_key, s.person_id AS person_id, 'tied' AS person_role
FROM shown s
