-- code: M-T09
-- title: 唯一投标/响应不足 | Single bidder or fewer than three
-- domain: works
-- severity: orange
-- risk_point: 竞争不足
-- stage: tendering
-- evidences: 竞争不充分仍定标
-- source: 招标投标法实施条例 第四十四条; OCP R018
-- subject: tender
-- rows: bid(tender_id), tender(id), act(matter_id)
-- param: bidders_min = @works.tender.min_bidders [2..5]
-- explain: 招标只有{f_bidders}家投标（有效{f_valid}家），少于{bidders_min}家仍开标定标。
-- explain_en: {f_bidders} bidders ({f_valid} valid), fewer than {bidders_min}, and yet an award.
-- excludes: 流标的招标; 单一来源和直接发包
WITH counted AS (
    SELECT t.id, COUNT(DISTINCT b.enterprise_id) AS bidders,
        COUNT(DISTINCT CASE WHEN b.status = 'valid' THEN b.enterprise_id END) AS valid,
        MAX(b.is_winner) AS won
    FROM tender t JOIN bid b ON b.tender_id = t.id
    WHERE t.method NOT IN ('single_source', 'direct') AND t.status <> 'unsuccessful' AND b.status <> 'withdrawn'
    GROUP BY t.id
)
SELECT 'tender:' || c.id AS subject, '' AS part, $bidders_min - c.bidders AS score, c.bidders AS f_bidders,
    c.valid AS f_valid, 'bid' AS ev_table, b.id AS ev_key, p.person_id AS person_id, p.role AS person_role
FROM counted c JOIN bid b ON b.tender_id = c.id
LEFT JOIN act p ON p.matter_id = c.id AND p.role = 'approved' AND p.is_refused = 0
WHERE c.won = 1 AND c.bidders < $bidders_min
