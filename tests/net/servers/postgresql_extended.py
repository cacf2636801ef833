#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""postgresql_extended.py HOST - extended queries by libpq: with parameters, prepared and named, in pipelines with an
error in the middle, COPY.  Prints "did KIND ERROR COUNT" and "took KIND SECONDS"."""
import ctypes
import sys
import time

import db_postgresql as area

pq = ctypes.CDLL("libpq.so.5")
for name in ("PQconnectdb", "PQexecParams", "PQprepare", "PQexecPrepared", "PQgetResult"):
    getattr(pq, name).restype = ctypes.c_void_p
pq.PQresultErrorField.restype = pq.PQerrorMessage.restype = ctypes.c_char_p
P = ctypes.c_void_p
EMPTY, COMMAND_OK, TUPLES_OK, COPY_IN, FATAL, ABORTED = 0, 1, 2, 4, 7, 11


def did(kind, error=None, n=1):
    print("did", kind, error or "-", n)


conn = P(pq.PQconnectdb(b"host=%s port=%d user=nobody dbname=postgres sslmode=disable gssencmode=disable"
                        % (sys.argv[1].encode(), area.PORT)))
assert pq.PQstatus(conn) == 0, pq.PQerrorMessage(conn)


def values(given):
    return (ctypes.c_char_p * len(given))(*given) if given else None


def state(result):
    """Its status and SQLSTATE."""
    status, code = pq.PQresultStatus(P(result)), pq.PQresultErrorField(P(result), ord("C"))
    pq.PQclear(P(result))
    return status, code


def expect(result, error=None):
    status, code = state(result)
    assert (status in (EMPTY, COMMAND_OK, TUPLES_OK, COPY_IN)) == (error is None), (status, code, pq.PQerrorMessage(conn))


def params(text, kind, *given, error=None):
    expect(pq.PQexecParams(conn, text, len(given), None, values(given), None, None, 0), error)
    did(kind, error)


def prepare(name, text, error=None):
    expect(pq.PQprepare(conn, name, text, 0, None), error)
    if error:
        did("-", error)


def execute(name, kind, *given, error=None):
    expect(pq.PQexecPrepared(conn, name, len(given), values(given), None, None, 0), error)
    did(kind, error)


params(b"DROP TABLE IF EXISTS e", "drop")
params(b"CREATE TABLE e (id int PRIMARY KEY, text text)", "create")
params(b"INSERT INTO e VALUES ($1, $2)", "insert", b"1", b"x" * 3000000)
params(b"SELECT * FROM e WHERE id = $1", "select", b"1")
params(b"INSERT INTO e VALUES ($1, $2)", "insert", b"1", b"y", error="duplicate")	# by its Execute
params(b"INSERT INTO e VALUES ($1, $2)", "insert", b"one", b"y", error="data")		# by its Bind
params(b"SELEKT $1", "other", b"1", error="syntax")					# by its Parse
params(b"", "other")									# EmptyQueryResponse
prepare(b"get", b"/* named */ SELECT * FROM e WHERE id = $1::int")
prepare(b"put", b"INSERT INTO e VALUES ($1::int, 'z')")
prepare(b"", b"UPDATE e SET text = 'u' WHERE id = $1::int")
prepare(b"bad", b"SELECT * FROM nothing", error="no_table")
for i in range(100, 150):
    execute(b"put", "insert", b"%d" % i)
    execute(b"get", "select", b"%d" % i)
    execute(b"", "update", b"%d" % i)
    if i % 10 == 0:
        execute(b"put", "insert", b"%d" % i, error="duplicate")
    prepare(b"", b"UPDATE e SET text = 'u' WHERE id = $1::int")
for i in range(90):
    prepare(b"named %d" % i, b"VALUES (1)" if i % 2 else b"SHOW port")
for i in range(90):
    execute(b"named %d" % i, "select" if i % 2 else "show")

# COPY by an extended query: the Sync behind its Execute is passed over.
for good in (True, False):
    params(b"COPY e FROM STDIN", "copy", error=None) if good else expect(
        pq.PQexecParams(conn, b"COPY e FROM STDIN", 0, None, None, None, None, 0))
    row = b"2000\tc\n" if good else b"no number\tc\n" * 3000
    assert pq.PQputCopyData(conn, row, len(row)) == 1
    assert pq.PQputCopyEnd(conn, None) == 1
    expect(pq.PQgetResult(conn), None if good else "data")
    assert not pq.PQgetResult(conn)
    if not good:
        did("copy", "data")

# Pipelines: a Sync behind each, one Sync for all, and an error in the middle: what is behind it has no answer.
assert pq.PQenterPipelineMode(conn) == 1


def send(text, *given):
    assert pq.PQsendQueryParams(conn, text, len(given), None, values(given), None, None, 0) == 1


def collect(n):
    """States of n statements; each is followed by none."""
    out = []
    for _ in range(n):
        out.append(state(pq.PQgetResult(conn))[0])
        assert not pq.PQgetResult(conn)
    return out


def synced():
    assert state(pq.PQgetResult(conn))[0] == 10


for text, kind in ((b"SELECT 1", "select"), (b"UPDATE e SET text = 'p'", "update"), (b"SELECT 2", "select")):
    send(text)
    assert pq.PQpipelineSync(conn) == 1
    did(kind)
for _ in range(3):
    collect(1)
    synced()
send(b"INSERT INTO e VALUES (3000, 'i')")
send(b"SELECT * FROM e WHERE id = $1", b"1")
send(b"SELECT 1 / (id - id) FROM e")
send(b"UPDATE e SET text = 'never'")
send(b"DELETE FROM e")
assert pq.PQpipelineSync(conn) == 1
send(b"SELECT 3")
assert pq.PQpipelineSync(conn) == 1
assert collect(5) == [COMMAND_OK, TUPLES_OK, FATAL, ABORTED, ABORTED]
synced()
assert collect(1) == [TUPLES_OK]
synced()
did("insert")
did("select", n=2)
did("select", "data")
for i in range(300):
    send(b"SELECT $1::int", b"%d" % i)
assert pq.PQpipelineSync(conn) == 1
assert collect(300) == [TUPLES_OK] * 300
synced()
did("select", n=300)
assert pq.PQexitPipelineMode(conn) == 1

for _ in range(9):
    began = time.monotonic()
    params(b"EXPLAIN ANALYZE SELECT pg_sleep($1)", "explain", b"0.04")
    print("took explain", time.monotonic() - began)
pq.PQfinish(conn)
