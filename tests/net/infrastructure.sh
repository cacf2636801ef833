#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Real servers of what keeps a network going: requests, errors and times are what the clients did and measured.
NSC_GROUP=infrastructure NSC_LIVE="--snap-len 65535" exec "$(dirname "$0")/servers.sh"
