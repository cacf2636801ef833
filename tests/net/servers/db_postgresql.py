# SPDX-License-Identifier: MIT
"""PostgreSQL: psycopg2 (simple queries, COPY, cursors, errors, cancel), libpq (extended queries, prepared ones,
pipelines), pgbench in its three modes against what pg_stat_statements counted, pg_sleep against the client's clock."""
import glob
import os
import re
import shutil
import subprocess

from place import PEER, SERVERS, Failed

BIN = (sorted(glob.glob("/usr/lib/postgresql/*/bin")) or [""])[-1]
needs = [os.path.join(BIN, "postgres"), os.path.join(BIN, "pgbench"), "psql", "setpriv"]
PORT = 5432
AS = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]	# its server refuses root

LONG = "'%s'" % ("x" * 1200000)

# One session of simple queries: what is said, what it counts as, its error.
TALK = (
    ("CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL CHECK (name <> 'no'))", "create", None),
    ("INSERT INTO t VALUES (1, 'one')", "insert", None),
    ("  -- a comment\n /* of /* two */ kinds */ (SELECT * FROM t)", "select", None),
    ("WITH a AS (SELECT 1) SELECT * FROM a", "select", None),
    ("TABLE t", "select", None),
    ("UPDATE t SET name = 'two' WHERE id = 1", "update", None),
    ("DELETE FROM t WHERE id = 77", "delete", None),
    ("INSERT INTO t VALUES (2, " + LONG + ")", "insert", None),
    ("SELECT name FROM t WHERE id = 2", "select", None),
    ("SELECT g, repeat('y', 100) FROM generate_series(1, 50000) g", "select", None),
    ("SELECT " + LONG, "select", None),
    ("MERGE INTO t USING (VALUES (3)) AS v (i) ON t.id = v.i WHEN NOT MATCHED THEN INSERT VALUES (v.i, 'm')",
     "merge", None),
    (";", "other", None),					# EmptyQueryResponse
    ("INSERT INTO t VALUES (4, 'a'); SELECT 1; SELECT 2", "insert", None),	# one Query
    ("SELECT 1; SELECT 1 / 0; SELECT 2", "select", "data"),
    ("SELEKT 1", "other", "syntax"),
    ("SELECT * FROM nothing", "select", "no_table"),
    ("SELECT nothing FROM t", "select", "no_column"),
    ("SELECT nothing(1)", "select", "no_function"),
    ("INSERT INTO t VALUES (1, 'again')", "insert", "duplicate"),
    ("INSERT INTO t VALUES (9, NULL)", "insert", "constraint"),
    ("INSERT INTO t VALUES (9, 'no')", "insert", "constraint"),
    ("CREATE TABLE t (id int)", "create", "exists"),
    ("DROP TABLE nothing", "drop", "no_table"),
    ("SELECT 'x'::int", "select", "data"),
    ("DO $$ BEGIN RAISE EXCEPTION 'mine'; END $$", "call", "raised"),
    ("DO $$ BEGIN RAISE NOTICE 'mine'; END $$", "call", None),
    ("EXECUTE nothing", "prepare", "statement"),
    ("PREPARE p AS SELECT 1", "prepare", None),
    ("EXECUTE p", "prepare", None),
    ("DEALLOCATE p", "prepare", None),
    ("SHOW server_version", "show", None),
    ("BEGIN", "begin", None),
    ("SAVEPOINT s", "savepoint", None),
    ("SELECT 1 / 0", "select", "data"),
    ("SELECT 1", "select", "transaction"),			# the transaction is aborted
    ("ROLLBACK TO s", "rollback", None),
    ("DECLARE c CURSOR FOR SELECT generate_series(1, 1000)", "cursor", None),
    ("FETCH 10 FROM c", "cursor", None),
    ("CLOSE c", "cursor", None),
    ("COMMIT", "commit", None),
    ("START TRANSACTION READ ONLY", "begin", None),
    ("DELETE FROM t", "delete", "read_only"),
    ("ABORT", "rollback", None),
    ("SET statement_timeout = 50", "set", None),
    ("SELECT pg_sleep(10)", "select", "cancelled"),
    ("RESET statement_timeout", "set", None),
    ("ALTER TABLE t ADD COLUMN more int", "alter", None),
    ("VACUUM t", "maintain", None),
    ("GRANT SELECT ON t TO weak", "grant", None),
    ("SET ROLE weak", "set", None),
    ("DELETE FROM t", "delete", "access"),
    ("RESET ROLE", "set", None),
    ("LISTEN news", "other", None),
    ("NOTIFY news, 'x'", "other", None),
    ("TRUNCATE t", "truncate", None),
)



