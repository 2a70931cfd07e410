"""`latest` and `sparse` of an ultralong CSV as a peer makes them, and whether two tables hold the same cells: for the benchmark.

peers.py polars|duckdb latest|sparse IN.csv OUT.csv
peers.py same latest|sparse A.csv B.csv
"""

import csv
import sys

METAS = ["!context", "!seq", "!storage", "!time", "!unavailable"]


def polars(view: str, source: str, target: str) -> None:
    import polars as pl

    rows = pl.scan_csv(source, infer_schema=False).with_columns(pl.col("!seq").cast(pl.UInt64))
    fields = sorted(rows.select("!field").unique().collect()["!field"].to_list())
    if view == "sparse":
        cells = [pl.when(pl.col("!field") == name).then(pl.col("!data")).alias(name) for name in fields]
        rows.select("!context", "!field", "!seq", "!storage", "!time", "!unavailable", *cells).sink_csv(target)
        return
    newest = rows.group_by("!storage", "!field", maintain_order=True).agg(pl.all().sort_by("!seq").last())
    present = newest.filter(pl.col("!unavailable") != "TRUE").collect()
    wide = present.pivot(on="!field", index="!storage", values="!data")
    last = newest.group_by("!storage", maintain_order=True).agg(pl.col("!seq", "!time").sort_by("!seq").last())
    last.collect().join(wide, on="!storage", how="left").write_csv(target)


def duckdb(view: str, source: str, target: str) -> None:
    import duckdb as db

    con = db.connect()
    con.execute("CREATE VIEW long AS SELECT * FROM read_csv(?, header=true, all_varchar=true, max_line_size=100000000)".replace("?", f"'{source}'"))
    fields = [name for (name,) in con.execute('SELECT DISTINCT "!field" FROM long ORDER BY 1').fetchall()]
    quoted = lambda name: '"' + name.replace('"', '""') + '"'
    text = lambda name: "'" + name.replace("'", "''") + "'"
    if view == "sparse":
        cells = [f'CASE WHEN "!field" = {text(name)} THEN "!data" END AS {quoted(name)}' for name in fields]
        query = f'SELECT "!context", "!field", "!seq", "!storage", "!time", "!unavailable", {", ".join(cells)} FROM long'
    else:
        newest = 'SELECT "!storage", "!field", arg_max("!data", "!seq"::UBIGINT) AS data, arg_max("!unavailable", "!seq"::UBIGINT) AS gone, max("!seq"::UBIGINT) AS seq, arg_max("!time", "!seq"::UBIGINT) AS time FROM long GROUP BY ALL'
        cells = [f"max(data) FILTER (WHERE \"!field\" = {text(name)} AND gone <> 'TRUE') AS {quoted(name)}" for name in fields]
        query = f'SELECT "!storage", max(seq) AS "!seq", arg_max(time, seq) AS "!time", {", ".join(cells)} FROM ({newest}) GROUP BY "!storage"'
    con.execute(f"COPY ({query}) TO '{target}' (HEADER, DELIMITER ',')")


def cells(view: str, path: str) -> set:
    """What a table says, whatever the order of its rows and columns; of empty cells nothing is said."""
    csv.field_size_limit(sys.maxsize)
    found = set()
    with open(path, newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            key = row["!storage"] if view == "latest" else row["!seq"]
            found.update(hash((key, name, cell)) for name, cell in row.items() if cell and name not in METAS)
    return found


if __name__ == "__main__":
    what, view, first, second = sys.argv[1:]
    if what == "same":
        sys.exit(0 if cells(view, first) == cells(view, second) else 1)
    {"polars": polars, "duckdb": duckdb}[what](view, first, second)
