-- code: M-C22
-- title: 结算核减异常 | Settlement cut anomaly
-- domain: works
-- severity: yellow
-- risk_point: 虚报结算、审核串通
-- stage: payment
-- evidences: 高估冒算、审核走过场
-- source: 监督模型库 M-C22（核减率线为建议值，参照审计机构模型）
-- subject: contract
-- rows: population
-- param: low_ratio = @indicator.m_c22.low_cut_ratio [0..0.1]
-- param: high_ratio = @indicator.m_c22.high_cut_ratio [0.05..0.9]
-- param: min_sample = @stats.min_sample [4..1000]
-- explain: 核减率{f_cut_ratio}（低于{low_ratio}或高于{high_ratio}；同类{f_sample}份，满{min_sample}份时还须在栅栏之外）。
-- explain_en: The settlement was cut by {f_cut_ratio} (below {low_ratio} or above {high_ratio}; of {f_sample} peers, from {min_sample} on outside their fences too).
-- excludes: 竣工决算; 同类样本足够且在栅栏以内
-- assumes: 送审额和审定额已登记
WITH cut AS (
    SELECT s.id, s.contract_id, s.cut_ratio, COALESCE(p.sample_count, 0) AS sample, p.lower_fence, p.upper_fence
    FROM settlement s LEFT JOIN peer_stats p ON p.key = 'settlement.cut_ratio' AND p.group_key = ''
    WHERE s.kind = 'settlement' AND s.cut_ratio IS NOT NULL AND s.contract_id IS NOT NULL AND s.approved_day IS NOT NULL
)
SELECT 'contract:' || c.contract_id AS subject, 'settlement:' || c.id AS part, c.cut_ratio AS score, c.cut_ratio AS f_cut_ratio,
    c.sample AS f_sample, 'settlement' AS ev_table, c.id AS ev_key, w.person_id AS person_id, w.role AS person_role
FROM cut c LEFT JOIN act w ON w.matter_id = c.id AND w.role IN ('reviewed', 'approved') AND w.is_refused = 0
WHERE (c.cut_ratio < $low_ratio - 1e-9 AND (c.sample < $min_sample OR c.cut_ratio < c.lower_fence - 1e-9))
    OR (c.cut_ratio > $high_ratio + 1e-9 AND (c.sample < $min_sample OR c.cut_ratio > c.upper_fence + 1e-9))
