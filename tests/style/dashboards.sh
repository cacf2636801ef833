#!/bin/sh
# SPDX-License-Identifier: MIT
# The dashboards and alerts are what their description makes of them, name metrics that exist, and hold
# what every panel must (title, description, unit, a data source that can be chosen, a place of its own).
. "$(dirname "$0")/files"
python=/usr/bin/python3
"$python" -c 'import tomllib' 2>/dev/null || { echo "needs Python 3.11"; exit 77; }

"$python" contrib/dashboards/generate.py || fault "run contrib/dashboards/generate.py --write"
PYTHONDONTWRITEBYTECODE=1 "$python" tests/style/dashboards.py || bad=1
exit $bad
