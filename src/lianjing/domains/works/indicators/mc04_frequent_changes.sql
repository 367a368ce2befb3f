-- code: M-C04
-- title: 同人高频变更 | One approver, one contractor
-- domain: works
-- severity: orange
-- risk_point: 变更审批人与施工单位固定往来
-- stage: implementation
-- evidences: 利用变更审批输送利益
-- source: 世界银行采购红旗指标（变更集中）; 箱线栅栏法（Cardinal）
-- subject: enterprise
-- rows: population
-- param: min_sample = @stats.min_sample [4..1000]
-- explain: 同一审批人批准该单位变更{f_changes}笔，高于同类上栅栏{f_fence}（同类样本{f_sample}，最少{min_sample}）。
-- explain_en: One approver granted this contractor {f_changes} changes, above the upper fence {f_fence} of {f_sample} pairs (at least {min_sample}).
-- excludes: 应急变更; 未批准的变更
-- assumes: 变更批准人已登记; 合同已登记承包单位
WITH granted AS (
    SELECT c.id, c.approver_person_id, k.enterprise_id FROM change_order c JOIN contract k ON k.id = c.contract_id
    WHERE c.status = 'approved' AND c.is_emergency = 0 AND c.approver_person_id IS NOT NULL AND k.enterprise_id IS NOT NULL
), pair AS (
    SELECT g.approver_person_id, g.enterprise_id, COUNT(*) AS changes FROM granted g
    GROUP BY g.approver_person_id, g.enterprise_id
), hit AS (
    SELECT p.approver_person_id, p.enterprise_id, p.changes, s.upper_fence, s.sample_count
    FROM pair p JOIN peer_stats s ON s.key = 'change.per_pair' AND s.group_key = ''
    WHERE s.sample_count >= $min_sample AND CAST(p.changes AS DOUBLE) > s.upper_fence + 1e-9
)
SELECT 'enterprise:' || h.enterprise_id AS subject, 'person:' || h.approver_person_id AS part, h.changes AS score,
    h.changes AS f_changes, h.upper_fence AS f_fence, h.sample_count AS f_sample, 'change_order' AS ev_table, g.id AS ev_key,
    h.approver_person_id AS person_id, 'approved' AS person_role
FROM hit h JOIN granted g ON g.enterprise_id = h.enterprise_id AND g.approver_person_id = h.approver_person_id
