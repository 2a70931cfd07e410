"""Restores a dump with uproot-science 0.10.1 and exports every session as its admin page would: checksum and path of each file."""

import asyncio
import hashlib
import io
import os
import sys
import zipfile

os.environ["UPROOT_DATABASE"] = "memory"  # uproot must not open a database here

import appendmuch
import uproot.deployment as deployment
from uproot import cache
from uproot.services import data_service
from uproot.stable import CODEC

store = appendmuch.Store(appendmuch.Memory(), codec=CODEC, replace_predicate=deployment.uproot_replace_predicate)
deployment.STORE = deployment.store = store
cache.set_store(store)
with open(sys.argv[1], "rb") as stream:
    store.driver.restore(stream)
store.load()


async def export(session: str) -> bytes:
    return b"".join([piece async for piece in aiter_of(await data_service.generate_briefcase(session, [], True, "csv", wrapper=session))])


async def aiter_of(pieces):
    for piece in pieces:
        yield piece


for name in store.cache.get("session", {}):
    with zipfile.ZipFile(io.BytesIO(asyncio.run(export(name)))) as archive:
        for path in archive.namelist():
            print(hashlib.sha256(archive.read(path)).hexdigest(), path)
