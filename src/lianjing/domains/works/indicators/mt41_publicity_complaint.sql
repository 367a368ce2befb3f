-- code: M-T41
-- title: 公示与投诉异常 | Publicity and complaint anomaly
-- domain: works
-- severity: yellow
-- risk_point: 公示期不足、异议不答复
-- stage: tendering
-- evidences: 剥夺异议权
-- source: 招标投标法实施条例 第五十四条、第六十条; OCP R020、R039
-- subject: unit
-- rows: population
-- param: publicity_days = @works.tender.publicity_days [1..30]
-- param: answer_days = @works.tender.objection_answer_days [1..30]
-- param: complaint_ratio = @indicator.m_t41.complaint_rate [0.001..1]
-- param: min_sample = @stats.min_sample [1..1000]
-- explain: 中标候选人公示{f_days}日（不少于{publicity_days}日）；或异议{f_waiting_days}日未答复（{answer_days}日内）；或{f_sample}次招标中被投诉的占{f_rate_ratio}（线{complaint_ratio}，样本不少于{min_sample}）。
-- explain_en: The candidates were public for {f_days} days (at least {publicity_days}); or an objection went {f_waiting_days} days without an answer (within {answer_days}); or {f_rate_ratio} of {f_sample} tenders drew complaints (line {complaint_ratio}, at least {min_sample} tenders).
-- excludes: 撤回的异议和投诉; 不予受理的投诉
WITH mine AS (
    SELECT t.id, t.owner_unit_id FROM tender t WHERE t.owner_unit_id IS NOT NULL AND COALESCE(t.published_day, t.issued_day) IS NOT NULL
), raised AS (
    SELECT o.id, m.owner_unit_id, o.matter_id, o.kind, COALESCE(o.answered_day, $today) - o.raised_day AS days
    FROM objection o JOIN mine m ON m.id = o.matter_id
    WHERE o.raised_day IS NOT NULL AND o.result NOT IN ('withdrawn', 'not_accepted')
), shown_days AS (
    SELECT p.id, m.owner_unit_id, p.matter_id,
        CASE WHEN p.taken_down_day < p.to_day THEN p.taken_down_day ELSE p.to_day END - p.from_day AS days
    FROM publicity p JOIN mine m ON m.id = p.matter_id WHERE p.kind = 'candidates'
), accused AS (
    SELECT r.matter_id FROM raised r WHERE r.kind = 'complaint' GROUP BY r.matter_id
), complained AS (
    SELECT m.owner_unit_id, COUNT(*) AS tenders, COUNT(a.matter_id) AS hit
    FROM mine m LEFT JOIN accused a ON a.matter_id = m.id GROUP BY m.owner_unit_id
), hit AS (
    SELECT s.owner_unit_id, 'publicity:' || s.id AS part, CAST($publicity_days - s.days AS DOUBLE) AS score, s.days AS days,
        CAST(NULL AS BIGINT) AS waiting, CAST(NULL AS BIGINT) AS sample, CAST(NULL AS DOUBLE) AS rate,
        'publicity' AS ev_table, s.id AS ev_key, s.matter_id
    FROM shown_days s WHERE s.days < $publicity_days
    UNION ALL
    SELECT r.owner_unit_id, 'objection:' || r.id AS part, CAST(r.days - $answer_days AS DOUBLE) AS score,
        CAST(NULL AS BIGINT) AS days, r.days AS waiting, CAST(NULL AS BIGINT) AS sample, CAST(NULL AS DOUBLE) AS rate,
        'objection' AS ev_table, r.id AS ev_key, r.matter_id
    FROM raised r WHERE r.kind = 'objection' AND r.days > $answer_days
    UNION ALL
    SELECT c.owner_unit_id, 'complaints' AS part, CAST(c.hit AS DOUBLE) / NULLIF(CAST(c.tenders AS DOUBLE), 0e0) AS score,
        CAST(NULL AS BIGINT) AS days, CAST(NULL AS BIGINT) AS waiting, c.tenders AS sample,
        CAST(c.hit AS DOUBLE) / NULLIF(CAST(c.tenders AS DOUBLE), 0e0) AS rate, 'objection' AS ev_table, r.id AS ev_key, r.matter_id
    FROM complained c JOIN raised r ON r.owner_unit_id = c.owner_unit_id AND r.kind = 'complaint'
    WHERE c.tenders >= $min_sample AND CAST(c.hit AS DOUBLE) >= $complaint_ratio * CAST(c.tenders AS DOUBLE) - 1e-9
)
SELECT 'unit:' || h.owner_unit_id AS subject, h.part AS part, h.score AS score, h.days AS f_days, h.waiting AS f_waiting_days,
    h.sample AS f_sample, h.rate AS f_rate_ratio, h.ev_table AS ev_table, h.ev_key AS ev_key,
    w.person_id AS person_id, w.role AS person_role
FROM hit h LEFT JOIN act w ON w.matter_id = h.matter_id AND w.role = 'approved' AND w.is_refused = 0
