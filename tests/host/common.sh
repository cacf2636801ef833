# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Namespaces and processes as tests/net has them; $here is this folder.
. "$(dirname "${BASH_SOURCE[0]}")/../net/common.sh"
talk=$here/talk.py
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
