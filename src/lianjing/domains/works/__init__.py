"""Construction works: the project unit's power over initiation, tender, contract, change and payment.

Rests on the tendering law and its regulation, the regulation on government investment and the zone's own measures
on projects, award, changes and funds. What goes wrong here: splitting, awards past the first rank, changes kept
just under a tier, payments beyond contract or progress, a payee account changed on the way, one invoice paid twice.
"""
