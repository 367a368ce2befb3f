-- code: M-T15
-- title: 同MAC/机器码 | Same MAC, disk or machine code
-- domain: works
-- severity: red
-- risk_point: 投标文件由一人制作
-- stage: tendering
-- evidences: 串通投标
-- source: 招标投标法实施条例 第四十条第一项
-- subject: tender
-- rows: bid_file(bid_id), bid(tender_id), act(matter_id)
-- param: bidders_min = @indicator.m_t15.bidders_min [2..10]
-- explain: 同一招标中{f_bidders}家投标人的投标文件有{f_kinds}种机器特征相同（网卡、硬盘、机器码）。
-- explain_en: Files of {f_bidders} bidders in one tender share {f_kinds} kinds of machine codes (network card, disk, machine).
-- excludes: 同一联合体的成员; 仅处理器型号相同
-- assumes: 交易平台提供投标文件特征
WITH code AS (
    SELECT f.id AS file_id, b.tender_id, 'mac' AS kind, f.mac_hash AS value,
        CASE WHEN b.consortium_no IS NULL THEN b.enterprise_id ELSE 'c' || CAST(b.consortium_no AS VARCHAR) END AS bidder
    FROM bid_file f JOIN bid b ON b.id = f.bid_id WHERE f.mac_hash <> ''
    UNION ALL
    SELECT f.id AS file_id, b.tender_id, 'disk' AS kind, f.disk_hash AS value,
        CASE WHEN b.consortium_no IS NULL THEN b.enterprise_id ELSE 'c' || CAST(b.consortium_no AS VARCHAR) END AS bidder
    FROM bid_file f JOIN bid b ON b.id = f.bid_id WHERE f.disk_hash <> ''
    UNION ALL
    SELECT f.id AS file_id, b.tender_id, 'machine' AS kind, f.machine_hash AS value,
        CASE WHEN b.consortium_no IS NULL THEN b.enterprise_id ELSE 'c' || CAST(b.consortium_no AS VARCHAR) END AS bidder
    FROM bid_file f JOIN bid b ON b.id = f.bid_id WHERE f.machine_hash <> ''
), shared AS (
    SELECT c.tender_id, c.kind, c.value FROM code c GROUP BY c.tender_id, c.kind, c.value
    HAVING COUNT(DISTINCT c.bidder) >= $bidders_min
), hit AS (
    SELECT c.tender_id, c.file_id, c.bidder, c.kind FROM code c
    JOIN shared s ON s.tender_id = c.tender_id AND s.kind = c.kind AND s.value = c.value
), fact AS (
    SELECT h.tender_id, COUNT(DISTINCT h.bidder) AS bidders, COUNT(DISTINCT h.kind) AS kinds
    FROM hit h GROUP BY h.tender_id
)
SELECT 'tender:' || h.tender_id AS subject, '' AS part, a.bidders AS score, a.bidders AS f_bidders, a.kinds AS f_kinds,
    'bid_file' AS ev_table, h.file_id AS ev_key, p.person_id AS person_id, p.role AS person_role
FROM hit h JOIN fact a ON a.tender_id = h.tender_id
LEFT JOIN act p ON p.matter_id = h.tender_id AND p.role = 'approved' AND p.is_refused = 0
