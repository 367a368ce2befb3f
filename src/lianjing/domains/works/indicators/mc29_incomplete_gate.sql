-- code: M-C29
-- title: 资料不齐过关 | Gate passed incomplete
-- domain: works
-- severity: orange
-- risk_point: 程序走过场
-- stage: initiation
-- evidences: 资料不齐即通过阶段关口
-- source: 目录 C20（资料完整率100%方可通过）
-- subject: matter
-- rows: stage_gate(matter_id)
-- param: complete_ratio = @works.gate.completeness_ratio [0.5..1]
-- explain: 阶段“{f_stage}”已通过，资料完整率{f_ratio}（要求{complete_ratio}），缺{f_missing}件。
-- explain_en: Gate {f_stage} was passed with {f_ratio} of its papers ({complete_ratio} required), {f_missing} missing.
-- excludes: 未通过的关口; 经核准不需要的资料（登记关口时已剔除）
-- assumes: 每个阶段的资料清单已登记
SELECT 'matter:' || g.matter_id AS subject, 'stage:' || g.stage AS part, 1e0 - g.completeness_ratio AS score, g.stage AS f_stage,
    g.completeness_ratio AS f_ratio, g.missing_count AS f_missing, 'stage_gate' AS ev_table, g.id AS ev_key,
    g.person_id AS person_id, 'approved' AS person_role
FROM stage_gate g WHERE g.is_passed = 1 AND g.completeness_ratio < $complete_ratio - 1e-9
