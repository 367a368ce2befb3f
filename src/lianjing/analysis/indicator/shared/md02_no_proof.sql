-- code: M-D02
-- title: 销号无据 | Closed without proof
-- domain: runtime
-- severity: orange
-- risk_point: 虚假销号
-- stage: rectification
-- evidences: 形式主义、弄虚作假
-- source: 目录 T7（销号须附证据）
-- subject: undertaking
-- rows: undertaking(id), document_link(subject)
-- param: evidence_min = @indicator.m_d02.evidence_min [1..5]
-- explain: 交办事项已销号，证据{f_papers}件（至少{evidence_min}件）。
-- explain_en: The item was closed on {f_papers} papers (at least {evidence_min}).
-- excludes: 尚未销号; 已附证据文件
-- assumes: 证据文件登记在交办事项名下
WITH linked AS (
    SELECT l.subject, COUNT(*) AS papers FROM document_link l GROUP BY l.subject
), closed AS (
    SELECT u.id, u.checker_person_id, u.close_person_id,
        CASE WHEN u.evidence_document_id IS NULL THEN 0 ELSE 1 END + COALESCE(l.papers, 0) AS papers
    FROM undertaking u LEFT JOIN linked l ON l.subject = 'undertaking:' || u.id
    WHERE u.list_state = 'closed' OR u.closed_day IS NOT NULL
)
SELECT 'undertaking:' || c.id AS subject, '' AS part, $evidence_min - c.papers AS score, c.papers AS f_papers,
    'undertaking' AS ev_table, c.id AS ev_key, COALESCE(c.close_person_id, c.checker_person_id) AS person_id, 'reviewed' AS person_role
FROM closed c WHERE c.papers < $evidence_min
