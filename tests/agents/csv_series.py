# SPDX-License-Identifier: MIT
"""What collectd's csv files say, and what each of collectd's writers makes of the same values.

csv has every value as the plugin sent it (StoreRates false): counters as running sums, to the millisecond and to
six decimals.  What a store should have of a data source is said as {time: value}; a time may also be `optional`:
a value may be there, and is compared if it is.

Sources: collectd 5.12: src/daemon/utils_cache.c (uc_update: a rate is (new - old) / time between, none for the first
value and none after Timeout intervals without one), src/utils/format_graphite (whole seconds, rates with six
decimals), src/rrdtool.c (whole seconds), rrdupdate(1): heartbeat, minimum, maximum, no second value in one second.
"""
import bisect
import collections
import re

from values import load

TYPES_DB = "/usr/share/collectd/types.db"
TIMEOUT = 2			# intervals, collectd's default
HEARTBEAT = 2			# seconds: rrdtool's, two steps

Source = collections.namedtuple("Source", "instance kind value name column counter low high")


def types():
    """{type: [(data source, kind, minimum, maximum)]}"""
    found = {}
    with open(TYPES_DB) as f:
        for line in f:
            words = line.replace(",", " ").split()
            if words and not line.startswith("#"):
                found[words[0]] = [tuple(w.split(":")) for w in words[1:]]
    return found


def bound(text):
    return None if text == "U" else float(text)


class Csv:
    """sources: {Source: [(time, value)]}, in order."""

    def __init__(self, path, starts, until):
        """starts: when collectd was started again; until: the last time that counts."""
        self.starts, self.until = sorted(starts), until
        self.sources = {}
        known = types()
        for key, rows in load(path).items():
            instance, name = key.split("/", 1)
            kind, _, value = name.partition("-")
            for column, (ds, how, low, high) in enumerate(known[kind]):
                source = Source(instance, kind, value, ds, column, how == "DERIVE", bound(low), bound(high))
                series = [(t, rows[t][column]) for t in sorted(rows) if t <= until]
                if series:
                    self.sources[source] = series
        self.series = len({(s.instance, s.kind, s.value) for s in self.sources})

    def life(self, time):
        return bisect.bisect(self.starts, time)

    def steps(self, source):
        """Pairs of rows between which collectd makes a rate; whether it must, and csv's milliseconds tell it."""
        rows = self.sources[source]
        for (t, a), (u, b) in zip(rows, rows[1:]):
            if self.life(t) == self.life(u) and b >= a:
                yield t, a, u, b, 0.1 < u - t < TIMEOUT * 0.95

    def most(self, source):
        """The largest value or rate that csv ever has."""
        if not source.counter:
            return max(abs(v) for _, v in self.sources[source])
        return max([(b - a) / (u - t) for t, a, u, b, _ in self.steps(source)], default=0)


def expect_raw(csv, source):
    """Two reads in one millisecond, as they come after a long pause, cannot be told apart."""
    times = [t for t, _ in csv.sources[source]]
    return dict(csv.sources[source]), {x for t, u in zip(times, times[1:]) if u - t < 0.003 for x in (t, u)}


def expect_rates(csv, source):
    if not source.counter:
        return expect_raw(csv, source)
    want, optional = {}, set()
    for t, a, u, b, must in csv.steps(source):
        want[u] = (b - a) / (u - t)
        if not must:
            optional.add(u)
    return want, optional


def second(time):
    return int(time + 0.5)


def on_the_edge(time):
    """csv's milliseconds don't tell to which second it was rounded."""
    return abs((time + 0.5) % 1 - 0.5) > 0.498


def expect_seconds(csv, source):
    """Rates in whole seconds: of two in one second the later one is kept."""
    want, optional = {}, set()
    rates, maybe = expect_rates(csv, source)
    for time in sorted(rates):
        want[second(time)] = rates[time]
        if time in maybe or on_the_edge(time):
            optional.add(second(time))
        else:
            optional.discard(second(time))
    return want, optional


def expect_rrd(csv, source):
    """A round robin file of one-second steps: what is between two updates has their rate, the second update
    within a second is refused, and what is longer apart than the heartbeat is unknown."""
    want, optional = {}, set()
    last = None
    for time, value in csv.sources[source]:
        now = second(time)
        if last is None or now - last[0] > HEARTBEAT:
            last = (now, value)
            want[now], _ = value, optional.add(now)	# the first of a gauge may be kept
            if source.counter:
                del want[now]
            continue
        if now <= last[0]:
            continue
        rate = (value - last[1]) / (now - last[0]) if source.counter else value
        inside = (source.low is None or rate >= source.low) and (source.high is None or rate <= source.high)
        for s in range(last[0] + 1, now + 1):
            if inside:
                want[s] = rate
            if on_the_edge(time):
                optional.add(s)
        last = (now, value)
    return want, optional


def token(text):
    """Names are of letters, digits, _ and - alone: no writer has anything to escape."""
    return re.fullmatch(r"[A-Za-z0-9_-]*", text) is not None
