#!/bin/sh
# The whole road on real code: boto 2.49.0, the last release of an old library, as its maintainers shipped it.
# Usage: deploy/demo.sh FOLDER-OF-THE-ENVIRONMENT'S-PROGRAMS
set -eu
bin=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")/.." && pwd)
work="$here/.demo"
code="$work/boto"
state="$work/state"

rm -rf "$work"
mkdir -p "$code"
echo "Fetching boto 2.49.0 from the package registry ..." >&2
"$bin/pip" download --quiet --no-deps --only-binary :all: --dest "$work" boto==2.49.0
"$bin/python" -m zipfile -e "$work"/boto-2.49.0-*.whl "$code"

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
git -C "$code" init --quiet --initial-branch=main
git -C "$code" add --all
git -C "$code" -c user.name=demo -c user.email=demo@localhost commit --quiet --message "boto 2.49.0 as released"

echo "Running: debtd run .demo/boto --target-python 3.9 --state-dir .demo/state" >&2
echo >&2
cd "$here"
"$bin/debtd" run .demo/boto --target-python 3.9 --state-dir .demo/state
