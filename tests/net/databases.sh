#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Real servers whose operations are counted: kinds, errors and times are what the clients did and measured.
# Super-packets whole: an answer of which a part is not captured is not counted.
NSC_GROUP=databases NSC_LIVE="--snap-len 65535" exec "$(dirname "$0")/servers.sh"
