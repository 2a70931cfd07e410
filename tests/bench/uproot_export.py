"""Loads a dump into uproot-science 0.10.1 and exports every session, as its admin page would: a peer for the benchmark."""

import asyncio
import gzip
import os
import sys

os.environ["UPROOT_DATABASE"] = "memory"  # uproot must not open a database here

import appendmuch
import uproot.deployment as deployment
from uproot import cache
from uproot.services import data_service
from uproot.stable import CODEC

path = sys.argv[1]
packed = open(path, "rb").read(2) == b"\x1f\x8b"
store = appendmuch.Store(appendmuch.Memory(), codec=CODEC, replace_predicate=deployment.uproot_replace_predicate)
deployment.STORE = deployment.store = store
cache.set_store(store)
with (gzip.open if packed else open)(path, "rb") as stream:
    store.driver.restore(stream)
store.load()


async def export(session: str) -> int:
    pieces = await data_service.generate_briefcase(session, [], True, "csv", wrapper=session)
    return sum(len(piece) for piece in pieces)


for name in store.cache.get("session", {}):
    asyncio.run(export(name))
