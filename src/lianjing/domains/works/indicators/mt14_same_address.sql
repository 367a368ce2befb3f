-- code: M-T14
-- title: 同IP上传 | Same public address
-- domain: works
-- severity: red
-- risk_point: 串通投标
-- stage: tendering
-- evidences: 串通投标
-- source: 招标投标法实施条例 第四十条; OCP R041、R044
-- subject: tender
-- rows: bid(tender_id), act(matter_id)
-- param: bidders_min = @indicator.m_t14.bidders_min [2..10]
-- explain: 同一招标中{f_bidders}家投标人自同一网络地址上传。
-- explain_en: {f_bidders} bidders uploaded from one network address.
-- excludes: 同一联合体的成员
-- assumes: 交易平台提供上传地址摘要
WITH sent AS (
    SELECT b.id, b.tender_id, b.upload_ip_hash AS address,
        CASE WHEN b.consortium_no IS NULL THEN b.enterprise_id ELSE 'c' || CAST(b.consortium_no AS VARCHAR) END AS bidder
    FROM bid b WHERE b.upload_ip_hash <> '' AND b.enterprise_id IS NOT NULL
), shared AS (
    SELECT s.tender_id, s.address, COUNT(DISTINCT s.bidder) AS bidders FROM sent s
    GROUP BY s.tender_id, s.address HAVING COUNT(DISTINCT s.bidder) >= $bidders_min
), fact AS (
    SELECT s.tender_id, CAST(SUM(s.bidders) AS BIGINT) AS bidders FROM shared s GROUP BY s.tender_id
)
SELECT 'tender:' || s.tender_id AS subject, '' AS part, f.bidders AS score, f.bidders AS f_bidders,
    'bid' AS ev_table, s.id AS ev_key, p.person_id AS person_id, p.role AS person_role
FROM sent s JOIN shared h ON h.tender_id = s.tender_id AND h.address = s.address
JOIN fact f ON f.tender_id = s.tender_id
LEFT JOIN act p ON p.matter_id = s.tender_id AND p.role = 'approved' AND p.is_refused = 0
