"""Makes the databases of the cases whose names do not begin with `real_`, and `expected.txt` of all cases.

    python3 make.py [name …]

What is expected comes from Python's own sqlite3, never from Windrow. The `real_` databases were written by
uproot servers. Needs the `sqlite3` command line (3.32 or later) for reserved bytes.
"""

import gzip
import hashlib
import pathlib
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
COLUMNS = "namespace TEXT NOT NULL, field TEXT NOT NULL, value BLOB, created_at REAL NOT NULL, context TEXT NOT NULL"
WITH_SEQ = f"id INTEGER PRIMARY KEY AUTOINCREMENT, seq INTEGER NOT NULL UNIQUE, {COLUMNS}"
TIME = 1_760_000_000


def table(db, name="uproot_values", columns=WITH_SEQ):
    db.execute(f'CREATE TABLE "{name}" ({columns})')


def fill(db, count, start=1, name="uproot_values", value=lambda i: b"\x00%d" % i):
    rows = (
        (2 * i, f"player/s/p{i % 7}", f"f{i % 5}", None if i % 11 == 0 else value(i), TIME + i / 8, f"app:{i}")
        for i in range(start, start + count)
    )
    insert = f'INSERT INTO "{name}" (seq, namespace, field, value, created_at, context) VALUES (?, ?, ?, ?, ?, ?)'
    db.executemany(insert, rows)
    db.commit()


def simple(count=40, *pragmas, **options):
    def make(path):
        db = sqlite3.connect(path)
        for pragma in pragmas:
            db.execute(f"PRAGMA {pragma}")
        table(db)
        fill(db, count, **options)
        db.close()

    return make


