#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""mysql_text.py HOST FILE - statements by pymysql: db_mysql.TALK, several in one, LOCAL INFILE, packets beyond 16 MiB,
locks, a login that fails, statements that take their time.  Prints "did PORT KIND ERROR COUNT", "took KIND SECONDS"."""
import sys
import threading
import time

import pymysql
from pymysql.constants import CLIENT

import db_mysql as area


def did(kind, error=None, n=1, port=area.PORT):
    print("did", port, kind, error or "-", n)


def connect(port=area.PORT, user="admin", **more):
    return pymysql.connect(host=sys.argv[1], port=port, user=user, autocommit=None, local_infile=True,
                           max_allowed_packet=64 << 20, client_flag=CLIENT.MULTI_STATEMENTS, **more)


def run(c, text, kind, error=None, port=area.PORT):
    """The error's code, or None."""
    did(kind, error, port=port)
    code = None
    try:
        with c.cursor() as cur:
            cur.execute(text)
            while cur.nextset():
                pass
    except pymysql.Error as e:
        code = e.args[0]
    assert (code is not None) == (error is not None), (text[:100], code)
    return code


a, b = connect(), connect()
for statement, what, failure in area.TALK:
    run(a, statement, what, failure)
a.select_db("d")		# COM_INIT_DB
b.select_db("d")
a.ping()			# COM_PING

run(a, "INSERT INTO t VALUES (1, 'a', 0), (2, 'b', 0); SELECT * FROM t; SELECT 2; DELETE FROM t WHERE id = 9", "insert")
run(a, "SELECT 1; SELECT * FROM nothing; SELECT 2", "select", "no_table")
run(a, "CREATE TABLE c (id int, text varchar(100))", "create")
run(a, "LOAD DATA LOCAL INFILE '%s' INTO TABLE c FIELDS TERMINATED BY ','" % sys.argv[2], "copy")
run(a, "SELECT count(*) FROM c", "select")
run(a, "LOAD DATA LOCAL INFILE '%s' INTO TABLE nothing" % sys.argv[2], "copy", "no_table")
run(a, "INSERT INTO t VALUES (3, '%s', 0)" % ("x" * 17000000), "insert")
run(a, "DELETE FROM t WHERE id = 3", "delete")
run(a, "SELECT REPEAT('y', 16777215 - 4)", "select")	# a row of 16 MiB - 1: an empty packet goes on with it

# One waits for the other's lock.
run(a, "BEGIN", "begin")
run(a, "UPDATE t SET more = 1 WHERE id = 1", "update")
run(b, "SET innodb_lock_wait_timeout = 0", "set")
assert run(b, "UPDATE t SET more = 2 WHERE id = 1", "update", "lock_timeout") == 1205
run(b, "SET innodb_lock_wait_timeout = 20", "set")

# Each waits for the other; one of them is chosen.
run(b, "BEGIN", "begin")
run(b, "UPDATE t SET more = 2 WHERE id = 2", "update")
ends = []


def second(c, n):
    try:
        with c.cursor() as cur:
            cur.execute("UPDATE t SET more = 3 WHERE id = %d" % n)
        ends.append(None)
    except pymysql.Error as e:
        ends.append(e.args[0])


threads = [threading.Thread(target=second, args=w) for w in ((a, 2), (b, 1))]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert sorted(ends, key=str) == [1213, None], ends
did("update")
did("update", "deadlock")
run(a, "ROLLBACK", "rollback")
run(b, "ROLLBACK", "rollback")

weak = connect(user="weak", database="d")
run(weak, "SELECT count(*) FROM t", "select")
run(weak, "DELETE FROM t", "delete", "access")
run(weak, "FLUSH TABLES", "maintain", "access")
weak.close()
try:
    connect(user="locked", password="wrong")
    raise SystemExit("the password was taken")
except pymysql.OperationalError:
    did("-", "access")

slow = connect(area.BUSY)
for _ in range(9):
    began = time.monotonic()
    run(slow, "DO SLEEP(0.04)", "call", port=area.BUSY)
    print("took call", time.monotonic() - began)
slow.close()

# Another session ends what one does, and then the session.
timer = threading.Timer(0.1, run, (b, "KILL QUERY %d" % a.thread_id(), "other"))
timer.start()
run(a, "SELECT sum(a.seq * b.seq) FROM seq_1_to_1000000 a, seq_1_to_1000000 b", "select", "cancelled")
timer.join()
a.close()
b.close()
