-- code: M-H03
-- title: 同图销号 | Closed with a used photograph
-- domain: town
-- severity: red
-- risk_point: 虚假整改
-- stage: rectification
-- evidences: 以旧照片冒充整改
-- source: 目录 T4
-- subject: hazard
-- rows: population
-- explain: 整改后照片与另外{f_uses}张照片完全相同（整改前的，或别的隐患的）。
-- explain_en: The photograph of the cure is the same file as {f_uses} others (of before, or of another hazard).
-- excludes: 同一隐患整改后重复上传; 连拍而文件不同的照片
WITH used AS (
    SELECT a.subject, a.id AS after_id, o.id AS other_id FROM photo a JOIN photo o ON o.sha256 = a.sha256 AND o.id <> a.id
    WHERE a.role = 'after' AND a.sha256 <> '' AND (o.subject <> a.subject OR o.role <> 'after')
), counted AS (
    SELECT h.id, h.responsible_person_id, COUNT(DISTINCT u.other_id) AS uses FROM hazard h JOIN used u ON u.subject = 'hazard:' || h.id
    GROUP BY h.id, h.responsible_person_id
), shown AS (
    SELECT u.subject, u.after_id AS photo_id FROM used u UNION ALL SELECT u.subject, u.other_id AS photo_id FROM used u
)
SELECT 'hazard:' || c.id AS subject, '' AS part, c.uses AS score, c.uses AS f_uses, 'photo' AS ev_table, s.photo_id AS ev_key,
    c.responsible_person_id AS person_id, 'held' AS person_role
FROM counted c JOIN shown s ON s.subject = 'hazard:' || c.id
