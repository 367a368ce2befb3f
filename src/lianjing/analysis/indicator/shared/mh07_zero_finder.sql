-- code: M-H07
-- title: 零发现检查员 | Zero finder
-- domain: town
-- severity: orange
-- risk_point: 监管宽松
-- stage: inspection
-- evidences: 该发现不发现
-- source: 目录 X5; 箱线栅栏法（Cardinal）
-- subject: person
-- rows: population
-- param: min_sample = @stats.min_sample [4..1000]
-- explain: {f_inspections}次检查的问题发现率{f_rate_ratio}，低于同类下栅栏{f_fence_ratio}（{f_sample}名检查员，最少{min_sample}名）。
-- explain_en: {f_inspections} inspections found something at the rate {f_rate_ratio}, below the lower fence {f_fence_ratio} of {f_sample} inspectors (at least {min_sample}).
-- excludes: 未能进入的检查; 同类样本不足
-- assumes: 同类指同一类型的检查
WITH rate AS (
    SELECT i.kind, i.inspector_a_id, COUNT(*) AS inspections,
        CAST(SUM(CASE WHEN i.finding_count > 0 THEN 1 ELSE 0 END) AS DOUBLE) / NULLIF(CAST(COUNT(*) AS DOUBLE), 0e0) AS ratio
    FROM inspection i WHERE i.inspector_a_id IS NOT NULL AND i.result <> 'no_entry' GROUP BY i.kind, i.inspector_a_id
), hit AS (
    SELECT r.kind, r.inspector_a_id, r.inspections, r.ratio, p.lower_fence, p.sample_count FROM rate r
    JOIN peer_stats p ON p.key = 'inspection.finding_rate' AND p.group_key = r.kind
    WHERE p.sample_count >= $min_sample AND r.ratio < p.lower_fence - 1e-9
)
SELECT 'person:' || h.inspector_a_id AS subject, 'kind:' || h.kind AS part, h.lower_fence - h.ratio AS score,
    h.inspections AS f_inspections, h.ratio AS f_rate_ratio, h.lower_fence AS f_fence_ratio, h.sample_count AS f_sample,
    'inspection' AS ev_table, i.id AS ev_key, h.inspector_a_id AS person_id, 'entered' AS person_role
FROM hit h JOIN inspection i ON i.inspector_a_id = h.inspector_a_id AND i.kind = h.kind AND i.result <> 'no_entry'
