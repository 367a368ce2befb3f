"""Full steps a second through the service layer, beside the same writes bare, the interpreter alone and SpiffWorkflow.

    uv run --group oracle python benchmarks/step.py [--steps N] [--out FILE]

Each step is a real one: a permit is registered and verified by its posts. "Bare" repeats the same INSERTs and UPDATEs of
business and process rows (read off the acts of the run) in one transaction a step, without events, bodies, index,
queue, interpreter and checks. Figures are ratios within one run; LIANJING_DATABASE_URL chooses the database.
"""
