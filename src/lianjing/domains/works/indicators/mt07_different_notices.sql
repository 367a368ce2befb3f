-- code: M-T07
-- title: 公告不一致 | Different notice texts
-- domain: works
-- severity: yellow
-- risk_point: 公告内容不一致
-- stage: tendering
-- evidences: 限制或者排斥潜在投标人
-- source: 招标投标法实施条例 第十五条、第六十三条; OCP R004
-- subject: tender
-- rows: tender(id), publicity(matter_id), act(matter_id)
-- param: texts_min = 2 [2..10]
-- explain: 同一招标同一类公告在{f_media}个媒介上有{f_texts}种内容（不少于{texts_min}种即提示）。
-- explain_en: One notice of one tender has {f_texts} texts in {f_media} media (from {texts_min} on).
-- excludes: 已撤下的公告; 没有留存正文的公告; 另行发布的更正公告
-- assumes: 正文比较前去除空白和标点；更正公告另有标题
WITH told AS (
    SELECT p.id, p.matter_id, p.kind, p.title, p.medium, p.text_norm_sha256 AS text FROM publicity p
    WHERE p.kind IN ('tender_notice', 'candidates', 'award') AND p.published_day IS NOT NULL AND p.taken_down_day IS NULL
        AND p.text_norm_sha256 <> ''
), counted AS (
    SELECT t.matter_id, t.kind, t.title, COUNT(DISTINCT t.text) AS texts, COUNT(DISTINCT t.medium) AS media FROM told t
    GROUP BY t.matter_id, t.kind, t.title HAVING COUNT(DISTINCT t.text) >= $texts_min
)
SELECT 'tender:' || n.id AS subject, c.kind || ':' || c.title AS part, CAST(c.texts AS DOUBLE) AS score, c.texts AS f_texts,
    c.media AS f_media, 'publicity' AS ev_table, t.id AS ev_key, w.person_id AS person_id, w.role AS person_role
FROM counted c JOIN tender n ON n.id = c.matter_id
JOIN told t ON t.matter_id = c.matter_id AND t.kind = c.kind AND t.title = c.title
LEFT JOIN act w ON w.matter_id = c.matter_id AND w.role = 'approved' AND w.is_refused = 0
