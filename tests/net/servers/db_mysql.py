# SPDX-License-Identifier: MIT
"""MariaDB: pymysql (statements, several results, LOCAL INFILE, packets beyond 16 MiB, errors), libmariadb (prepared
statements, cursors, commands that are none), mariadb-slap against the server's own counters, SLEEP against the client's
clock."""
import os
import re
import subprocess

from place import PEER, SERVERS, Failed

needs = ["mariadbd", "mariadb-install-db", "mariadb-slap", "mariadb"]
PORT, BUSY = 3306, 3307		# one server; its second port for what its counters tell

LONG = "'%s'" % ("x" * 1200000)

# One session of pymysql: what is said, what it counts as, its error.
TALK = (
    ("CREATE DATABASE d", "create", None),
    ("USE d", "set", None),
    ("CREATE TABLE t (id int PRIMARY KEY, name longtext NOT NULL, CHECK (name <> 'no'))", "create", None),
    ("INSERT INTO t VALUES (1, 'one')", "insert", None),
    ("  -- a comment\n # another\n /* a third */ (SELECT * FROM t)", "select", None),
    ("/*!40101 SET @a = 1 */", "set", None),
    ("WITH a AS (SELECT 1) SELECT * FROM a", "select", None),
    ("VALUES (1), (2)", "select", None),
    ("SELECT * FROM t WHERE id = 77", "select", None),		# of no rows
    ("UPDATE t SET name = 'two' WHERE id = 1", "update", None),
    ("REPLACE INTO t VALUES (1, 'three')", "replace", None),
    ("DELETE FROM t WHERE id = 77", "delete", None),
    ("INSERT INTO t VALUES (2, " + LONG + ")", "insert", None),
    ("SELECT name FROM t WHERE id = 2", "select", None),
    ("SELECT seq, REPEAT('y', 100), NULL FROM seq_1_to_50000", "select", None),
    ("SELECT '', NULL", "select", None),
    ("SELEKT 1", "other", "syntax"),
    ("SELECT * FROM nothing", "select", "no_table"),
    ("SELECT nothing FROM t", "select", "no_column"),
    ("SELECT d.nothing(1)", "select", "no_function"),
    ("USE nothing", "set", "no_database"),
    ("INSERT INTO t VALUES (1, 'again')", "insert", "duplicate"),
    ("INSERT INTO t VALUES (9, NULL)", "insert", "constraint"),
    ("INSERT INTO t VALUES (9, 'no')", "insert", "constraint"),
    ("INSERT INTO t VALUES ('x', 'y')", "insert", "data"),
    ("CREATE TABLE t (id int)", "create", "exists"),
    ("CREATE DATABASE d", "create", "exists"),
    ("DROP TABLE nothing", "drop", "no_table"),
    ("SIGNAL SQLSTATE '45000'", "other", "raised"),
    ("EXECUTE nothing", "prepare", "statement"),
    ("PREPARE p FROM 'SELECT 1'", "prepare", None),
    ("EXECUTE p", "prepare", None),
    ("DEALLOCATE PREPARE p", "prepare", None),
    ("EXPLAIN SELECT 1", "explain", None),
    ("SHOW TABLES", "show", None),
    ("START TRANSACTION", "begin", None),
    ("SAVEPOINT s", "savepoint", None),
    ("ROLLBACK TO SAVEPOINT s", "rollback", None),
    ("COMMIT", "commit", None),
    ("START TRANSACTION READ ONLY", "begin", None),
    ("DELETE FROM t", "delete", "read_only"),
    ("ROLLBACK", "rollback", None),
    ("SET max_statement_time = 0.05", "set", None),
    ("SELECT sum(a.seq * b.seq) FROM seq_1_to_1000000 a, seq_1_to_1000000 b", "select", "cancelled"),
    ("SET max_statement_time = 0", "set", None),
    ("CREATE PROCEDURE many() BEGIN SELECT 1; SELECT * FROM seq_1_to_100; SELECT 2; END", "create", None),
    ("CALL many()", "call", None),				# four results
    ("CREATE PROCEDURE some() BEGIN SELECT 1; SELECT * FROM nothing; END", "create", None),
    ("CALL some()", "call", "no_table"),
    ("DO 1", "call", None),
    ("ALTER TABLE t ADD COLUMN more int", "alter", None),
    ("ANALYZE TABLE t", "maintain", None),
    ("OPTIMIZE TABLE t", "maintain", None),
    ("LOCK TABLES t READ", "other", None),
    ("UNLOCK TABLES", "other", None),
    ("TRUNCATE t", "truncate", None),
    ("CREATE USER weak", "create", None),
    ("GRANT SELECT ON d.t TO weak", "grant", None),
    ("CREATE USER locked IDENTIFIED BY 'x'", "create", None),
)


