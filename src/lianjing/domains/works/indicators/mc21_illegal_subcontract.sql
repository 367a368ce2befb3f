-- code: M-C21
-- title: 违规转包分包 | Illegal subcontracting or transfer
-- domain: works
-- severity: red
-- risk_point: 转包、违法分包
-- stage: implementation
-- evidences: 转包、违法分包、挂靠
-- source: 招标投标法实施条例 第五十九条; OCP R071、R072
-- subject: contract
-- rows: contract(id), subcontract(contract_id), worker_day(project_id), matter_party(matter_id), act(matter_id)
-- param: share_ratio = @indicator.m_c21.sub_share_ratio [0.1..0.9]
-- explain: 已登记分包占合同价{f_share_ratio}（线{share_ratio}），其中主体结构{f_structure}项；现场{f_strangers}名管理人员不是承包单位用工。
-- explain_en: Subcontracts reach {f_share_ratio} of the contract (line {share_ratio}), {f_structure} of them of the main structure; {f_strangers} managers on site are employed by others.
-- excludes: 联合体成员的人员; 已撤销的分包
-- assumes: 分包金额已登记; 实名考勤已接入（未接入时不查用工单位）
WITH sub AS (
    SELECT s.contract_id, CAST(SUM(s.amount_fen) AS BIGINT) AS total,
        CAST(SUM(CASE WHEN s.is_main_structure = 1 THEN 1 ELSE 0 END) AS BIGINT) AS structure
    FROM subcontract s WHERE s.status NOT IN ('withdrawn', 'refused', 'cancelled') GROUP BY s.contract_id
), stranger AS (
    SELECT k.id AS contract_id, d.id AS day_id, d.natural_person_id
    FROM contract k JOIN worker_day d ON d.project_id = k.project_id
    WHERE k.kind = 'works' AND d.role IN ('manager', 'technical_head', 'key_staff') AND d.employer_enterprise_id IS NOT NULL
        AND d.employer_enterprise_id <> k.enterprise_id
        AND NOT EXISTS (SELECT 1 AS one FROM matter_party p WHERE p.matter_id = k.id AND p.enterprise_id = d.employer_enterprise_id)
), strangers AS (
    SELECT s.contract_id, COUNT(DISTINCT s.natural_person_id) AS persons FROM stranger s GROUP BY s.contract_id
), judged AS (
    SELECT k.id, CAST(COALESCE(s.total, 0) AS DOUBLE) / NULLIF(CAST(k.amount_fen AS DOUBLE), 0e0) AS share,
        COALESCE(s.structure, 0) AS structure, COALESCE(g.persons, 0) AS strangers
    FROM contract k LEFT JOIN sub s ON s.contract_id = k.id LEFT JOIN strangers g ON g.contract_id = k.id
    WHERE k.amount_fen > 0
), hit AS (
    SELECT j.id, j.share, j.structure, j.strangers FROM judged j
    WHERE j.share > $share_ratio + 1e-9 OR j.structure > 0 OR j.strangers > 0
), shown AS (
    SELECT h.id, 'contract' AS ev_table, h.id AS ev_key FROM hit h
    UNION ALL SELECT h.id, 'subcontract' AS ev_table, s.id AS ev_key FROM hit h JOIN subcontract s ON s.contract_id = h.id
        AND s.status NOT IN ('withdrawn', 'refused', 'cancelled')
    UNION ALL SELECT h.id, 'worker_day' AS ev_table, g.day_id AS ev_key FROM hit h JOIN stranger g ON g.contract_id = h.id
)
SELECT 'contract:' || h.id AS subject, '' AS part, h.share AS score, h.share AS f_share_ratio, h.structure AS f_structure,
    h.strangers AS f_strangers, s.ev_table AS ev_table, s.ev_key AS ev_key, w.person_id AS person_id, w.role AS person_role
FROM hit h JOIN shown s ON s.id = h.id
LEFT JOIN subcontract b ON b.contract_id = h.id
LEFT JOIN act w ON w.matter_id = b.id AND w.role = 'approved' AND w.is_refused = 0
