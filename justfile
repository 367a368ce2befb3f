# The daily verbs. `just` is in many distributions, and on PyPI: pipx install rust-just

# List the verbs
default:
    @just --list

# A demonstration zone in the browser
demo *args:
    uv run lianjing demo {{args}}

# The tests, or some: just test tests/kernel
test *args:
    uv run --group oracle --group browser python -m pytest -p tests.plugins.skips -p tests.plugins.covers {{args}}

# Every test on PostgreSQL; LIANJING_DATABASE_URL names an empty database whose owner may create others
postgresql *args:
    uv run --group oracle --group browser python -m pytest -p tests.plugins.skips --ignore=tests/browser {{args}}

# Every indicator's examples on a real Spark master and worker on loopback (Java 17)
spark *args:
    uv run --group spark python -m pytest -p tests.plugins.skips -m spark tests/spark {{args}}

# Style and layers
lint:
    uv run ruff check
    uv run ruff format --check
    uv run lint-imports --no-logo

# Types
types:
    uv run mypy

# Everything that must hold before a change lands
ci:
    bash .ci/run

# The long runs: the whole zone of 111 projects, 100 kills at named points, 500 of publication, 100,000 malformed inputs, every door and every field
soak:
    uv run python tests/soak/full_zone.py --out benchmarks/results/zone.json
    uv run python tests/soak/kill_loop.py --kills 100 --out benchmarks/results/kill_loop.json
    uv run python tests/soak/publication_loop.py --rounds 500 --out benchmarks/results/publication_kills.json
    uv run python tests/soak/joint_loop.py --rounds 200 --out benchmarks/results/joint_reviews.json
    uv run python tests/soak/timer_loop.py --rounds 200 --out benchmarks/results/timers_at_once.json
    uv run python tests/soak/malformed.py --out benchmarks/results/malformed.json
    uv run python tests/soak/closed_doors.py --out benchmarks/results/closed_doors.json
    uv run python tests/soak/every_field.py --out benchmarks/results/every_field.json
    LIANJING_SOAK=1 uv run python -m pytest -q tests/kernel/trail/test_verifier_malformed.py tests/soak/test_publication.py tests/runtime/process/test_any_order.py
    LIANJING_SOAK=1 uv run --group oracle python -m pytest -q tests/oracle/test_interpreter_against_spiff.py
    LIANJING_SOAK=1 uv run python -m pytest -q tests/domains/works/test_imports.py tests/cli/test_open_contracting.py

# Pictures of the main pages, to look at: screenshots/
screenshots *args:
    uv run --group browser python -m tests.browser.screenshots {{args}}

# Every menu entry of every role in both languages and widths, read and kept as pictures: pictures/
pictures *args:
    LIANJING_PICTURES=pictures uv run --group browser python -m pytest tests/browser/test_menu.py {{args}}

# The headline figures, side by side with their peers
bench *args:
    uv run --group bench python benchmarks/step.py {{args}}
    uv run --group bench python benchmarks/interpret.py
    uv run --group bench python benchmarks/trail.py
    uv run --group bench python benchmarks/load.py
