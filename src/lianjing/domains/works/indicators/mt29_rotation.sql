-- code: M-T29
-- title: 轮流中标 | Bid rotation
-- domain: works
-- severity: orange
-- risk_point: 轮流坐庄
-- stage: tendering
-- evidences: 串通投标
-- source: 招标投标法 第三十二条; OCP R057
-- subject: enterprise
-- rows: population
-- param: run_test_p = @indicator.m_t29.run_test_p [0.0001..0.2]
-- param: winners_min = 2 [2..12]
-- explain: 同样{f_bidders}家单位同标{f_tenders}次，由其中{f_awarded}家（不少于{winners_min}家）轮替中标，连续中标仅{f_runs}段；若先后纯属偶然，如此轮替的概率为{f_chance_ratio}（检验水平{run_test_p}）。
-- explain_en: The same {f_bidders} firms bid together {f_tenders} times; {f_awarded} of them (at least {winners_min}) took turns in {f_runs} runs of wins. By chance such turns have probability {f_chance_ratio} (level of the test {run_test_p}).
-- excludes: 轮替可由偶然解释
-- assumes: 同标单位每次完全相同（三至十二家）；先后以开标日为准；游程检验（Wald–Wolfowitz，精确概率）
SELECT 'enterprise:' || r.enterprise_id AS subject, r.group_key AS part, 1e0 - r.p_value AS score,
    r.bidder_count AS f_bidders, r.lot_count AS f_tenders, r.winner_count AS f_awarded, r.run_count AS f_runs,
    r.p_value AS f_chance_ratio, 'bid' AS ev_table, r.bid_id AS ev_key,
    w.person_id AS person_id, w.role AS person_role
FROM bid_rotation r LEFT JOIN act w ON w.matter_id = r.tender_id AND w.role = 'approved' AND w.is_refused = 0
WHERE r.p_value <= $run_test_p + 1e-12 AND r.winner_count >= $winners_min
