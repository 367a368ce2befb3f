-- code: M-H02
-- title: 一人自查自销 | Found and closed by one person
-- domain: town
-- severity: red
-- risk_point: 虚假整改
-- stage: rectification
-- evidences: 弄虚作假
-- source: 目录 T4（重大隐患须他人复查、整改后照片）
-- subject: hazard
-- rows: hazard(id), hazard_recheck(hazard_id), photo(subject)
-- explain: 重大隐患由排查人自己复查（{f_own}），或销号时没有整改后照片（{f_no_photo}）。
-- explain_en: A major hazard was re-checked by its finder ({f_own}), or closed without a photograph of the cure ({f_no_photo}).
-- excludes: 由他人复查并有整改后照片; 一般隐患的自行复查
-- assumes: 整改后照片登记在隐患名下
WITH judged AS (
    SELECT h.id, h.finder_person_id,
        CASE WHEN h.grade = 'major' AND EXISTS (SELECT 1 AS one FROM hazard_recheck r WHERE r.hazard_id = h.id
            AND r.result = 'passed' AND r.rechecker_person_id = h.finder_person_id) THEN 1 ELSE 0 END AS own,
        CASE WHEN h.closed_day IS NOT NULL AND NOT EXISTS (SELECT 1 AS one FROM photo p
            WHERE p.subject = 'hazard:' || h.id AND p.role = 'after') THEN 1 ELSE 0 END AS no_photo
    FROM hazard h
)
SELECT 'hazard:' || j.id AS subject, '' AS part, j.own + j.no_photo AS score, j.own AS f_own, j.no_photo AS f_no_photo,
    'hazard' AS ev_table, j.id AS ev_key, j.finder_person_id AS person_id, 'reviewed' AS person_role
FROM judged j WHERE j.own = 1 OR j.no_photo = 1
