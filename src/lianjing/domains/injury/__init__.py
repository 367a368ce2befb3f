"""Work injury: the social-insurance agency's power over recognition, assessment and the payment of benefits.

Rests on the social insurance law, the State Council's regulation on work injury and the province's, and on the rule
that the article reports. What goes wrong here: the employer who claims as a proxy keeps the money, a refund without
proof of the advance, a voucher used twice, benefits paid late or short, one account for many workers.
"""
