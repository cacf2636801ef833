#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""postgresql_simple.py HOST - simple queries by psycopg2: db_postgresql.TALK, COPY, a lock, a deadlock, a cancel, a
login that fails, statements that take their time.  Prints "did KIND ERROR COUNT" and "took KIND SECONDS"."""
import io
import sys
import threading
import time

import psycopg2

import db_postgresql as area


def did(kind, error=None, n=1):
    print("did", kind, error or "-", n)


def connect(user="nobody"):
    c = psycopg2.connect(host=sys.argv[1], port=area.PORT, user=user, dbname="postgres", password="wrong",
                         sslmode="disable", gssencmode="disable")
    c.autocommit = True
    return c


def run(cur, text, kind, error=None):
    """The SQLSTATE, or None."""
    did(kind, error)
    state = None
    try:
        cur.execute(text)
    except psycopg2.Error as e:
        if "an empty query" not in str(e):
            state = e.pgcode or "the connection ended"
    assert (state is not None) == (error is not None), (text[:100], state)
    return state


a, b = connect(), connect()
x, y = a.cursor(), b.cursor()
for statement, what, failure in area.TALK:
    run(x, statement, what, failure)

# COPY, both ways: more than a buffer, and one that the server refuses.
run(x, "CREATE TABLE c (id int, text text)", "create")
did("copy")
x.copy_expert("COPY c FROM STDIN", io.StringIO("".join("%d\t%s\n" % (i, "z" * 50) for i in range(20000))))
did("copy")
x.copy_expert("COPY c TO STDOUT", io.StringIO())
did("copy", "data")
try:
    x.copy_expert("COPY c FROM STDIN", io.StringIO("not a number\tx\n" * 20000))
    raise SystemExit("the server took it")
except psycopg2.DataError:
    pass
run(x, "SELECT count(*) FROM c", "select")

# One waits for the other's lock.
run(x, "BEGIN", "begin")
run(x, "LOCK TABLE c", "other")
run(y, "SET lock_timeout = 30", "set")
assert run(y, "SELECT * FROM c", "select", "lock_timeout") == "55P03"
run(y, "RESET lock_timeout", "set")
run(x, "COMMIT", "commit")

# Each waits for the other; one of them is chosen.
run(x, "INSERT INTO t VALUES (1, 'a'), (2, 'b')", "insert")
ends = []


def second(cur, n):
    try:
        cur.execute("UPDATE t SET more = 1 WHERE id = %d" % n)
        ends.append(None)
    except psycopg2.Error as e:
        ends.append(e.pgcode)


for cursor, row in ((x, 1), (y, 2)):
    run(cursor, "BEGIN", "begin")
    run(cursor, "UPDATE t SET more = 0 WHERE id = %d" % row, "update")
threads = [threading.Thread(target=second, args=w) for w in ((x, 2), (y, 1))]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert sorted(ends, key=str) == ["40P01", None], ends
did("update")
did("update", "deadlock")
run(x, "ROLLBACK", "rollback")
run(y, "ROLLBACK", "rollback")

# Two that read what the other writes.
for cursor in (x, y):
    run(cursor, "BEGIN ISOLATION LEVEL SERIALIZABLE", "begin")
    run(cursor, "SELECT sum(more) FROM t", "select")
run(x, "INSERT INTO t VALUES (5, 'e')", "insert")
run(y, "INSERT INTO t VALUES (6, 'f')", "insert")
run(x, "COMMIT", "commit")
assert run(y, "COMMIT", "commit", "serialization") == "40001"

# The client cancels, on a connection of its own.
timer = threading.Timer(0.05, a.cancel)
timer.start()
assert run(x, "SELECT pg_sleep(20)", "select", "cancelled") == "57014"
timer.join()

for _ in range(9):
    began = time.monotonic()
    x.execute("EXPLAIN ANALYZE SELECT pg_sleep(0.04)")
    print("took explain", time.monotonic() - began)
    did("explain")

try:
    connect("locked")
    raise SystemExit("the password was taken")
except psycopg2.OperationalError:
    did("-", "access")

# The server ends the session while it is idle, and while it works.
run(x, "SELECT pg_terminate_backend(%d)" % b.get_backend_pid(), "select")
did("-", "shutdown")
run(x, "SELECT pg_terminate_backend(pg_backend_pid())", "select", "shutdown")
