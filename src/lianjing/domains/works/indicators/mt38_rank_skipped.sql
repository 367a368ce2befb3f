-- code: M-T38
-- title: 未按排名定标 | Winner not ranked first
-- domain: works
-- severity: red
-- risk_point: 不按名次定标
-- stage: tendering
-- evidences: 违法定标
-- source: 招标投标法实施条例 第五十五条
-- subject: award
-- rows: award(id), candidate(tender_id), act(matter_id)
-- param: required_rank = @works.tender.required_rank [1..3]
-- explain: 中标人在推荐名次中排第{f_rank}，没有写明不定第{required_rank}名的法定依据。
-- explain_en: The winner was ranked {f_rank}; no legal basis is stated for passing over rank {required_rank}.
-- excludes: 写明法定依据条款
WITH ranked AS (
    SELECT a.id, a.tender_id, a.bid_id, COALESCE(MAX(c.rank), a.rank) AS rank
    FROM award a LEFT JOIN candidate c ON c.bid_id = a.bid_id AND c.tender_id = a.tender_id
    WHERE a.bid_id IS NOT NULL AND a.legal_basis = '' AND a.legal_basis_clause = ''
    GROUP BY a.id, a.tender_id, a.bid_id, a.rank
), hit AS (
    SELECT r.id, r.tender_id, r.bid_id, r.rank FROM ranked r WHERE r.rank > $required_rank
), shown AS (
    SELECT h.id, h.rank, 'award' AS ev_table, h.id AS ev_key FROM hit h
    UNION ALL
    SELECT h.id, h.rank, 'candidate' AS ev_table, c.id AS ev_key FROM hit h
    JOIN candidate c ON c.bid_id = h.bid_id AND c.tender_id = h.tender_id
)
SELECT 'award:' || s.id AS subject, '' AS part, s.rank AS score, s.rank AS f_rank, s.ev_table AS ev_table,
    s.ev_key AS ev_key, p.person_id AS person_id, p.role AS person_role
FROM shown s LEFT JOIN act p ON p.matter_id = s.id AND p.role = 'approved' AND p.is_refused = 0
