-- code: M-T34
-- title: 专家评分偏离 | Expert score bias
-- domain: works
-- severity: orange
-- risk_point: 专家打“天地分”
-- stage: tendering
-- evidences: 操纵评标
-- source: 招标投标法 第四十四条; 山东公共资源交易监督模型
-- subject: tender
-- rows: population
-- param: z_min = @stats.expert_dispersion_z [1..10]
-- param: gap_ratio = 0.05 [0..0.5]
-- param: members_min = @works.evaluation.members_min [3..15]
-- param: lift_min = @stats.lift_min [1..20]
-- param: joint_min = 3 [2..20]
-- param: min_sample = @stats.min_sample [4..1000]
-- explain: 该专家：或给一份投标的总分为{f_points}，评委中位数为{f_median}，偏离为一般偏离的{f_z}倍（不低于{z_min}，且不小于满分的{gap_ratio}，评委不少于{members_min}人）；或参加评标而同一单位中标{f_repeats}次，为偶然的{f_multiple}倍（不少于{joint_min}次，不低于{lift_min}倍，样本{f_sample}次，不少于{min_sample}次）。
-- explain_en: This expert either gave one bid {f_points} where the committee's median is {f_median}, {f_z} usual deviations away (at least {z_min} and {gap_ratio} of the full points, with {members_min} members or more), or sat {f_repeats} times when one firm won, {f_multiple} times as often as by chance (at least {joint_min} times and {lift_min} times, of {f_sample} tenders, at least {min_sample}).
-- excludes: 已更换的评委; 定标委员和推荐小组
-- assumes: 一般偏离为全部评委对本次全部投标偏离的中位数乘以1.4826；各分一致、中位偏离为零时不判断
WITH seat AS (
    SELECT m.id, m.tender_id, m.person_id FROM committee_member m
    WHERE m.kind = 'evaluation' AND m.replaced_at IS NULL AND m.person_id IS NOT NULL
), given AS (
    SELECT b.tender_id, s.bid_id, t.id AS member_id, t.person_id, CAST(SUM(s.points) AS DOUBLE) AS points,
        CAST(SUM(COALESCE(s.max_points, 0e0)) AS DOUBLE) AS full_points
    FROM score s JOIN seat t ON t.id = s.committee_member_id JOIN bid b ON b.id = s.bid_id AND b.tender_id = t.tender_id
    WHERE s.points IS NOT NULL GROUP BY b.tender_id, s.bid_id, t.id, t.person_id
), placed AS (
    SELECT g.tender_id, g.bid_id, g.member_id, g.person_id, g.points, g.full_points,
        ROW_NUMBER() OVER (PARTITION BY g.bid_id ORDER BY g.points, g.member_id) AS place,
        COUNT(*) OVER (PARTITION BY g.bid_id) AS members
    FROM given g
), middle AS (
    SELECT p.bid_id, p.points FROM placed p WHERE p.place = (p.members + 1) // 2
), apart AS (
    SELECT p.tender_id, p.bid_id, p.member_id, p.person_id, p.points, p.full_points, m.points AS median, ABS(p.points - m.points) AS gap
    FROM placed p JOIN middle m ON m.bid_id = p.bid_id WHERE p.members >= $members_min
), spread AS (
    SELECT a.tender_id, a.bid_id, a.member_id, a.gap,
        ROW_NUMBER() OVER (PARTITION BY a.tender_id ORDER BY a.gap, a.bid_id, a.member_id) AS place,
        COUNT(*) OVER (PARTITION BY a.tender_id) AS counted
    FROM apart a
), usual AS (
    SELECT s.tender_id, s.gap FROM spread s WHERE s.place = (s.counted + 1) // 2
), far AS (
    SELECT a.tender_id, a.bid_id, a.member_id, a.person_id, a.points, a.median, a.gap / NULLIF(1.4826e0 * u.gap, 0e0) AS z
    FROM apart a JOIN usual u ON u.tender_id = a.tender_id
    WHERE u.gap > 1e-9 AND a.gap >= $gap_ratio * a.full_points - 1e-9
), sat AS (
    SELECT s.person_id, b.tender_id, b.enterprise_id, MIN(s.id) AS member_id, MIN(b.id) AS bid_id, MAX(t.opened_day) AS day
    FROM seat s JOIN tender t ON t.id = s.tender_id JOIN bid b ON b.tender_id = s.tender_id AND b.is_winner = 1
        AND b.enterprise_id IS NOT NULL
    GROUP BY s.person_id, b.tender_id, b.enterprise_id
), total AS (
    SELECT COUNT(DISTINCT s.tender_id) AS tenders FROM sat s
), by_person AS (
    SELECT s.person_id, COUNT(DISTINCT s.tender_id) AS tenders FROM sat s GROUP BY s.person_id
), by_firm AS (
    SELECT s.enterprise_id, COUNT(DISTINCT s.tender_id) AS tenders FROM sat s GROUP BY s.enterprise_id
), pair AS (
    SELECT s.person_id, s.enterprise_id, COUNT(*) AS tenders FROM sat s GROUP BY s.person_id, s.enterprise_id
), lifted AS (
    SELECT p.person_id, p.enterprise_id, p.tenders, t.tenders AS sample, CAST(p.tenders * t.tenders AS DOUBLE)
        / NULLIF(CAST(e.tenders * f.tenders AS DOUBLE), 0e0) AS lift
    FROM pair p JOIN by_person e ON e.person_id = p.person_id JOIN by_firm f ON f.enterprise_id = p.enterprise_id CROSS JOIN total t
), latest AS (
    SELECT s.person_id, s.enterprise_id, s.tender_id, ROW_NUMBER() OVER (PARTITION BY s.person_id, s.enterprise_id
        ORDER BY COALESCE(s.day, 0) DESC, s.tender_id DESC) AS place
    FROM sat s
), hit AS (
    SELECT f.tender_id, f.member_id || '-' || f.bid_id AS part, f.z AS score, f.points, f.median, f.z,
        CAST(NULL AS BIGINT) AS repeats, CAST(NULL AS DOUBLE) AS multiple, CAST(NULL AS BIGINT) AS sample, f.person_id
    FROM far f WHERE f.z >= $z_min - 1e-9
    UNION ALL
    SELECT l.tender_id, 'person:' || p.person_id || '-enterprise:' || p.enterprise_id AS part, p.lift AS score,
        CAST(NULL AS DOUBLE) AS points, CAST(NULL AS DOUBLE) AS median, CAST(NULL AS DOUBLE) AS z, p.tenders AS repeats,
        p.lift AS multiple, p.sample, p.person_id
    FROM lifted p JOIN latest l ON l.person_id = p.person_id AND l.enterprise_id = p.enterprise_id AND l.place = 1
    WHERE p.sample >= $min_sample AND p.tenders >= $joint_min AND p.lift >= $lift_min - 1e-9
), shown AS (
    SELECT f.member_id || '-' || f.bid_id AS part, 'score' AS ev_table, s.id AS ev_key FROM far f
    JOIN score s ON s.bid_id = f.bid_id AND s.committee_member_id = f.member_id
    UNION ALL
    SELECT 'person:' || s.person_id || '-enterprise:' || s.enterprise_id AS part, 'committee_member' AS ev_table, s.member_id AS ev_key FROM sat s
    UNION ALL
    SELECT 'person:' || s.person_id || '-enterprise:' || s.enterprise_id AS part, 'bid' AS ev_table, s.bid_id AS ev_key FROM sat s
)
SELECT 'tender:' || h.tender_id AS subject, h.part AS part, h.score AS score, h.points AS f_points, h.median AS f_median,
    h.z AS f_z, h.repeats AS f_repeats, h.multiple AS f_multiple, h.sample AS f_sample,
    s.ev_table AS ev_table, s.ev_key AS ev_key, h.person_id AS person_id, 'reviewed' AS person_role
FROM hit h JOIN shown s ON s.part = h.part
