#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Real stores of keys and queues: kinds, errors and times of operations are what the clients did and measured.
NSC_GROUP=stores NSC_LIVE="--snap-len 65535" exec "$(dirname "$0")/servers.sh"
