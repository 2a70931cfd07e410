"""Writes the inputs of this folder: every way in which a dump can be wrong, one folder each.

Run it in this folder; then `WINDROW_BLESS=1 cargo test --test malformed` writes what Windrow makes of new
inputs to `expected.txt`, which a person must read before it is committed.
"""

import gzip, pathlib, struct


def s(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return (bytes([0xA0 | len(raw)]) if len(raw) < 32 else b"\xd9" + bytes([len(raw)])) + raw


def b(raw):
    return b"\xc5" + struct.pack(">H", len(raw)) + raw


def f(x):
    return b"\xcb" + struct.pack(">d", x)


def row(n=1, /, drop=(), extra=(), **change):
    """A row; keys are dropped, replaced by ready msgpack, or added."""
    parts = {
        "seq": b"\xcd" + struct.pack(">H", n),
        "namespace": s("player/s/u"),
        "field": s("x"),
        "value": b(b"\x001"),
        "created_at": f(1760000000.5),
        "context": s("m.f:1"),
    }
    parts.update(change)
    parts = [(k, v) for k, v in parts.items() if k not in drop] + list(extra)
    return bytes([0x80 | len(parts)]) + b"".join(s(k) + v for k, v in parts)


def value(kind, payload, n):
    return row(n, value=b(bytes([kind]) + payload))


good, last = row(1), row(9, field=s("last"))
cases = {}


def case(name, content, file="dump"):
    cases.setdefault(name, {})[file] = content


def between(name, *middle):
    """Good rows around what is wrong."""
    case(name, good + b"".join(middle) + last)


# Not a dump at all.
case("empty", b"")
case("one_byte", b"\x86")
case("half_a_magic_number", b"\x1f")
case("gzip_of_nothing", gzip.compress(b"", mtime=0))
case("gzip_of_text", gzip.compress(b"hello", mtime=0))
case("pdf", b"%PDF-1.7\n1 0 obj", "thesis.pdf")
case("png", b"\x89PNG\r\n\x1a\n", "plot.png")
case("excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "data.xls")
case("html", b"<!doctype html>", "index.html")
case("text", b"hello, world\n", "notes.txt")
case("zeros", bytes(5000))
case("other_msgpack", b"\x86" + b"".join(s(k) + b"\x01" for k in "abcdef"))
case("two_dumps", good, "a")
case("two_dumps", good, "b")
case("dump_and_stranger", good, "dump")
case("dump_and_stranger", b"%PDF-1.7", "notes.pdf")
case("wal_alone", bytes.fromhex("377f0682") + bytes(100), "uproot.sqlite3-wal")

# Broken off and damaged.
case("cut", good + row(2) + row(3)[:-1])
case("cut_after_one_byte", good + b"\x86")
between("garbage", b"\xc1\xff\x00garbage")
between("text_between", b"hello")
between("list_between", b"\x91\x01")
between("number_as_key", b"\x86\x01\x01")
case("huge_bytes", good + b"\x86" + s("value") + b"\xc6\xff\xff\xff\xff\x00")
case("huge_text", good + b"\x86" + s("field") + b"\xdb\xff\xff\xff\xff\x00")
case("huge_list", good + b"\x87" + s("extra") + b"\xdd\xff\xff\xff\xff\x00")
case("huge_map", good + b"\xdf\xff\xff\xff\xff")
between("deep_msgpack", row(2, extra=[("extra", b"\x91" * 200 + b"\x01")]))
deepest, too_deep = [b"[" * n + b"]" * n for n in (128, 129)]
between("depth_at_the_limit", value(128, deepest, 2), value(128, too_deep, 3))
line = """{"!time":1.5,"!seq":%d,"!storage":"player/s/u","!field":"x","!context":"m.f:1","!unavailable":false,"!data":%s}"""
lines = [line % (n, data.decode()) for n, data in enumerate([b"1", deepest, too_deep, b"2", too_deep], 1)]
case("depth_at_the_limit_in_jsonl", "\n".join(lines).encode(), "player.jsonl")
between("deep_json", value(128, b"[" * 200 + b"]" * 200, 2), value(128, b"[" * 120 + b"]" * 120, 3))

# Rows that are not as they should be.
nil = b"\xc0"
for key, wrong in {
    "seq": [s("1"), b"\xff", f(1.0), nil],
    "namespace": [b"\x01", nil, b(b"player/s/u")],
    "field": [b"\x01", nil],
    "value": [s("1"), b"\x01", b"\x90"],
    "created_at": [s("1"), b"\xff"],
    "context": [b"\x01", b(b"m")],
}.items():
    between("wrong_" + key, *(row(2 + i, **{key: w}) for i, w in enumerate(wrong)))
    between("missing_" + key, row(2, drop=[key]))
between("missing_all", b"\x80")
between("unknown_keys", row(2, extra=[("user", s("x"))]), row(3, extra=[("user", b"\x81\xa1a\x90"), ("z", b"\xc7\x01\x05\x00")]))
between("key_twice", row(2, extra=[("field", s("second"))]))
between("other_numbers", row(2, created_at=b"\xca" + struct.pack(">f", 1.5)), row(3, created_at=b"\x05"), row(4, created_at=nil), row(5, context=nil))
case("map_of_16_bits", b"\xde\x00\x06" + good[1:] + b"\xdf\x00\x00\x00\x06" + last[1:])
between("empty_value", row(2, value=b(b"")))
between("tombstone", row(2, value=nil))
bad = b"\xff\xfe"
between("names_not_utf8", row(2, namespace=s(bad)), row(3, field=s(bad)), row(4, context=s(bad)))
between("keys_not_utf8", row(2, extra=[(bad, b"\x01")]))
case("no_key_known", b"\x86" + b"".join(s("seq" + k) + b"\x01" for k in "abcdef") + good)

# Values.
for kind in [*range(14), *range(64, 68), *range(128, 134)]:
    wrong = {0: b"1 2", 1: b"NaN", 2: b'"\xff"', 3: b"{}", 4: b'"?"', 5: b"True", 6: b"[1]", 7: b"5", 8: b'"x"', 9: b"1", 10: b"1",
             11: b"1", 12: b"1", 13: b'"?"', 64: b'["s"]', 65: b"1", 66: b"[1,2]", 67: b'"m"', 128: b"[1,]", 129: b'{"a"}',
             130: b'"a"', 131: b"{}", 132: b'[["s","u"]]', 133: b"1"}[kind]
    between(f"value_{kind:03}", value(kind, b"oops", 2), value(kind, wrong, 3), value(kind, b"", 4), value(kind, wrong, 5))
between("unknown_type", value(77, b"[1, 2]", 2), value(77, b"[1,2]", 3), value(77, b"oops", 4), value(78, b"1", 5))
between("types_of_our_own", value(253, b"1", 2), value(254, b"1", 3), value(255, b'"a,b"', 4), value(255, b"oops", 5))
between("spelling_remembered", value(8, b"+1", 2), value(8, b'"+1"', 3))

# Logs.
case("only_admin", row(1, namespace=s("admin"), field=s("_uproot_key")) + row(2, namespace=s("admin")))
case("only_damage", b"\x86" + s("seq") + b"\xc1")
case("only_a_bad_row", row(1, drop=["field"]))
between("namespace_of_one_part", row(2, namespace=s("player")), row(3, namespace=s("player")), row(4, namespace=s("")))
between("odd_namespaces", row(2, namespace=s("player/s")), row(3, namespace=s("/s/u")), row(4, namespace=s("player//u")),
        row(5, namespace=s("other/s/u")), row(6, namespace=s("player/s/u/v/w/x/y/z/1/2")), row(7, namespace=s("admin/s/u")))
between("out_of_order", row(5), row(3))
between("same_seq", row(4), row(4), row(4))
between("seq_here_and_there", row(2, drop=["seq"]), row(3))
case("seq_here_and_there_too", row(1, drop=["seq"]) + row(2) + row(3, drop=["seq"]))
case("no_seq", row(1, drop=["seq"]) + row(2, drop=["seq"], created_at=f(5.0)))
between("greatest_seq", b"\x86" + s("seq") + b"\xcf" + b"\xff" * 8 + row(2)[8:])

# gzip.
packed = gzip.compress(good + row(2) + last, mtime=0)
case("gzip_cut", packed[:-5])
case("gzip_cut_in_header", packed[:7])
case("gzip_checksum", packed[:-8] + bytes([packed[-8] ^ 1]) + packed[-7:])
case("gzip_damaged", packed[:40] + bytes([packed[40] ^ 0xFF]) + packed[41:])
case("gzip_trailing_text", packed + b"trailing")
case("gzip_trailing_zeros", packed + bytes(600))
case("gzip_two_members", packed + gzip.compress(row(20), mtime=0))
case("gzip_second_member_cut", packed + gzip.compress(row(20), mtime=0)[:-9])
case("gzip_of_cut", gzip.compress(good + row(2)[:-1], mtime=0))
case("gzip_in_gzip", gzip.compress(packed, mtime=0))

for name, files in cases.items():
    folder = pathlib.Path(name)
    folder.mkdir(exist_ok=True)
    for file, content in files.items():
        (folder / file).write_bytes(content)
