-- code: M-C25
-- title: 反复退回 | Repeated return
-- domain: works
-- severity: yellow
-- risk_point: 刁难、拖延
-- stage: implementation
-- evidences: 不一次告知、反复退件
-- source: 优化营商环境条例 第三十六条
-- subject: matter
-- rows: work_item(matter_id)
-- param: returns_min = @works.bottleneck.returns_min [2..10]
-- explain: 同一经办人把同一事项退回{f_returns}次（线{returns_min}次），原因{f_reasons}种。
-- explain_en: One handler returned the matter {f_returns} times (line {returns_min}), for {f_reasons} kinds of reasons.
-- excludes: 申请人撤回; 不同经办人各退一次
-- assumes: 退回人和原因已登记
WITH returned AS (
    SELECT w.id, w.matter_id, w.person_id, w.return_reason FROM work_item w
    WHERE w.outcome = 'returned' AND w.person_id IS NOT NULL AND w.matter_id IS NOT NULL
), hit AS (
    SELECT r.matter_id, r.person_id, COUNT(*) AS returns, COUNT(DISTINCT r.return_reason) AS reasons FROM returned r
    GROUP BY r.matter_id, r.person_id HAVING COUNT(*) >= $returns_min
)
SELECT 'matter:' || h.matter_id AS subject, 'person:' || h.person_id AS part, h.returns AS score, h.returns AS f_returns,
    h.reasons AS f_reasons, 'work_item' AS ev_table, r.id AS ev_key, h.person_id AS person_id, 'reviewed' AS person_role
FROM hit h JOIN returned r ON r.matter_id = h.matter_id AND r.person_id = h.person_id
