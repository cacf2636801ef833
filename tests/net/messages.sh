#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Real servers of messages, mail, directories, tickets and calls, whose operations are counted: kinds,
# errors and times are what the clients did and measured.  (Super-packets whole, as in databases.sh.)
NSC_GROUP=messages NSC_LIVE="--snap-len 65535" exec "$(dirname "$0")/servers.sh"
