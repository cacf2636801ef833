#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Asks write_prometheus twice a second and prints each line once, as one would who keeps them all."""
import sys
import time
import urllib.request

from stores import SCRAPE

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
seen = set()
while True:
    try:
        with opener.open(SCRAPE, timeout=5) as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith("collectd_netflowscope") and line not in seen:
                    seen.add(line)
                    print(line)
        sys.stdout.flush()
    except OSError:			# collectd is started again
        pass
    time.sleep(0.5)
