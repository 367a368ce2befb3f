-- code: M-T39
-- title: 定标票型异常 | Award committee pattern
-- domain: works
-- severity: orange
-- risk_point: 操纵定标
-- stage: tendering
-- evidences: 操纵定标
-- source: 招标投标法实施条例 第四十九条; 园区定标管理办法
-- subject: enterprise
-- rows: population
-- param: lift_min = @stats.lift_min [1..20]
-- param: joint_min = 3 [2..20]
-- param: unanimous_ratio = @indicator.m_t39.unanimous_ratio [0.5..1]
-- param: min_sample = @stats.min_sample [4..1000]
-- explain: 该单位得票{f_votes}张：或同一委员投其票为偶然的{f_multiple}倍（不少于{joint_min}张，不低于{lift_min}倍），或在其参选的定标中得票占{f_share_ratio}（不低于{unanimous_ratio}），样本{f_sample}张（不少于{min_sample}张）；或定标办法与招标文件不符。
-- explain_en: This firm got {f_votes} ballots: either one member voted for it {f_multiple} times as often as by chance (at least {joint_min} ballots and {lift_min} times), or it got {f_share_ratio} where it was a candidate (at least {unanimous_ratio}), of {f_sample} ballots (at least {min_sample}); or the award method is not that of the tender document.
-- excludes: 未形成结果的前几轮投票; 已取消的定标; 已更换的委员
-- assumes: 定标票已登记
WITH last AS (
    SELECT b.award_id, MAX(b.round) AS round FROM award_ballot b GROUP BY b.award_id
), cast_vote AS (
    SELECT b.id, b.award_id, m.person_id, d.enterprise_id, a.tender_id FROM award_ballot b
    JOIN last l ON l.award_id = b.award_id AND l.round = b.round
    JOIN award a ON a.id = b.award_id AND a.status <> 'cancelled'
    JOIN committee_member m ON m.id = b.committee_member_id AND m.replaced_at IS NULL
    JOIN bid d ON d.id = b.bid_id AND d.enterprise_id IS NOT NULL
), total AS (
    SELECT COUNT(*) AS votes FROM cast_vote v
), voter AS (
    SELECT v.person_id, COUNT(*) AS votes FROM cast_vote v GROUP BY v.person_id
), firm AS (
    SELECT v.enterprise_id, COUNT(*) AS votes FROM cast_vote v GROUP BY v.enterprise_id
), pair AS (
    SELECT v.person_id, v.enterprise_id, COUNT(*) AS votes FROM cast_vote v GROUP BY v.person_id, v.enterprise_id
), lifted AS (
    SELECT p.person_id, p.enterprise_id, p.votes, t.votes AS sample, CAST(p.votes * t.votes AS DOUBLE)
        / NULLIF(CAST(r.votes * f.votes AS DOUBLE), 0e0) AS lift
    FROM pair p JOIN voter r ON r.person_id = p.person_id JOIN firm f ON f.enterprise_id = p.enterprise_id CROSS JOIN total t
), stood AS (
    SELECT d.enterprise_id, c.tender_id FROM candidate c JOIN bid d ON d.id = c.bid_id
    WHERE d.enterprise_id IS NOT NULL GROUP BY d.enterprise_id, c.tender_id
), open_to AS (
    SELECT s.enterprise_id, COUNT(*) AS votes, CAST(SUM(CASE WHEN v.enterprise_id = s.enterprise_id THEN 1 ELSE 0 END) AS BIGINT) AS got
    FROM stood s JOIN cast_vote v ON v.tender_id = s.tender_id GROUP BY s.enterprise_id
), hit AS (
    SELECT l.enterprise_id, 'person:' || l.person_id AS part, l.lift AS score, l.votes, l.lift AS multiple,
        CAST(NULL AS DOUBLE) AS share, l.sample
    FROM lifted l WHERE l.sample >= $min_sample AND l.votes >= $joint_min AND l.lift >= $lift_min - 1e-9
    UNION ALL
    SELECT o.enterprise_id, 'unanimous' AS part, CAST(o.got AS DOUBLE) / NULLIF(CAST(o.votes AS DOUBLE), 0e0) AS score,
        o.got AS votes, CAST(NULL AS DOUBLE) AS multiple,
        CAST(o.got AS DOUBLE) / NULLIF(CAST(o.votes AS DOUBLE), 0e0) AS share, o.votes AS sample
    FROM open_to o
    WHERE o.votes >= $min_sample AND CAST(o.got AS DOUBLE) >= $unanimous_ratio * CAST(o.votes AS DOUBLE) - 1e-9
    UNION ALL
    SELECT a.enterprise_id, 'award:' || a.id AS part, 1e0 AS score, CAST(NULL AS BIGINT) AS votes,
        CAST(NULL AS DOUBLE) AS multiple, CAST(NULL AS DOUBLE) AS share, CAST(NULL AS BIGINT) AS sample
    FROM award a JOIN tender t ON t.id = a.tender_id
    WHERE a.status = 'active' AND a.enterprise_id IS NOT NULL AND a.method <> '' AND t.award_method <> ''
        AND a.method <> t.award_method
), shown AS (
    SELECT v.enterprise_id, 'person:' || v.person_id AS part, 'award_ballot' AS ev_table, v.id AS ev_key, v.person_id FROM cast_vote v
    UNION ALL
    SELECT v.enterprise_id, 'unanimous' AS part, 'award_ballot' AS ev_table, v.id AS ev_key, v.person_id FROM cast_vote v
    UNION ALL
    SELECT a.enterprise_id, 'award:' || a.id AS part, 'award' AS ev_table, a.id AS ev_key, CAST(NULL AS VARCHAR) AS person_id FROM award a
)
SELECT 'enterprise:' || h.enterprise_id AS subject, h.part AS part, h.score AS score, h.votes AS f_votes,
    h.multiple AS f_multiple, h.share AS f_share_ratio, h.sample AS f_sample,
    s.ev_table AS ev_table, s.ev_key AS ev_key, s.person_id AS person_id, 'approved' AS person_role
FROM hit h JOIN shown s ON s.enterprise_id = h.enterprise_id AND s.part = h.part
