-- code: M-C19
-- version: 2
-- title: 进度造假 | Fake progress
-- domain: works
-- severity: orange
-- risk_point: 以旧照片冒充进度
-- stage: implementation
-- evidences: 虚报工程进度
-- source: 园区工程现场管理办法 第三条; OCP R073
-- subject: matter
-- rows: photo(document_id), photo(sha256), document(matter_id), document(id), act(matter_id)
-- param: matters_min = 2 [2..5]
-- explain: 同一张照片作为{f_matters}个事项的现场证明。
-- explain_en: One photograph serves as the proof of {f_matters} matters.
-- excludes: 同一事项内重复上传; 连拍而文件不同的照片
WITH used AS (
    SELECT f.id, f.sha256, d.matter_id FROM photo f JOIN document d ON d.id = f.document_id
    WHERE f.sha256 <> '' AND d.matter_id IS NOT NULL
), shared AS (
    SELECT u.sha256, COUNT(DISTINCT u.matter_id) AS matters, MIN(u.matter_id) AS first_id FROM used u
    GROUP BY u.sha256 HAVING COUNT(DISTINCT u.matter_id) >= $matters_min
), first_photo AS (
    SELECT s.sha256, MIN(u.id) AS photo_id FROM shared s JOIN used u ON u.sha256 = s.sha256 GROUP BY s.sha256
)
SELECT 'matter:' || s.first_id AS subject, 'photo:' || f.photo_id AS part, s.matters AS score, s.matters AS f_matters,
    'photo' AS ev_table, u.id AS ev_key, p.person_id AS person_id, p.role AS person_role
FROM shared s JOIN first_photo f ON f.sha256 = s.sha256 JOIN used u ON u.sha256 = s.sha256
LEFT JOIN act p ON p.matter_id = u.matter_id AND p.role = 'entered' AND p.is_refused = 0 AND p.verb = 'document.upload'
