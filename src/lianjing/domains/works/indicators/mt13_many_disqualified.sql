-- code: M-T13
-- title: 否决率畸高 | Excessive disqualification
-- domain: works
-- severity: yellow
-- risk_point: 否决投标偏多
-- stage: tendering
-- evidences: 排斥投标人或陪标
-- source: 招标投标法实施条例 第五十一条; OCP R038
-- subject: enterprise
-- rows: population
-- param: bids_min = 5 [2..50]
-- param: tukey = @stats.tukey_multiplier [0.5..5]
-- param: min_sample = @stats.min_sample [4..1000]
-- explain: {f_bids}份投标（不少于{bids_min}份）中{f_disqualified}份被否决，占{f_rate_ratio}，不低于同类上栅栏{f_fence_ratio}（四分位距的{tukey}倍，样本{f_sample}，不少于{min_sample}）。
-- explain_en: {f_disqualified} of {f_bids} bids (at least {bids_min}) were rejected, {f_rate_ratio}, not below the upper fence {f_fence_ratio} of its kind ({tukey} quartile ranges, of {f_sample}, at least {min_sample}).
-- excludes: 已撤回或逾期的投标; 尚未评审的投标
-- assumes: 分别按投标人、代理机构、招标人比较；招标人的提示以招标人单位为对象
WITH judged AS (
    SELECT b.id, b.enterprise_id, t.owner_unit_id, t.agency_enterprise_id,
        CASE WHEN b.status = 'disqualified' THEN 1 ELSE 0 END AS is_out
    FROM bid b JOIN tender t ON t.id = b.tender_id WHERE b.status IN ('valid', 'disqualified')
), seen AS (
    SELECT 'bidder' AS kind, 'enterprise:' || j.enterprise_id AS who, j.id, j.is_out FROM judged j WHERE j.enterprise_id IS NOT NULL
    UNION ALL
    SELECT 'agency' AS kind, 'enterprise:' || j.agency_enterprise_id AS who, j.id, j.is_out FROM judged j
    WHERE j.agency_enterprise_id IS NOT NULL
    UNION ALL
    SELECT 'owner' AS kind, 'unit:' || j.owner_unit_id AS who, j.id, j.is_out FROM judged j WHERE j.owner_unit_id IS NOT NULL
), rated AS (
    SELECT s.kind, s.who, COUNT(*) AS bids, CAST(SUM(s.is_out) AS BIGINT) AS outs,
        CAST(SUM(s.is_out) AS DOUBLE) / NULLIF(CAST(COUNT(*) AS DOUBLE), 0e0) AS ratio
    FROM seen s GROUP BY s.kind, s.who HAVING COUNT(*) >= $bids_min
), placed AS (
    SELECT r.kind, r.who, r.bids, r.outs, r.ratio, ROW_NUMBER() OVER (PARTITION BY r.kind ORDER BY r.ratio, r.who) AS place,
        COUNT(*) OVER (PARTITION BY r.kind) AS sample
    FROM rated r
), line AS (
    SELECT p.kind, MIN(CASE WHEN p.place * 4 >= p.sample THEN p.ratio END) AS q1,
        MIN(CASE WHEN p.place * 4 >= p.sample * 3 THEN p.ratio END) AS q3
    FROM placed p GROUP BY p.kind
), hit AS (
    SELECT p.kind, p.who, p.bids, p.outs, p.ratio, p.sample, l.q3 + $tukey * (l.q3 - l.q1) AS fence
    FROM placed p JOIN line l ON l.kind = p.kind
    WHERE p.sample >= $min_sample AND p.ratio > l.q3 + 1e-9 AND p.ratio >= l.q3 + $tukey * (l.q3 - l.q1) - 1e-9
)
SELECT h.who AS subject, h.kind AS part, h.ratio AS score, h.bids AS f_bids, h.outs AS f_disqualified,
    h.ratio AS f_rate_ratio, h.fence AS f_fence_ratio, h.sample AS f_sample, 'bid' AS ev_table, s.id AS ev_key,
    CAST(NULL AS VARCHAR) AS person_id, '' AS person_role
FROM hit h JOIN seen s ON s.kind = h.kind AND s.who = h.who AND s.is_out = 1