def packed(make):
    """The same, kept as .gz: a database that is larger than what the reader keeps in memory."""

    def make_packed(path):
        make(path)
        pathlib.Path(f"{path}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        path.unlink()

    return make_packed


def overflow(path):
    """Values that fit just, just not, and in chains of one and of many overflow pages; the limits of 4096-byte pages."""
    db = sqlite3.connect(path)
    table(db)
    lengths = [*range(3950, 4080, 9), 8150, 8180, 20_000, 70_000, 1]
    fill(db, len(lengths), value=lambda i: bytes((i + n) % 251 for n in range(lengths[i - 1])))
    db.close()


SMALL = "id INTEGER PRIMARY KEY, seq INT, namespace, field, value, created_at, context"


def small(count, value):
    """In few pages of 512 bytes, for mutations to begin with."""

    def make(path):
        db = sqlite3.connect(path)
        db.execute("PRAGMA page_size = 512")
        table(db, columns=SMALL)
        fill(db, count, value=value)
        db.close()

    return make


def small_log(db):
    """Few rows in the database, and changes of one page in the log."""
    table(db, columns=SMALL)
    fill(db, 3)
    db.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
    fill(db, 2, start=4)
    db.execute("DELETE FROM uproot_values WHERE id = 2")
    db.commit()


def no_seq(path):
    db = sqlite3.connect(path)
    table(db, columns=f"id INTEGER PRIMARY KEY AUTOINCREMENT, {COLUMNS}")
    db.execute("INSERT INTO uproot_values VALUES (5, 'admin', 'sessions', x'806e', 1.5, '')")
    db.execute("INSERT INTO uproot_values VALUES (-3, 'session/s', 'größe', x'0031', 2.5, 'näher')")
    db.commit()
    db.close()


def prefix(path):
    db = sqlite3.connect(path)
    table(db, "uproot_lab 2_values")
    fill(db, 20, name="uproot_lab 2_values")
    db.close()


def two_tables(path):
    db = sqlite3.connect(path)
    for name, count in (("uproot_values", 30), ("uproot_b_values", 90), ("uproot_c_values", 0)):
        table(db, name)
        fill(db, count, name=name)
    db.execute("CREATE TABLE exchange_values (id INTEGER PRIMARY KEY, rate REAL)")
    db.close()


def odd_columns(path):
    """Another order, quotes, a generated column, `seq` as the key, a column added when rows were there."""
    db = sqlite3.connect(path)
    table(db, "appendmuch_values", """[context] TEXT, -- a comment, with a comma
        twice INT AS (seq * 2) VIRTUAL, 'Value' BLOB, note DEFAULT ('a,b)'),
        created_at NUMERIC(10, 5), `namespace`, "seq" INTEGER NOT NULL, PRIMARY KEY (seq)""")
    db.execute("ALTER TABLE appendmuch_values ADD COLUMN field TEXT NOT NULL DEFAULT ''")
    fill(db, 30, name="appendmuch_values")
    db.close()


def bad_rows(path):
    """Rows of wrong types among good ones; whole numbers as times, which SQLite stores as integers."""
    db = sqlite3.connect(path)
    table(db, columns="id INTEGER PRIMARY KEY, seq, namespace, field, value, created_at REAL, context")
    insert = "INSERT INTO uproot_values (seq, namespace, field, value, created_at, context) VALUES (?, ?, ?, ?, ?, ?)"
    good = [7, "admin", "f", b"\x07null", 3.0, "c"]
    db.execute(insert, good)
    for column, value in enumerate(["7", b"admin", 5, "text", "noon", None]):
        db.execute(insert, [*good[:column], value, *good[column + 1 :]])
        db.execute(insert, good)
    db.commit()
    db.close()


def deleted(path):
    """Pages on the free list and reused, rows out of the order of their pages."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA page_size = 512")
    table(db)
    fill(db, 300)
    db.execute("DELETE FROM uproot_values WHERE id % 3 = 0 OR id BETWEEN 100 AND 150")
    fill(db, 100, start=301)
    db.execute("DELETE FROM uproot_values WHERE id BETWEEN 10 AND 60")
    db.execute("UPDATE uproot_values SET id = id - 100000 WHERE id > 380")
    db.commit()
    db.close()


def reserved(path):
    inserts = [
        f"INSERT INTO uproot_values VALUES ({i}, {i}, 'admin', 'f', zeroblob({i * 40}), {i}.25, 'c');" for i in range(1, 60)
    ]
    script = ["PRAGMA page_size = 1024;", ".filectrl reserve_bytes 40", f"CREATE TABLE uproot_values ({WITH_SEQ});"]
    subprocess.run(["sqlite3", path], input="\n".join(script + inserts), text=True, check=True, capture_output=True)
    assert path.read_bytes()[20] == 40


def utf16(path):
    simple(3, "encoding = 'UTF-16le'")(path)


def without_rowid(path):
    db = sqlite3.connect(path)
    db.execute(f"CREATE TABLE uproot_values (id INTEGER PRIMARY KEY, {COLUMNS}) WITHOUT ROWID")
    db.close()


def other_program(path):
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE cookies (id INTEGER PRIMARY KEY, name)")
    db.close()


def log(steps, page=1024):
    """A database with its log, copied while it is open, as from a running server."""

    def make(path):
        with tempfile.TemporaryDirectory() as folder:
            live = pathlib.Path(folder, "live")
            db = sqlite3.connect(live)
            db.execute(f"PRAGMA page_size = {page}")
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA wal_autocheckpoint = 0")
            steps(db)
            shutil.copy(live, path)
            shutil.copy(f"{live}-wal", f"{path}-wal")
            db.close()

    return make


def wal_uncommitted(db):
    """A transaction that is so large that its pages went to the log before it was committed."""
    table(db)
    fill(db, 50)
    db.execute("PRAGMA cache_size = 5")
    db.execute("UPDATE uproot_values SET value = zeroblob(600)")


def wal_checkpoints(db):
    """The log began anew twice: newer frames are followed by older ones that no longer count."""
    table(db)
    fill(db, 150)
    db.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
    fill(db, 60, start=151)
    db.execute("UPDATE uproot_values SET field = 'again' WHERE id % 2 = 0")
    db.commit()
    db.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
    for start in (211, 214, 217):
        fill(db, 3, start=start)


def wal_only(db):
    table(db)
    fill(db, 60)
    db.execute("DELETE FROM uproot_values WHERE id < 20")
    db.commit()


def wal_big_endian(path):
    """The same with checksums as a big-endian machine computes them."""
    log(wal_only)(path)
    wal = bytearray(pathlib.Path(f"{path}-wal").read_bytes())
    wal[:4] = struct.pack(">I", 0x377F0683)

    def checksum(data, a, b):
        for x, y in struct.iter_unpack(">II", data):
            a = (a + x + b) & 0xFFFFFFFF
            b = (b + y + a) & 0xFFFFFFFF
        return a, b

    sums = checksum(wal[:24], 0, 0)
    wal[24:32] = struct.pack(">II", *sums)
    for at in range(32, len(wal), 24 + 1024):
        sums = checksum(wal[at : at + 8] + wal[at + 24 : at + 24 + 1024], *sums)
        wal[at + 16 : at + 24] = struct.pack(">II", *sums)
    pathlib.Path(f"{path}-wal").write_bytes(wal)


# Name, how to make it, problems that the reader is to report. `real_` databases are there already.
CASES = [
    ("real_with_seq", None, []),
    ("real_without_seq", None, []),
    ("real_all_types", None, []),
    ("real_running", None, []),
    ("real_running_wal_missing", None, "error wal-missing"),
    ("real_running_checkpointed", None, []),
    ("empty_table", simple(0), []),
    ("overflow", overflow, []),
    ("deep", simple(1600, "page_size = 512"), []),
    ("page_65536", simple(900, "page_size = 65536", value=lambda i: bytes(i % 100)), []),
    ("big", packed(simple(2600, value=lambda i: bytes(8000))), []),
    ("auto_vacuum", simple(300, "page_size = 512", "auto_vacuum = FULL"), []),
    ("reserved", reserved, []),
    ("deleted", deleted, []),
    ("small", small(14, lambda i: b"\x00%d" % i), []),
    ("small_overflow", small(2, lambda i: bytes(900) if i == 1 else b"\x07null"), []),
    ("small_log", log(small_log, page=512), []),
    ("no_seq", no_seq, []),
    ("prefix", prefix, []),
    ("odd_columns", odd_columns, []),
    ("two_tables", two_tables, ["problem other-table 1 uproot_values", "problem other-table 1 uproot_c_values"]),
    ("bad_rows", bad_rows, [f"problem bad-record 1 {c}" for c in "seq namespace field value created_at context".split()]),
    ("wal_only", log(wal_only), []),
    ("wal_uncommitted", log(wal_uncommitted), []),
    ("wal_checkpoints", log(wal_checkpoints), []),
    ("wal_big_endian", wal_big_endian, []),
    ("utf16", utf16, "error unsupported"),
    ("without_rowid", without_rowid, "error unsupported"),
    ("other_program", other_program, "error unknown-format"),
]


def expected(path):
    """The rows as SQLite gives them, those of wrong types left out: their table, number and hash."""
    db = sqlite3.connect(path)
    names = [n for (n,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '%\\_values' ESCAPE '\\'")]
    tables = {}
    for name in names:
        columns = [row[1].lower() for row in db.execute(f'PRAGMA table_info("{name}")')]
        if "namespace" in columns:
            seq = "seq" if "seq" in columns else "NULL"
            query = f'SELECT rowid, {seq}, namespace, field, value, created_at, context FROM "{name}" ORDER BY rowid'
            tables[name] = (seq != "NULL", db.execute(query).fetchall())
    name = max(tables, key=lambda n: len(tables[n][1]))
    has_seq, rows = tables[name]
    digest, count = hashlib.sha256(), 0
    for rowid, seq, namespace, field, value, created_at, context in rows:
        types = (type(seq), type(namespace), type(field), type(value), type(created_at), type(context))
        if types[0] is not (int if has_seq else type(None)) or types[3] not in (bytes, type(None)):
            continue
        if types[1:3] != (str, str) or types[4] not in (float, int) or types[5] is not str:
            continue
        seq = "-" if seq is None else seq
        value = "-" if value is None else value.hex()
        time = struct.pack(">d", created_at).hex()
        texts = [t.encode().hex() for t in (namespace, field, context)]
        digest.update(f"{rowid} {seq} {texts[0]} {texts[1]} {value} {time} {texts[2]}\n".encode())
        count += 1
    return [f"table {name}", f"rows {count}", f"left out {len(rows) - count}", f"sha256 {digest.hexdigest()}"]


def main():
    for name, make, also in CASES:
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        folder = HERE / name
        folder.mkdir(exist_ok=True)
        if make:
            for old in folder.iterdir():
                old.unlink()
            make(folder / "uproot.sqlite3")
        if isinstance(also, str):
            lines = [also]
        else:
            with tempfile.TemporaryDirectory() as copy:
                for file in folder.glob("uproot.sqlite3*"):
                    shutil.copy(file, copy)
                for file in pathlib.Path(copy).glob("*.gz"):
                    file.with_suffix("").write_bytes(gzip.decompress(file.read_bytes()))
                lines = expected(pathlib.Path(copy, "uproot.sqlite3")) + also
        (folder / "expected.txt").write_text("\n".join(lines) + "\n")


main()
