#!/bin/sh
# Installs Lianjing without network: ./install.sh PUBLIC-KEY-IN-HEX [TARGET]   (default /opt/lianjing)
# An installation that is there is kept as TARGET.before-DATE: the way back is to move it back and to restore the
# backup that `lianjing upgrade` made.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
key=${1:?usage: ./install.sh PUBLIC-KEY-IN-HEX [TARGET]}
target=${2:-/opt/lianjing}
python=${PYTHON:-python3}
PYTHONDONTWRITEBYTECODE=1 "$python" "$here/verify.py" "$key" "$here"
wanted=$(sed -n 's/.*"python": "\(.*\)".*/\1/p' "$here/package.json")
found=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [ "$wanted" != "$found" ]; then
    echo "this package is for Python $wanted, found $found 版本不符（可用 PYTHON=/path/python$wanted 指定）" >&2
    exit 2
fi
kept=""
begun=""
# What fails half-way leaves the installation as it was.
undo() {
    code=$?
    if [ "$code" -ne 0 ] && [ -n "$begun" ]; then
        rm -rf "$target"
        if [ -n "$kept" ]; then mv "$kept" "$target"; fi
    fi
}
trap undo EXIT
if [ -e "$target" ]; then
    kept="$target.before-$(date +%Y%m%d-%H%M%S)"
    mv "$target" "$kept"
fi
begun=1
# A virtual environment holds its own path, so it is made where it stays.
"$python" -m venv "$target"
"$target/bin/python" -m pip install --quiet --no-index --no-deps --disable-pip-version-check "$here"/wheels/*.whl
"$target/bin/python" -m pip check --disable-pip-version-check
echo "installed 已安装 $target/bin/lianjing"
echo "new 新装: $target/bin/lianjing init --data DIR    upgrade 升级: $target/bin/lianjing upgrade --data DIR --dry-run"