def serve(place):
    data = place.path("mysql")
    r = subprocess.run(["mariadb-install-db", "--no-defaults", "--user=root", "--datadir=" + data, "--skip-test-db",
                        "--auth-root-authentication-method=normal", "--innodb-log-file-size=8M"],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=place.folder, text=True, timeout=120,
                       check=False)
    if r.returncode != 0:
        raise Failed("mariadb-install-db: " + r.stdout[-600:])
    place.write("file.csv", "".join("%d,%s\n" % (i, "z" * 50) for i in range(20000)))
    place.server("mariadbd", "mariadbd", "--no-defaults", "--user=root", "--datadir=" + data,
                 "--socket=" + os.path.join(data, "s"), "--pid-file=" + os.path.join(data, "pid"),
                 "--bind-address=" + PEER, "--port", PORT, "--extra-port", BUSY, "--local-infile=1", "--skip-ssl",
                 "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0", "--innodb-log-file-size=8M",
                 "--max-allowed-packet=64M", "--skip-log-bin")
    return ["tcp:%d" % PORT, "tcp:%d" % BUSY]


def beside(place, text):
    """On the server's side, by its socket: none of it is seen."""
    r = subprocess.run(place.inside(SERVERS, ["mariadb", "--no-defaults", "-uroot", "-BN", "-S",
                                              place.path("mysql", "s"), "-e", text]),
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
    if r.returncode != 0:
        raise Failed("%s: %s" % (text, r.stdout[-600:]))
    return r.stdout


def counts(place, text):
    """KIND ERROR COUNT lines of a client."""
    for line in text.splitlines():
        word = line.split()
        if word and word[0] == "took":
            place.took(BUSY, "mysql", word[1], float(word[2]))
        elif word and word[0] == "did":
            kind, error = (None if w == "-" else w for w in word[2:4])
            place.operation(int(word[1]), "mysql", kind, error, int(word[4]))


def ask(place):
    beside(place, "CREATE USER admin; GRANT ALL ON *.* TO admin WITH GRANT OPTION")
    here = os.path.dirname(os.path.abspath(__file__))
    for script in ("mysql_text.py", "mysql_prepared.py"):
        counts(place, place.client("/usr/bin/python3", os.path.join(here, script), PEER, place.path("file.csv")))
    place.client("mariadb", "--no-defaults", "--compress", "-h", PEER, "-P", PORT, "-u", "admin", "-e", "SELECT 1")
    slap(place)


# The server's counters, by what of ours they are.
COUNTERS = (("select", r"select"), ("insert", r"insert"), ("update", r"update"), ("create", r"create_\w+"),
            ("drop", r"drop_\w+"), ("set", r"set_option"), ("commit", r"commit"))


def statements(place):
    out = beside(place, "SHOW GLOBAL STATUS LIKE 'Com_%'")
    calls = {name: int(n) for name, n in re.findall(r"^Com_(\w+)\t(\d+)$", out, re.M)}
    return {kind: sum(n for name, n in calls.items() if re.fullmatch(words, name)) for kind, words in COUNTERS}


def slap(place):
    before = statements(place)
    place.client("mariadb-slap", "--no-defaults", "-h", PEER, "-P", BUSY, "-u", "admin", "--auto-generate-sql",
                 "--auto-generate-sql-load-type=mixed", "--concurrency=4", "--number-of-queries=300", "--commit=10")
    after = statements(place)
    for kind, n in after.items():
        if n > before[kind]:
            place.operation(BUSY, "mysql", kind, n=n - before[kind])
    if after["select"] - before["select"] < 50:
        raise Failed("mariadb-slap: %s" % after)
