#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""mysql_prepared.py HOST - prepared statements by libmariadb, cursors, and commands that are no operations.  Prints
"did PORT KIND ERROR COUNT"."""
import ctypes
import sys

import db_mysql as area

c = ctypes.CDLL("libmariadb.so.3")
P = ctypes.c_void_p
for name in ("mysql_init", "mysql_real_connect", "mysql_stmt_init", "mysql_stat", "mysql_list_fields",
             "mysql_list_processes", "mysql_store_result"):
    getattr(c, name).restype = P
c.mysql_error.restype = c.mysql_stmt_error.restype = ctypes.c_char_p


def did(kind, error=None, n=1):
    print("did", area.PORT, kind, error or "-", n)


m = P(c.mysql_init(None))
assert c.mysql_real_connect(m, sys.argv[1].encode(), b"admin", None, b"d", area.PORT, None, ctypes.c_ulong(0)), \
    c.mysql_error(m)


def prepare(text, error=None):
    s = P(c.mysql_stmt_init(m))
    failed = c.mysql_stmt_prepare(s, text, ctypes.c_ulong(len(text))) != 0
    assert failed == (error is not None), (text, c.mysql_stmt_error(s))
    if error:
        did("-", error)
    return s


def execute(s, kind, error=None, store=True):
    failed = c.mysql_stmt_execute(s) != 0
    if not failed and store:
        while True:
            failed = failed or c.mysql_stmt_store_result(s) != 0
            c.mysql_stmt_free_result(s)
            if c.mysql_stmt_next_result(s) != 0:
                break
    assert failed == (error is not None), c.mysql_stmt_error(s)
    did(kind, error)


def query(text, kind):
    assert c.mysql_query(m, text) == 0, c.mysql_error(m)
    r = c.mysql_store_result(m)
    if r:
        c.mysql_free_result(P(r))
    did(kind)


query(b"CREATE TABLE p (id int PRIMARY KEY AUTO_INCREMENT, text varchar(200))", "create")
put = prepare(b"INSERT INTO p (text) VALUES ('z')")
get = prepare(b"/* named */ SELECT id, text, NULL FROM p")
none = prepare(b"SELECT 1 FROM p WHERE id < 0")
change = prepare(b"UPDATE p SET text = 'u'")
for _ in range(50):
    execute(put, "insert")
    execute(get, "select")
    execute(get, "select")		# its definitions may be left out
    execute(none, "select")
    execute(change, "update")
prepare(b"SELECT * FROM p WHERE id > ? AND text = ?")		# of parameters, and closed below without a use
bad = prepare(b"SELEKT", error="syntax")
again = prepare(b"INSERT INTO p VALUES (1, 'x')")
execute(again, "insert", "duplicate")
many = prepare(b"CALL many()")
execute(many, "call")
c.mysql_stmt_close(many)
c.mysql_stmt_close(again)

# By a cursor: the rows come by COM_STMT_FETCH, which is no operation.
rows = prepare(b"SELECT * FROM seq_1_to_1000")
kind = ctypes.c_ulong(1)
assert c.mysql_stmt_attr_set(rows, 1, ctypes.byref(kind)) == 0
size = ctypes.c_ulong(300)
assert c.mysql_stmt_attr_set(rows, 2, ctypes.byref(size)) == 0
execute(rows, "select", store=False)
n = 0
while c.mysql_stmt_fetch(rows) == 0:
    n += 1
assert n == 1000, n
c.mysql_stmt_free_result(rows)
query(b"SELECT 1", "select")

# None of these is an operation.
assert c.mysql_ping(m) == 0
assert c.mysql_stat(m)
assert c.mysql_select_db(m, b"d") == 0
fields = c.mysql_list_fields(m, b"p", None)
assert fields
c.mysql_free_result(P(fields))
assert c.mysql_set_server_option(m, 0) == 0
assert c.mysql_change_user(m, b"admin", None, b"d") == 0
assert c.mysql_reset_connection(m) == 0
assert c.mysql_select_db(m, b"nothing") != 0
did("-", "no_database")
query(b"SELECT 2", "select")
s = prepare(b"SHOW TABLES")
execute(s, "show")
c.mysql_close(m)
