-- code: M-T30
-- title: 陪标专业户 | Always-lose bidder
-- domain: works
-- severity: orange
-- risk_point: 陪标专业户
-- stage: tendering
-- evidences: 串通投标
-- source: 招标投标法 第三十二条; OCP R025; 山东公共资源交易监督模型
-- subject: enterprise
-- rows: population
-- param: bids_percentile = @indicator.m_t30.bids_percentile [0.5..0.99]
-- param: tukey = @stats.tukey_multiplier [0.5..5]
-- param: min_sample = @stats.min_sample [4..1000]
-- explain: 该单位投标{f_bids}次，次数处于前列（分位数{bids_percentile}），中标率{f_share_ratio}，不高于{f_sample}家投标单位的下栅栏{f_fence_ratio}（四分位距的{tukey}倍，样本不少于{min_sample}）。
-- explain_en: This firm bid {f_bids} times, among the most (percentile {bids_percentile}), and won {f_share_ratio}, not above the lower fence {f_fence_ratio} of {f_sample} bidders ({tukey} quartile ranges; at least {min_sample}).
-- excludes: 尚未定标的招标; 已撤回的投标; 联合体中标时的成员
-- assumes: 中标人已登记
WITH offer AS (
    SELECT b.id, b.enterprise_id,
        MAX(CASE WHEN w.id = b.id OR w.consortium_no = b.consortium_no THEN 1 ELSE 0 END) AS is_won
    FROM bid b JOIN bid w ON w.tender_id = b.tender_id AND COALESCE(w.lot_id, '') = COALESCE(b.lot_id, '')
        AND w.is_winner = 1
    WHERE b.enterprise_id IS NOT NULL AND b.status IN ('valid', 'disqualified', 'pending')
    GROUP BY b.id, b.enterprise_id
), rated AS (
    SELECT o.enterprise_id, COUNT(*) AS bids,
        CAST(SUM(o.is_won) AS DOUBLE) / NULLIF(CAST(COUNT(*) AS DOUBLE), 0e0) AS ratio
    FROM offer o GROUP BY o.enterprise_id
), placed AS (
    SELECT r.enterprise_id, r.bids, r.ratio, ROW_NUMBER() OVER (ORDER BY r.bids, r.enterprise_id) AS by_bids,
        ROW_NUMBER() OVER (ORDER BY r.ratio, r.enterprise_id) AS by_ratio, COUNT(*) OVER () AS sample
    FROM rated r
), line AS (
    SELECT MIN(CASE WHEN CAST(p.by_bids AS DOUBLE) >= $bids_percentile * CAST(p.sample AS DOUBLE) - 1e-9 THEN p.bids END) AS bids,
        MIN(CASE WHEN p.by_ratio * 4 >= p.sample THEN p.ratio END) AS q1,
        MIN(CASE WHEN p.by_ratio * 4 >= p.sample * 3 THEN p.ratio END) AS q3
    FROM placed p
), hit AS (
    SELECT p.enterprise_id, p.bids, p.ratio, p.sample, l.q1 - $tukey * (l.q3 - l.q1) AS fence
    FROM placed p CROSS JOIN line l
    WHERE p.sample >= $min_sample AND p.bids >= l.bids AND p.ratio < l.q1 - 1e-9
        AND p.ratio <= l.q1 - $tukey * (l.q3 - l.q1) + 1e-9
)
SELECT 'enterprise:' || h.enterprise_id AS subject, '' AS part, 1e0 - h.ratio AS score, h.bids AS f_bids,
    h.ratio AS f_share_ratio, h.fence AS f_fence_ratio, h.sample AS f_sample, 'bid' AS ev_table, o.id AS ev_key,
    CAST(NULL AS VARCHAR) AS person_id, '' AS person_role
FROM hit h JOIN offer o ON o.enterprise_id = h.enterprise_id
