-- code: M-G02
-- title: 风险点无控 | Risk point uncontrolled
-- domain: runtime
-- severity: orange
-- risk_point: 廉政风险点没有有效措施
-- stage: supervision
-- evidences: 防控措施缺位
-- source: 目录 R8、R9（每个风险点至少一项有效措施）
-- subject: risk_point
-- rows: risk_point(id), control(risk_point_id)
-- param: controls_min = @indicator.m_g02.controls_min [1..5]
-- explain: 风险点可用的内控措施{f_controls}项（至少{controls_min}项），失效或停用{f_dead}项；等级{f_level}。
-- explain_en: The risk point has {f_controls} live controls (at least {controls_min}), {f_dead} failing or ended; level {f_level}.
-- excludes: 已停用的风险点; 措施未测试但在用
-- assumes: 内控措施的起止和测试结论已登记
WITH live AS (
    SELECT r.id, r.level, r.owner_person_id,
        CAST(SUM(CASE WHEN c.id IS NOT NULL AND c.from_day <= $today AND (c.to_day IS NULL OR c.to_day >= $today)
            AND c.test_result <> 'fails' THEN 1 ELSE 0 END) AS BIGINT) AS controls,
        COUNT(c.id) AS total
    FROM risk_point r LEFT JOIN control c ON c.risk_point_id = r.id
    WHERE r.is_active = 1 GROUP BY r.id, r.level, r.owner_person_id
)
SELECT 'risk_point:' || l.id AS subject, '' AS part, CASE l.level WHEN 'high' THEN 3 WHEN 'mid' THEN 2 ELSE 1 END AS score,
    l.controls AS f_controls, l.total - l.controls AS f_dead, l.level AS f_level, 'risk_point' AS ev_table, l.id AS ev_key,
    l.owner_person_id AS person_id, 'held' AS person_role
FROM live l WHERE l.controls < $controls_min
