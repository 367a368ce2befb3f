-- code: M-T28
-- title: 固定组合陪标 | Recurrent co-bidding
-- domain: works
-- severity: orange
-- risk_point: 固定组合陪标
-- stage: tendering
-- evidences: 串通投标
-- source: 招标投标法 第三十二条; OCP R053; i083
-- subject: enterprise
-- rows: population
-- param: tenders_min = @indicator.m_t28.tenders_min [2..50]
-- param: lift_min = @stats.lift_min [1..20]
-- param: same_winner_ratio = @indicator.m_t28.same_winner_ratio [0.5..1]
-- explain: 该单位与另一家同标{f_tenders}次（不少于{tenders_min}次），为偶然同标的{f_multiple}倍（不低于{lift_min}倍），其中{f_share_ratio}由该单位中标（不低于{same_winner_ratio}）。
-- explain_en: This firm bid beside one other {f_tenders} times (at least {tenders_min}), {f_multiple} times as often as by chance (at least {lift_min}), and won {f_share_ratio} of them (at least {same_winner_ratio}).
-- excludes: 已撤回或逾期的投标; 多数由第三家中标
-- assumes: 同标次数按标段计，同一联合体的成员不算同标
WITH hit AS (
    SELECT p.id, p.top_winner_id AS winner,
        CASE WHEN p.top_winner_id = p.enterprise_a_id THEN p.enterprise_b_id ELSE p.enterprise_a_id END AS other,
        p.joint_count, p.lift, p.top_winner_ratio
    FROM bidder_pair p
    WHERE p.joint_count >= $tenders_min AND p.lift >= $lift_min - 1e-9
        AND p.top_winner_ratio >= $same_winner_ratio - 1e-9
        AND p.top_winner_id IN (p.enterprise_a_id, p.enterprise_b_id)
), offer AS (
    SELECT b.id, b.tender_id, COALESCE(b.lot_id, '') AS lot, b.enterprise_id FROM bid b
    WHERE b.enterprise_id IS NOT NULL AND b.status IN ('valid', 'disqualified', 'pending')
), met AS (
    SELECT h.id, w.id AS won_id, o.id AS other_id FROM hit h JOIN offer w ON w.enterprise_id = h.winner
    JOIN offer o ON o.enterprise_id = h.other AND o.tender_id = w.tender_id AND o.lot = w.lot
), shown AS (
    SELECT m.id, m.won_id AS ev_key FROM met m UNION ALL SELECT m.id, m.other_id AS ev_key FROM met m
)
SELECT 'enterprise:' || h.winner AS subject, 'enterprise:' || h.other AS part, h.lift AS score,
    h.joint_count AS f_tenders, h.lift AS f_multiple, h.top_winner_ratio AS f_share_ratio,
    'bid' AS ev_table, s.ev_key AS ev_key, CAST(NULL AS VARCHAR) AS person_id, '' AS person_role
FROM hit h JOIN shown s ON s.id = h.id
