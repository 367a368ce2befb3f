-- code: M-T36
-- title: 评标过快 | Decision too short
-- domain: works
-- severity: yellow
-- risk_point: 评标走形式
-- stage: tendering
-- evidences: 评标走过场
-- source: 招标投标法实施条例 第四十八条; OCP R061
-- subject: tender
-- rows: population
-- param: fast_percentile = @indicator.m_t36.percentile [0.01..0.5]
-- param: min_sample = @stats.min_sample [4..1000]
-- explain: 平均每份投标文件评审{f_minutes}分钟，短于{f_sample}次同类评标的低分位（{fast_percentile}，{f_fence}分钟，样本不少于{min_sample}）。
-- explain_en: {f_minutes} minutes for each bid, shorter than the low percentile ({fast_percentile}: {f_fence} minutes) of {f_sample} evaluations of its kind (at least {min_sample}).
-- excludes: 已撤回或逾期的投标文件; 评标起止时间未登记
WITH counted AS (
    SELECT b.tender_id, COUNT(*) AS files FROM bid b WHERE b.status IN ('valid', 'disqualified', 'pending') GROUP BY b.tender_id
), timed AS (
    SELECT t.id, t.procurement_category AS kind,
        CAST(t.evaluation_ended_at - t.evaluation_started_at AS DOUBLE) / 60e0 / NULLIF(CAST(c.files AS DOUBLE), 0e0) AS minutes
    FROM tender t JOIN counted c ON c.tender_id = t.id WHERE t.evaluation_ended_at >= t.evaluation_started_at
), placed AS (
    SELECT m.id, m.kind, m.minutes, ROW_NUMBER() OVER (PARTITION BY m.kind ORDER BY m.minutes, m.id) AS place,
        COUNT(*) OVER (PARTITION BY m.kind) AS sample
    FROM timed m
), line AS (
    SELECT p.kind,
        MIN(CASE WHEN CAST(p.place AS DOUBLE) >= $fast_percentile * CAST(p.sample AS DOUBLE) - 1e-9 THEN p.minutes END) AS fence
    FROM placed p GROUP BY p.kind
), hit AS (
    SELECT p.id, p.minutes, p.sample, l.fence FROM placed p JOIN line l ON l.kind = p.kind
    WHERE p.sample >= $min_sample AND p.minutes < l.fence - 1e-9
)
SELECT 'tender:' || h.id AS subject, '' AS part, h.fence - h.minutes AS score, h.minutes AS f_minutes,
    h.fence AS f_fence, h.sample AS f_sample, 'tender' AS ev_table, h.id AS ev_key,
    p.person_id AS person_id, p.role AS person_role
FROM hit h LEFT JOIN act p ON p.matter_id = h.id AND p.role = 'approved' AND p.is_refused = 0
