-- code: M-T06
-- title: 澄清不足15日 | Late amendment
-- domain: works
-- severity: orange
-- risk_point: 临近截止修改招标文件
-- stage: tendering
-- evidences: 限制、排斥投标人
-- source: 招标投标法实施条例 第二十一条
-- subject: tender
-- rows: clarification(tender_id), tender(id), act(matter_id)
-- param: lead_days = @works.tender.amendment_lead_days [5..30]
-- explain: 影响编制的澄清在截止前{f_days}日发出，不足{lead_days}日，没有顺延。
-- explain_en: A material amendment came {f_days} days before the deadline, fewer than {lead_days}, without an extension.
-- excludes: 不影响投标文件编制的澄清; 截止时间已相应顺延
WITH hit AS (
    SELECT c.id, c.tender_id, t.deadline_day - c.issued_day AS days
    FROM clarification c JOIN tender t ON t.id = c.tender_id
    WHERE c.is_material = 1 AND c.issued_day IS NOT NULL AND c.new_deadline_at IS NULL
        AND t.deadline_day - c.issued_day < $lead_days AND c.issued_day <= t.deadline_day
)
SELECT 'tender:' || h.tender_id AS subject, 'clarification:' || h.id AS part, $lead_days - h.days AS score,
    h.days AS f_days, 'clarification' AS ev_table, h.id AS ev_key, p.person_id AS person_id, p.role AS person_role
FROM hit h LEFT JOIN act p ON p.matter_id = h.tender_id AND p.role = 'approved' AND p.is_refused = 0
