// The words of the first screen, and of reading files.

export const start = {
  heading: "From database dump to tables, on your own computer",
  lead: "Drop the database dump of an uproot experiment or the export of a PsyNet experiment. See what is in it, choose what you need, and save one ZIP with tables that R, Python or a spreadsheet can open.",
  drop: "Drop files or a folder anywhere on this page",
  dropNow: "Let go to read",
  or: "or",
  choose: "Choose files",
  chooseFolder: "Choose a folder",
  example: "Try it with a made-up example",
  promise: "Nothing is uploaded. Your browser does all the work, and this page is forbidden to connect to anything.",
  dialog: "Your browser’s own window may still say “Upload”. That is only its word for letting this page read a file.",
  reads: "What it reads",
  readsList: [
    ["uproot.msgpack.gz, backup.bin", "database dumps of uproot, compressed or not"],
    ["uproot.sqlite3", "its database; drop the file that ends in -wal with it"],
    ["*.csv, *.jsonl, *.zip", "what uproot exported: ultralong tables, or the whole ZIP"],
    ["database.zip", "exports of PsyNet and Dallinger: the database alone, or the whole export as a folder or ZIP"],
    ["", "The contents decide, whatever the file is called."],
  ] as [string, string][],
  nothingDropped: "That was no file. Drop files or a folder.",
};

export const reading = {
  heading: "Reading",
  part: (percent: string) => `${percent} read`,
  of: (size: string) => `of ${size}`,
  looking: "Looking at what is in it",
  stopped: "Reading was stopped.",
};
