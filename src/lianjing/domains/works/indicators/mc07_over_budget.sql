-- code: M-C07
-- title: 概算超限 | Budget overrun
-- domain: works
-- severity: red
-- risk_point: 违规超概算
-- stage: initiation
-- evidences: 违规增加投资
-- source: 政府投资条例 第十二条、第二十三条
-- subject: project
-- rows: cost_baseline(project_id), permit(project_id), act(matter_id)
-- param: over_ratio = @works.design.estimate_overrun_ratio [0..0.5]
-- explain: {f_amount_fen}，比上一环节{f_before_fen}多{f_gap_ratio}（概算超估算的报告线{over_ratio}；预计总投资不得超过概算）。
-- explain_en: {f_amount_fen} exceeds {f_before_fen} of the step before by {f_gap_ratio} (the estimate may be exceeded by {over_ratio}, the approved budget not at all).
-- excludes: 已报告并重新报批可行性研究; 已批准调整概算
-- assumes: 估算、概算、预计总投资按时点登记
WITH line AS (
    SELECT b.id, b.project_id, b.kind, b.amount_fen, b.source_matter_id,
        ROW_NUMBER() OVER (PARTITION BY b.project_id, b.kind ORDER BY b.as_of_day DESC, b.id DESC) AS place
    FROM cost_baseline b WHERE b.kind IN ('estimate', 'approved_budget', 'forecast') AND b.amount_fen > 0 AND b.project_id IS NOT NULL
), hit AS (
    SELECT a.project_id, 'approved_budget' AS part, a.id, a.source_matter_id, e.id AS before_id, a.amount_fen, e.amount_fen AS before_fen
    FROM line a JOIN line e ON e.project_id = a.project_id AND e.kind = 'estimate' AND e.place = 1
    WHERE a.kind = 'approved_budget' AND a.place = 1
        AND CAST(a.amount_fen AS DOUBLE) > CAST(e.amount_fen AS DOUBLE) * (1e0 + $over_ratio) + 1e-6
        AND NOT EXISTS (SELECT 1 AS one FROM permit p WHERE p.project_id = a.project_id AND p.kind = 'report_over')
    UNION ALL
    SELECT f.project_id, 'forecast' AS part, f.id, f.source_matter_id, a.id AS before_id, f.amount_fen, a.amount_fen AS before_fen
    FROM line f JOIN line a ON a.project_id = f.project_id AND a.kind = 'approved_budget' AND a.place = 1
    WHERE f.kind = 'forecast' AND f.place = 1 AND f.amount_fen > a.amount_fen
), shown AS (
    SELECT h.project_id, h.part, h.id AS ev_key FROM hit h UNION ALL SELECT h.project_id, h.part, h.before_id AS ev_key FROM hit h
)
SELECT 'project:' || h.project_id AS subject, h.part AS part,
    CAST(h.amount_fen - h.before_fen AS DOUBLE) / NULLIF(CAST(h.before_fen AS DOUBLE), 0e0) AS score,
    h.amount_fen AS f_amount_fen, h.before_fen AS f_before_fen,
    CAST(h.amount_fen - h.before_fen AS DOUBLE) / NULLIF(CAST(h.before_fen AS DOUBLE), 0e0) AS f_gap_ratio,
    'cost_baseline' AS ev_table, s.ev_key AS ev_key, w.person_id AS person_id, w.role AS person_role
FROM hit h JOIN shown s ON s.project_id = h.project_id AND s.part = h.part
LEFT JOIN act w ON w.matter_id = h.source_matter_id AND w.role = 'approved' AND w.is_refused = 0
