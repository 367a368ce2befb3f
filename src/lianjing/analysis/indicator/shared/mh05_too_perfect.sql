-- code: M-H05
-- title: 完美数据 | Too perfect
-- domain: town
-- severity: yellow
-- risk_point: 数字造假、走过场
-- stage: rectification
-- evidences: 形式主义
-- source: 监督模型库 M-H05（均为建议值）
-- subject: person
-- rows: population
-- param: rate_ratio = @indicator.m_h05.rate_ratio [0.8..1]
-- param: close_hours = @indicator.m_h05.close_hours [1..48]
-- param: sample_min = @indicator.m_h05.sample_min [20..10000]
-- explain: 该排查人{f_hazards}处隐患整改率{f_rate_ratio}（线{rate_ratio}），整改中位{f_minutes}分钟（线{close_hours}小时）；{f_rechecks}次复查无一不通过（样本{sample_min}）。
-- explain_en: {f_hazards} hazards found by one person, {f_rate_ratio} cured (line {rate_ratio}) in {f_minutes} minutes at the median (line {close_hours} hours); {f_rechecks} re-checks, none rejected (sample {sample_min}).
-- excludes: 样本不足; 有不通过的复查且整改不快
-- assumes: 发现和整改时间由设备记录
WITH timed AS (
    SELECT h.id, h.finder_person_id, CASE WHEN h.closed_day IS NOT NULL THEN 1 ELSE 0 END AS is_closed,
        h.fixed_at - h.found_at AS seconds,
        ROW_NUMBER() OVER (PARTITION BY h.finder_person_id ORDER BY CASE WHEN h.fixed_at IS NULL THEN 1 ELSE 0 END, h.fixed_at - h.found_at, h.id) AS place,
        COUNT(*) OVER (PARTITION BY h.finder_person_id) AS hazards
    FROM hazard h WHERE h.finder_person_id IS NOT NULL AND h.found_at IS NOT NULL
), finder AS (
    SELECT t.finder_person_id, MAX(t.hazards) AS hazards, CAST(SUM(t.is_closed) AS DOUBLE) / NULLIF(CAST(COUNT(*) AS DOUBLE), 0e0) AS rate,
        MAX(CASE WHEN t.place * 2 = t.hazards OR t.place * 2 = t.hazards + 1 THEN t.seconds END) AS middle
    FROM timed t GROUP BY t.finder_person_id
), checked AS (
    SELECT h.finder_person_id, COUNT(*) AS rechecks, CAST(SUM(CASE WHEN r.result = 'rejected' THEN 1 ELSE 0 END) AS BIGINT) AS rejected
    FROM hazard_recheck r JOIN hazard h ON h.id = r.hazard_id GROUP BY h.finder_person_id
), hit AS (
    SELECT f.finder_person_id, f.hazards, f.rate, f.middle, COALESCE(c.rechecks, 0) AS rechecks
    FROM finder f LEFT JOIN checked c ON c.finder_person_id = f.finder_person_id
    WHERE (f.hazards >= $sample_min AND f.rate >= $rate_ratio - 1e-9 AND f.middle < $close_hours * 3600)
        OR (COALESCE(c.rechecks, 0) >= $sample_min AND c.rejected = 0)
)
SELECT 'person:' || h.finder_person_id AS subject, '' AS part, h.rate AS score, h.hazards AS f_hazards, h.rate AS f_rate_ratio,
    h.middle // 60 AS f_minutes, h.rechecks AS f_rechecks, 'hazard' AS ev_table, t.id AS ev_key,
    h.finder_person_id AS person_id, 'entered' AS person_role
FROM hit h JOIN timed t ON t.finder_person_id = h.finder_person_id
