-- code: M-T11
-- title: 除中标外全部否决 | All but the winner disqualified
-- domain: works
-- severity: red
-- risk_point: 操纵否决投标
-- stage: tendering
-- evidences: 操纵评标
-- source: 招标投标法实施条例 第五十一条; OCP R035
-- subject: tender
-- rows: bid(tender_id), act(matter_id)
-- param: disqualified_min = @indicator.m_t11.disqualified_min [1..10]
-- param: valid_max = @indicator.m_t11.valid_bids [1..2]
-- explain: {f_disqualified}家投标被否决，只剩{f_valid}家有效，即中标人。
-- explain_en: {f_disqualified} bids were disqualified; the {f_valid} valid one won.
-- excludes: 投标人自行撤回
WITH counted AS (
    SELECT b.tender_id, COUNT(CASE WHEN b.status = 'disqualified' THEN 1 END) AS disqualified,
        COUNT(CASE WHEN b.status = 'valid' THEN 1 END) AS valid, MAX(b.is_winner) AS won
    FROM bid b GROUP BY b.tender_id
), hit AS (
    SELECT c.tender_id, c.disqualified, c.valid FROM counted c
    WHERE c.won = 1 AND c.valid <= $valid_max AND c.disqualified >= $disqualified_min
)
SELECT 'tender:' || h.tender_id AS subject, '' AS part, h.disqualified AS score, h.disqualified AS f_disqualified,
    h.valid AS f_valid, 'bid' AS ev_table, b.id AS ev_key, p.person_id AS person_id, p.role AS person_role
FROM hit h JOIN bid b ON b.tender_id = h.tender_id AND b.status IN ('valid', 'disqualified')
LEFT JOIN act p ON p.matter_id = h.tender_id AND p.role = 'approved' AND p.is_refused = 0
