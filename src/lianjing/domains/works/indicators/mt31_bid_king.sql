-- code: M-T31
-- title: 标王 | Abnormal win rate
-- domain: works
-- severity: orange
-- risk_point: 中标过于集中
-- stage: tendering
-- evidences: 量身定制或围标
-- source: OCP R040、R050; 山东、沈阳公共资源交易监督模型
-- subject: enterprise
-- rows: population
-- param: bids_min = 5 [2..50]
-- param: tukey = @stats.tukey_multiplier [0.5..5]
-- param: owner_share_ratio = @indicator.m_t31.owner_share_ratio [0.1..1]
-- param: min_sample = @stats.min_sample [4..1000]
-- explain: 该单位中标{f_awards}次，占{f_share_ratio}：或为其投标中标率（不低于上栅栏{f_fence_ratio}，即四分位距的{tukey}倍，投标不少于{bids_min}次），或为同一业主的中标份额（不低于{owner_share_ratio}）；样本{f_sample}，不少于{min_sample}。
-- explain_en: This firm won {f_awards} times, {f_share_ratio}: either of its own bids (not below the upper fence {f_fence_ratio}, {tukey} quartile ranges, with at least {bids_min} bids) or of one owner's awards (at least {owner_share_ratio}); sample {f_sample}, at least {min_sample}.
-- excludes: 尚未定标的招标; 已撤回的投标
-- assumes: 中标人已登记; 业主份额按中标次数计
WITH offer AS (
    SELECT b.id, b.enterprise_id,
        MAX(CASE WHEN w.id = b.id OR w.consortium_no = b.consortium_no THEN 1 ELSE 0 END) AS is_won
    FROM bid b JOIN bid w ON w.tender_id = b.tender_id AND COALESCE(w.lot_id, '') = COALESCE(b.lot_id, '')
        AND w.is_winner = 1
    WHERE b.enterprise_id IS NOT NULL AND b.status IN ('valid', 'disqualified', 'pending')
    GROUP BY b.id, b.enterprise_id
), rated AS (
    SELECT o.enterprise_id, CAST(SUM(o.is_won) AS BIGINT) AS wins,
        CAST(SUM(o.is_won) AS DOUBLE) / NULLIF(CAST(COUNT(*) AS DOUBLE), 0e0) AS ratio
    FROM offer o GROUP BY o.enterprise_id HAVING COUNT(*) >= $bids_min
), placed AS (
    SELECT r.enterprise_id, r.wins, r.ratio, ROW_NUMBER() OVER (ORDER BY r.ratio, r.enterprise_id) AS place,
        COUNT(*) OVER () AS sample
    FROM rated r
), line AS (
    SELECT MIN(CASE WHEN p.place * 4 >= p.sample THEN p.ratio END) AS q1,
        MIN(CASE WHEN p.place * 4 >= p.sample * 3 THEN p.ratio END) AS q3
    FROM placed p
), won AS (
    SELECT b.id, b.enterprise_id, t.owner_unit_id FROM bid b JOIN tender t ON t.id = b.tender_id
    WHERE b.is_winner = 1 AND b.enterprise_id IS NOT NULL AND t.owner_unit_id IS NOT NULL
), owner AS (
    SELECT w.owner_unit_id, COUNT(*) AS awards FROM won w GROUP BY w.owner_unit_id
), held AS (
    SELECT w.owner_unit_id, w.enterprise_id, COUNT(*) AS wins FROM won w GROUP BY w.owner_unit_id, w.enterprise_id
), hit AS (
    SELECT p.enterprise_id, '' AS part, p.wins, p.ratio, l.q3 + $tukey * (l.q3 - l.q1) AS fence, p.sample
    FROM placed p CROSS JOIN line l
    WHERE p.sample >= $min_sample AND p.ratio > l.q3 + 1e-9 AND p.ratio >= l.q3 + $tukey * (l.q3 - l.q1) - 1e-9
    UNION ALL
    SELECT h.enterprise_id, 'unit:' || h.owner_unit_id AS part, h.wins,
        CAST(h.wins AS DOUBLE) / NULLIF(CAST(o.awards AS DOUBLE), 0e0) AS ratio, CAST(NULL AS DOUBLE) AS fence, o.awards AS sample
    FROM held h JOIN owner o ON o.owner_unit_id = h.owner_unit_id
    WHERE o.awards >= $min_sample
        AND CAST(h.wins AS DOUBLE) >= $owner_share_ratio * CAST(o.awards AS DOUBLE) - 1e-9
), shown AS (
    SELECT o.enterprise_id, '' AS part, o.id AS ev_key FROM offer o WHERE o.is_won = 1
    UNION ALL SELECT w.enterprise_id, 'unit:' || w.owner_unit_id AS part, w.id AS ev_key FROM won w
)
SELECT 'enterprise:' || h.enterprise_id AS subject, h.part AS part, h.ratio AS score, h.wins AS f_awards,
    h.ratio AS f_share_ratio, h.fence AS f_fence_ratio, h.sample AS f_sample, 'bid' AS ev_table, s.ev_key AS ev_key,
    CAST(NULL AS VARCHAR) AS person_id, '' AS person_role
FROM hit h JOIN shown s ON s.enterprise_id = h.enterprise_id AND s.part = h.part