def serve(place):
    data = place.path("pg")
    os.makedirs(data)
    shutil.chown(data, "nobody", "nogroup")
    r = subprocess.run(AS + [os.path.join(BIN, "initdb"), "-D", data, "-U", "nobody", "-A", "trust", "-N", "-E", "UTF8",
                             "--locale=C"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=place.folder,
                       text=True, timeout=60, check=False)
    if r.returncode != 0:
        raise Failed("initdb: " + r.stdout[-600:])
    with open(os.path.join(data, "pg_hba.conf"), "w", encoding="utf-8") as f:
        f.write("local all all trust\nhost all locked all scram-sha-256\nhost all all all trust\n")
    place.server("postgres", *AS, needs[0], "-D", data, "-k", data, "-h", PEER, "-p", PORT, *(
        w for o in ("fsync=off", "shared_preload_libraries=pg_stat_statements", "ssl=off", "deadlock_timeout=100ms",
                    "pg_stat_statements.track=top", "autovacuum=off", "password_encryption=scram-sha-256")
        for w in ("-c", o)))
    return ["tcp:%d" % PORT]


def beside(place, *words):
    """On the server's side, by its socket: none of it is seen."""
    r = subprocess.run(place.inside(SERVERS, words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                       cwd=place.folder, env=dict(os.environ, PGHOST=place.path("pg"), PGUSER="nobody",
                                                  PGPORT=str(PORT)), timeout=60, check=False)
    if r.returncode != 0:
        raise Failed("%s: %s" % (" ".join(map(str, words))[:200], r.stdout[-600:]))
    return r.stdout


def counts(place, text):
    """KIND ERROR COUNT lines of a client, and TOOK KIND SECONDS."""
    for line in text.splitlines():
        word = line.split()
        if word and word[0] == "took":
            place.took(PORT, "postgresql", word[1], float(word[2]))
        elif word and word[0] == "did":
            kind, error = (None if w == "-" else w for w in word[1:3])
            place.operation(PORT, "postgresql", kind, error, int(word[3]))


def ask(place):
    beside(place, "psql", "-q", "-d", "postgres", "-c", "CREATE ROLE weak", "-c",
           "CREATE ROLE locked LOGIN PASSWORD 'x'", "-c", "CREATE DATABASE bench")
    here = os.path.dirname(os.path.abspath(__file__))
    for script in ("postgresql_simple.py", "postgresql_extended.py"):
        counts(place, place.client("/usr/bin/python3", os.path.join(here, script), PEER))
    bench(place)


# Unlike statements in one pipeline, and a Sync behind each.
PIPELINE = """\\set a random(1, 100)
\\startpipeline
BEGIN;
SELECT abalance FROM pgbench_accounts WHERE aid = :a;
UPDATE pgbench_branches SET bbalance = bbalance + 1;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 1, :a, 1, CURRENT_TIMESTAMP);
COMMIT;
\\endpipeline
"""


def bench(place):
    """As many of each kind as the server counted."""
    tool = needs[1]
    beside(place, "psql", "-q", "-d", "bench", "-c", "CREATE EXTENSION pg_stat_statements")
    beside(place, tool, "-i", "-q", "-d", "bench")
    beside(place, "psql", "-q", "-d", "bench", "-c", "SELECT pg_stat_statements_reset()")
    own = [tool, "-h", PEER, "-p", PORT, "-U", "nobody", "-n", "-c", 4, "-t", 50]
    env = {"PGSSLMODE": "disable", "PGGSSENCMODE": "disable"}
    for mode in ("simple", "extended", "prepared"):
        place.client(*own, "-M", mode, "bench", env=env)
    script = place.write("pipeline.sql", PIPELINE)
    for mode in ("extended", "prepared"):
        place.client(*own, "-M", mode, "-f", script, "bench", env=env)
    out = beside(place, "psql", "-At", "-d", "bench", "-c",
                 "SELECT lower(substring(query from '[A-Za-z]+')), sum(calls) FROM pg_stat_statements s JOIN"
                 " pg_database d ON d.oid = s.dbid WHERE datname = 'bench' AND query NOT LIKE '%stat_statements%'"
                 " GROUP BY 1")
    calls = dict(re.findall(r"^(\w+)\|(\d+)$", out, re.M))
    if int(calls.get("update", 0)) != 4 * 50 * (3 * 3 + 2):
        raise Failed("pgbench: " + out)
    # Of a prepared statement that is none of data its server counts the first execution alone (its queryId is cleared).
    calls.update(begin=4 * 50 * 5, end=4 * 50 * 5)
    calls.pop("commit")
    for word, n in calls.items():
        place.operation(PORT, "postgresql", {"end": "commit"}.get(word, word), n=int(n))
