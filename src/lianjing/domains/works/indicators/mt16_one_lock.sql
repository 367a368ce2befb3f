-- code: M-T16
-- title: 同造价加密锁 | Same cost-software lock or file-creation id
-- domain: works
-- severity: red
-- risk_point: 投标文件由一人制作
-- stage: tendering
-- evidences: 串通投标
-- source: 招标投标法实施条例 第四十条第一项
-- subject: tender
-- rows: bid_file(bid_id), bid(tender_id), act(matter_id)
-- param: bidders_min = 2 [2..10]
-- explain: 同一招标中{f_bidders}家投标人的投标文件出自同一造价软件加密锁或同一文件创建标识。
-- explain_en: Files of {f_bidders} bidders in one tender carry the same cost-software lock or creation id.
-- excludes: 同一联合体的成员
-- assumes: 交易平台提供投标文件特征
WITH code AS (
    SELECT f.id AS file_id, b.tender_id, 'lock' AS kind, f.cost_lock_hash AS value,
        CASE WHEN b.consortium_no IS NULL THEN b.enterprise_id ELSE 'c' || CAST(b.consortium_no AS VARCHAR) END AS bidder
    FROM bid_file f JOIN bid b ON b.id = f.bid_id WHERE f.cost_lock_hash <> ''
    UNION ALL
    SELECT f.id AS file_id, b.tender_id, 'creation' AS kind, f.create_key AS value,
        CASE WHEN b.consortium_no IS NULL THEN b.enterprise_id ELSE 'c' || CAST(b.consortium_no AS VARCHAR) END AS bidder
    FROM bid_file f JOIN bid b ON b.id = f.bid_id WHERE f.create_key <> ''
), shared AS (
    SELECT c.tender_id, c.kind, c.value FROM code c GROUP BY c.tender_id, c.kind, c.value
    HAVING COUNT(DISTINCT c.bidder) >= $bidders_min
), hit AS (
    SELECT c.tender_id, c.file_id, c.bidder FROM code c
    JOIN shared s ON s.tender_id = c.tender_id AND s.kind = c.kind AND s.value = c.value
), fact AS (
    SELECT h.tender_id, COUNT(DISTINCT h.bidder) AS bidders FROM hit h GROUP BY h.tender_id
)
SELECT 'tender:' || h.tender_id AS subject, '' AS part, a.bidders AS score, a.bidders AS f_bidders,
    'bid_file' AS ev_table, h.file_id AS ev_key, p.person_id AS person_id, p.role AS person_role
FROM hit h JOIN fact a ON a.tender_id = h.tender_id
LEFT JOIN act p ON p.matter_id = h.tender_id AND p.role = 'approved' AND p.is_refused = 0
