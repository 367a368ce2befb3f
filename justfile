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

# The long runs: 100 kills at named points, and the whole zone of 111 projects
soak *args:
    uv run python tests/soak/full_zone.py --out benchmarks/results/zone.json
    uv run python tests/soak/kill_loop.py --kills 100 --out benchmarks/results/kill_loop.json {{args}}

# Pictures of the main pages, to look at: screenshots/
screenshots *args:
    uv run --group browser python -m tests.browser.screenshots {{args}}

# The headline figures, side by side with their peers
bench *args:
    uv run --group bench python benchmarks/step.py {{args}}
    uv run --group bench python benchmarks/interpret.py
