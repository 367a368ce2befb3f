-- code: M-C20
-- title: 隐蔽工程/签证补签 | Back-dated site visas
-- domain: works
-- severity: orange
-- risk_point: 签证补签
-- stage: implementation
-- evidences: 虚增工程量
-- source: 园区工程现场管理办法 第四条
-- subject: matter
-- rows: site_visa(id), act(matter_id)
-- param: lag_hours = 48 [24..720]
-- explain: 签证事项发生{f_lag_hours}小时以后才填报，超过{lag_hours}小时。
-- explain_en: The site visa was entered {f_lag_hours} hours after the work, more than {lag_hours} hours.
-- excludes: 已撤回的签证
-- assumes: 发生时间由现场记录
SELECT 'matter:' || v.id AS subject, '' AS part, (v.entered_at - v.occurred_at) // 3600 AS score,
    (v.entered_at - v.occurred_at) // 3600 AS f_lag_hours, v.is_concealed AS f_is_concealed, v.amount_fen AS f_amount_fen,
    'site_visa' AS ev_table, v.id AS ev_key, p.person_id AS person_id, p.role AS person_role
FROM site_visa v LEFT JOIN act p ON p.matter_id = v.id AND p.role IN ('entered', 'approved') AND p.is_refused = 0
WHERE v.entered_at - v.occurred_at > $lag_hours * 3600 AND v.status IN ('proposed', 'in_review', 'approved')
