-- code: M-S07
-- title: 不满意集中 | Bad ratings by handler
-- domain: services
-- severity: yellow
-- risk_point: 服务态度和质效
-- stage: service
-- evidences: 服务作风问题
-- source: 目录 S16; 箱线栅栏法（Cardinal）
-- subject: person
-- rows: population
-- param: rating_max = @indicator.m_s07.rating_max [1..3]
-- param: min_sample = @stats.min_sample [4..1000]
-- explain: 该承办人{f_share_ratio}的评价不高于{rating_max}分，超过同类上栅栏{f_fence_ratio}（{f_sample}名承办人，最少{min_sample}名）。
-- explain_en: {f_share_ratio} of this handler's ratings are at most {rating_max}, above the upper fence {f_fence_ratio} of {f_sample} handlers (at least {min_sample}).
-- excludes: 未评价的工单; 同类样本不足
-- assumes: 同类栅栏按二分及以下的占比计算
WITH share AS (
    SELECT t.handler_person_id, CAST(SUM(CASE WHEN t.rating <= $rating_max THEN 1 ELSE 0 END) AS DOUBLE) / NULLIF(CAST(COUNT(*) AS DOUBLE), 0e0) AS ratio
    FROM ticket t WHERE t.rating IS NOT NULL AND t.handler_person_id IS NOT NULL GROUP BY t.handler_person_id
), hit AS (
    SELECT s.handler_person_id, s.ratio, p.upper_fence, p.sample_count FROM share s
    JOIN peer_stats p ON p.key = 'ticket.low_rating_share' AND p.group_key = ''
    WHERE p.sample_count >= $min_sample AND s.ratio > p.upper_fence + 1e-9
)
SELECT 'person:' || h.handler_person_id AS subject, '' AS part, h.ratio AS score, h.ratio AS f_share_ratio,
    h.upper_fence AS f_fence_ratio, h.sample_count AS f_sample, 'ticket' AS ev_table, t.id AS ev_key,
    h.handler_person_id AS person_id, 'held' AS person_role
FROM hit h JOIN ticket t ON t.handler_person_id = h.handler_person_id AND t.rating <= $rating_max
