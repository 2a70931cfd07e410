"""Writes random dumps and prints what uproot-science 0.10.1 exports from them: a line of JSON for each dump and choice.

usage: random_dumps.py FOLDER FIRST COUNT     (COUNT dumps with the seeds from FIRST on, the same ones each time)
"""

import asyncio
import datetime
import hashlib
import io
import json
import os
import random
import sys
import uuid
import zipfile
from decimal import Decimal

os.environ["UPROOT_DATABASE"] = "memory"  # uproot must not open a database here

import appendmuch
import msgpack
import uproot.deployment as deployment
from uproot import cache
from uproot.services import data_service
from uproot.stable import CODEC
from uproot.types import GroupIdentifier, ModelIdentifier, PlayerIdentifier, SessionIdentifier

# Names that something is done with, that collide with columns, or that need quotes.
FIELDS = ["a", "b", "choice", "app", "round", "_uproot_x", "ü", "x y", 'q"q"', "'s'", "id", "label", "key", "!time", "!seq", "!data"]
FIELDS += ["treatment", "note", "x,y", "member", "started", "show_page", "f0", "f1", "f2", " lead", "=1+1"]
SESSIONS = ["s", "Sess", "t-2_", "ß"]
CONTEXTS = ["app.f:12", "page.html:3", 'c,"x":1', "", "core:9"]
GVARS = [[], ["a"], ["choice"], ["a", "b"], ["round", "app"], ["!time"]]
INTEGERS = [0, 1, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 7, -400]
FLOATS = [0.0, -0.0, 1.5, 1e300, 1e-320, 0.1, 1 / 3, 1e16, 1e22, 123456789012345680.0]
WORDS = ["ok", "yes", "12", "007", "1e5", "true", "None", "nan", "x"]
LETTERS = "abc ,\"\r\n\t;'=+-@0123456789.éß漢😀\\/{}[]\x1f\u2028"


def text(rng):
    return "".join(rng.choice(LETTERS) for _ in range(rng.choice([0, 1, 3, 8, 30])))


def value(rng, session, depth=0):
    def inner():
        return value(rng, session, depth + 1)

    plain = [
        lambda: rng.choice(INTEGERS),
        lambda: rng.choice([*FLOATS, rng.random() * 10 ** rng.randrange(-8, 18)]),
        lambda: text(rng),
        lambda: rng.choice([True, False, None]),
        lambda: rng.choice(WORDS),
    ]
    other = [
        lambda: [inner() for _ in range(rng.randrange(4))],
        lambda: {text(rng): inner() for _ in range(rng.randrange(4))},
        lambda: tuple(inner() for _ in range(rng.randrange(3))),
        lambda: Decimal(rng.choice(["1.50", "-0", "1E+5", "123456789.123456789"])),
        lambda: rng.choice([b"", b"abc\xff", bytes(range(20))]),
        lambda: rng.choice([{1, 2, 3}, set(), {"a", "b"}, frozenset({1})]),
        lambda: rng.choice([PlayerIdentifier(session, "p1"), SessionIdentifier(session), GroupIdentifier(session, "g1"), ModelIdentifier(session, "m1")]),
        lambda: uuid.UUID(int=rng.getrandbits(128)),
        lambda: rng.choice([datetime.date(2024, 2, 29), datetime.datetime(2024, 1, 2, 3, 4, 5, 678), datetime.time(1, 2, 3)]),
    ]
    return rng.choice(plain + other if depth < 3 else plain)()


def encoded(what):
    """What uproot's codec refuses (a number beyond 64 bits in a list, for example) becomes nothing."""
    try:
        return bytes(CODEC.encode(what))
    except Exception:
        return bytes(CODEC.encode(None))


def dump(rng, path):
    sessions = [rng.choice(SESSIONS) + str(i) for i in range(rng.randrange(1, 4))]
    players = {session: [f"p{i}" for i in range(rng.randrange(5))] for session in sessions}
    rows, seq, time = [], 0, 1760000000.0

    def add(namespace, field, what, gone=False):
        nonlocal seq, time
        seq += rng.choice([1, 1, 1, 2, 5])
        time += rng.choice([0, 0.001, 1.25, rng.random() * 100])
        row = {"seq": seq, "namespace": "/".join(namespace), "field": field, "value": None if gone else encoded(what)}
        rows.append({**row, "created_at": time, "context": rng.choice(CONTEXTS)})

    for session in sessions:
        if rng.random() < 0.85:
            add(("session", session), "_uproot_players", [PlayerIdentifier(session, player) for player in players[session]])
    for _ in range(rng.randrange(1, 150)):
        session = rng.choice(sessions)
        kind, share = rng.choice(["player"] * 6 + ["session", "group", "model"]), rng.random()
        if kind == "player" and players[session]:
            namespace = ("player", session, rng.choice(players[session]))
            if share < 0.25:
                add(namespace, "show_page", rng.choice([-1, 0, 1, 2, 3, 4]))
                continue
            if share < 0.3:
                add(namespace, "page_order", [f"app/{i}" for i in range(rng.randrange(5))])
                continue
            if share < 0.35:
                add(namespace, "_uproot_group", rng.choice([None, GroupIdentifier(session, f"g{rng.randrange(3)}")]))
                continue
        elif kind == "group":
            namespace = ("group", session, f"g{rng.randrange(3)}")
            if share < 0.3:
                add(namespace, rng.choice(["players", "_uproot_players"]), [PlayerIdentifier(session, player) for player in players[session]])
                continue
        elif kind == "model":
            namespace = ("model", session, f"m{rng.randrange(2)}")
        else:
            namespace = ("session", session)
        add(namespace, rng.choice(FIELDS), value(rng, session), rng.random() < 0.12)
    with open(path, "wb") as file:
        for row in rows:
            file.write(msgpack.packb(row))
    return sessions


def load(path):
    store = appendmuch.Store(appendmuch.Memory(), codec=CODEC, replace_predicate=deployment.uproot_replace_predicate)
    deployment.STORE = deployment.store = store
    cache.set_store(store)
    with open(path, "rb") as file:
        store.driver.restore(file)
    store.load()


def exported(session, filetype, filters, gvars):
    """Checksums of the files by their paths; nothing where uproot stops with an error."""
    try:
        pieces = asyncio.run(data_service.generate_briefcase(session, gvars, filters, filetype, wrapper=session))
    except Exception:
        return None
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


folder, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for seed in range(first, first + count):
    rng = random.Random(seed)
    path = os.path.join(folder, f"{seed}.msgpack")
    sessions = dump(rng, path)
    load(path)
    gvars = rng.choice(GVARS)
    for filters in (True, False):
        for filetype in ("csv", "jsonl"):
            files = {session: exported(session, filetype, filters, gvars) for session in sessions}
            print(json.dumps({"dump": path, "filters": filters, "filetype": filetype, "gvars": gvars, "files": files}))
