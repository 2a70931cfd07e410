"""Reads prepared databases into PostgreSQL with PsyNet 13.3.0, as `psynet export` reads one in again, and writes them anew.

usage: ingest.py SOURCE ZIP OUT     (SOURCE: a folder with experiment.py, or `none`; DATABASE_URL: a database that is emptied)

OUT gets the database as PsyNet writes it, and, where all classes are PsyNet's own or the source's, PsyNet's class tables.
"""

import os
import shutil
import sys
import tempfile
import zipfile

source, database, out = sys.argv[1], os.path.abspath(sys.argv[2]), os.path.abspath(sys.argv[3])

# PsyNet wants to stand in an experiment's folder.
folder = os.path.join(tempfile.mkdtemp(), "exp")
if source == "none":
    os.makedirs(folder)
    with open(os.path.join(folder, "experiment.py"), "w") as file:
        file.write(
            "import psynet.experiment\n"
            "import psynet.trial.chain, psynet.trial.create_and_rate, psynet.trial.gibbs, psynet.trial.staircase, psynet.trial.static\n"
            "from psynet.page import InfoPage\n"
            "from psynet.timeline import Timeline\n"
            "class Exp(psynet.experiment.Experiment):\n"
            "    label = 'empty'\n"
            "    timeline = Timeline(InfoPage('x', time_estimate=1))\n"
        )
else:
    shutil.copytree(source, folder)
with open(os.path.join(folder, "config.txt"), "w") as file:
    file.write("[Config]\nrecruiter = generic\nwage_per_hour = 1\ntitle = x\ndescription = x\n")
    file.write("contact_email_on_error = x@example.org\norganization_name = x\ncurrency = $\n")
for name in ["requirements.txt", "constraints.txt"]:
    with open(os.path.join(folder, name), "w") as file:
        file.write("psynet\n")
os.chdir(folder)
sys.path.insert(0, folder)
os.environ["SKIP_DEPENDENCY_CHECK"] = "1"

import dallinger.data
from dallinger import db
from psynet.experiment import import_local_experiment

import_local_experiment()
from psynet.command_line import populate_db_from_zip_file, working_directory
from psynet.data import dump_db_to_disk

populate_db_from_zip_file(database)
tables = sorted(db.Base.metadata.tables)
with zipfile.ZipFile(database) as archive:
    given = {os.path.basename(name)[:-4] for name in archive.namelist() if name.endswith(".csv")}
print("unknown tables:", *sorted(given - set(tables)))

dallinger.data.table_names = tables
with tempfile.TemporaryDirectory() as place, working_directory(place):
    dallinger.data.export("local", local=True, scrub_pii=False)
    shutil.move(os.path.join("data", "local-data.zip"), os.path.join(out, "database.zip"))
try:
    dump_db_to_disk(os.path.join(out, "data"), scrub_pii=False)
    print("classes: all")
except KeyError as error:
    print("classes: not", error)
