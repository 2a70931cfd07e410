// All words of the page. Another language is a file of this shape, added to `languages` in index.ts.
// Data, field names and the engine's own catalogue of problems are not translated here.
import { protect } from "./en-protect.js";
import type { Harm } from "../engine/types.js";
import { counted, type Format } from "./format.js";

export const en = {
  code: "en",
  title: "Windrow",
  tagline: "Lay an experiment’s log out in tables.",
  nothingUploaded: "Nothing is uploaded",
  skip: "Skip to the content",
  startOver: "Start over",
  cancel: "Cancel",

  check: {
    heading: "How to check that nothing leaves",
    lead: "You need not believe this page. Each of these steps takes a minute.",
    steps: [
      ["Go offline.", "Open the page, disconnect from the network, and do the whole job. It works, because nothing is needed from elsewhere."],
      ["Watch.", "Open the browser’s developer tools (F12), Network panel, and do the whole job. After the page has loaded nothing is added but addresses that begin with blob:, which are in this browser."],
      ["Try to get out.", "In the developer tools’ Console type fetch(\"https://example.org\"). The browser refuses and names the rule: connect-src 'none'."],
      ["Read the rule.", "View the page’s source (Ctrl+U). Its first lines forbid everything, then allow one script and one style by their fingerprints. The worker that reads your file is bound by the same rule."],
      ["Build it yourself.", "The same source gives the same bytes: build it with npm run build and compare with SHA256SUMS beside the page."],
    ] as [string, string][],
    limitsHeading: "What no rule can promise",
    limits: [
      "A rule stops scripts from connecting. It does not stop a page from being left for another address, nor WebRTC, by which browsers make calls. This page does neither.",
      "Browser extensions that you installed, and programs on your computer, see what you see.",
      "What you save and send on leaves, of course: the ZIP holds what participants entered.",
    ],
    serviceWorker: "The service worker, which lets this page open without a network, is bound by the host’s rule, not by the page’s. It is never given data; sw.js is short enough to read.",
    kept: "This page is kept in your browser and opens without a network.",
    download: "Save it as one file that works by double-click",
    close: "Close",
  },

  update: {
    ready: "A new version of Windrow is ready.",
    closes: "Reloading closes what is open.",
    reload: "Reload",
    later: "Later",
  },

  start: {
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
  },

  reading: {
    heading: "Reading",
    part: (percent: string) => `${percent} read`,
    of: (size: string) => `of ${size}`,
    looking: "Looking at what is in it",
    stopped: "Reading was stopped.",
  },

  ready: {
    heading: (name: string, others: number, f: Format) =>
      others === 0 ? name : `${name} and ${counted(f, others, { one: "1 more file", other: "# more files" })}`,
    participants: (n: number, f: Format) => counted(f, n, { one: "1 participant", other: "# participants" }),
    announce: (found: string, problems: number, f: Format) =>
      `Reading is done. ${found}. ${problems ? counted(f, problems, { one: "1 problem was found", other: "# problems were found" }) : "No problems were found"}.`,
    facts: { participants: "Participants", bots: "Bots among them", classes: "Classes", rows: "Rows in the database", sessions: "Sessions", players: "Players", groups: "Groups", changes: "Changes", span: "From – to", none: "no times" },
    tabs: { label: "What to do", export: "Export", protect: protect.tab },
    localTimes: (zone: string) => `Times on this page: ${zone}`,
  },

  sessions: {
    heading: "Sessions",
    all: "All sessions",
    columns: { name: "Session", players: "Players", groups: "Groups", models: "Models", changes: "Changes", span: "From – to" },
    chosen: (n: number, all: number, f: Format) => `${f.number(n)} of ${f.number(all)} chosen`,
    count: (n: number, f: Format) => counted(f, n, { one: "1 session", other: "# sessions" }),
  },

  classes: {
    heading: "Classes",
    columns: { name: "Class", rows: "Rows", columns: "Columns" },
    show: (name: string) => `Look at ${name}`,
  },

  database: { heading: "Tables of the database", columns: { name: "Table", rows: "Rows" } },

  notes: {
    heading: "What the database does not say",
    lead: "Without the experiment’s code some things can only be taken from the data. The ZIP’s README lists these, too.",
    columns: { what: "Class or column", text: "What is not known" },
  },

  fields: {
    heading: "Fields",
    summary: (n: number, f: Format) => counted(f, n, { one: "1 field", other: "# fields" }),
    columns: { kind: "Belongs to", field: "Field", changes: "Changes", distinct: "Different values", deletions: "Deletions", storages: "Found in", types: "Types" },
    find: "Find a field",
    nothing: "No field has this in its name.",
  },

  files: { heading: "Files", columns: { path: "File", role: "What it is", size: "Size" } },

  problems: {
    heading: (n: number, f: Format) => counted(f, n, { one: "1 problem found", other: "# problems found" }),
    lead: "Everything that could be read was read. The ZIP’s README lists these, too.",
    times: (n: number, f: Format) => counted(f, n, { one: "once", other: "# times" }),
    file: "file",
    record: (n: string) => `record ${n}`,
    byte: (n: string) => `byte ${n}`,
    field: "field",
  },

  options: {
    heading: "What to save",
    views: "Tables",
    view: {
      ultralong: ["Every change", "One row for each change of each field"],
      sparse: ["Changes, side by side", "One row for each change, one column for each field"],
      latest: ["Latest values", "One row for each player, group and so on, as things stood at the end"],
      latest_by: ["Latest values by …", "One row for each combination, for example for each round"],
      page_times: ["Page times", "When each player came to each page, and left it"],
    } as Record<string, [string, string]>,
    group: {
      label: "Group by, in this order",
      add: "Add a field …",
      none: "Choose at least one field, or this table is left out.",
      remove: (field: string) => `Remove ${field}`,
      earlier: (field: string) => `Move ${field} earlier`,
      added: (field: string) => `${field} added`,
      removed: (field: string) => `${field} removed`,
    },
    filetype: "File type",
    filetypes: {
      csv: ["CSV", "For R, Python and spreadsheets"],
      jsonl: ["JSON Lines", "Keeps numbers, text and lists apart"],
    } as Record<string, [string, string]>,
    filters: ["Leave out uproot’s internal fields", "As uproot’s own export does. Login tokens and join keys never leave, either way."] as [string, string],
    psynet: {
      form: "PsyNet’s form",
      regular: "Everything, as psynet export writes it",
      reduced: "For comparison. It leaves out worker ids and IP addresses and protects nobody beyond that.",
      leaks: (n: number, f: Format) => counted(f, n, { one: "1 column still points at persons", other: "# columns still point at persons" }),
      leakColumns: { column: "Column", holds: "What is in it" },
      more: "Beside the tables",
      timeline: ["Timeline", "What happened to each participant in order of time: modules, trials, responses"] as [string, string],
      pass: {
        database: ["database.zip", "As it was given; PsyNet can read it in again"],
        basic_data: ["Basic data", "As they were given"],
        logs: ["The server’s log", "May hold anything that the server noted"],
        source_code: ["The experiment’s source code", "As it was given"],
      } as Record<string, [string, string]>,
      notThere: "Not among these files",
      assets: "Assets",
      asset: {
        none: ["None", ""],
        experiment: ["Made in the experiment", "Recordings of participants among them"],
        all: ["All", ""],
      } as Record<string, [string, string]>,
      files: (n: number, f: Format) => counted(f, n, { one: "1 file", other: "# files" }),
    },
    compression: "ZIP",
    compressions: { fast: "Quick to make", small: "Small to keep" } as Record<string, string>,
    recipe: "These choices as a recipe or command",
    recipeLead: "A small file with your choices and no data, to do the same again with the next dump.",
    recipeSave: "Save recipe",
    recipeLoad: "Load recipe",
    recipeLoaded: (name: string) => `The choices of ${name} are in place.`,
    recipeMissing: (n: number, f: Format) =>
      counted(f, n, { one: "1 session that it names is not in this file.", other: "# sessions that it names are not in this file." }),
    recipeShow: "The recipe",
    command: "The same on the command line",
    commandLead: "For a shell of Linux, macOS, WSL or Git Bash, in the folder with the files. It gives the same bytes.",
    commandRecipe: "It reads the recipe: save that beside the files first.",
    copy: "Copy",
    copied: "Copied",
    recipeBad: "This file is no recipe of Windrow.",
  },

  contents: {
    heading: "What the ZIP will contain",
    working: "Counting …",
    total: (files: number, size: string, f: Format) => `${counted(f, files, { one: "1 file", other: "# files" })}, ${size}`,
    lead: "Sizes are exact and before compression. How small the ZIP gets shows when it is made.",
    columns: { path: "File", rows: "Rows", size: "Size" },
    care: (n: number, f: Format) => counted(f, n, { one: "A spreadsheet program would harm 1 table", other: "A spreadsheet program would harm # tables" }),
    careLead: "The files are right, and R and Python read them as they are. Excel and its like change what they open; import these columns as text.",
    harms: {
      rows: { one: "1 row is cut off: it takes 1,048,576", other: "# rows are cut off: it takes 1,048,576" },
      columns: { one: "1 column is cut off: it takes 16,384", other: "# columns are cut off: it takes 16,384" },
      "long-text": { one: "1 cell is cut off after 32,767 characters", other: "# cells are cut off after 32,767 characters" },
      "long-digits": { one: "1 long number loses its last digits", other: "# long numbers lose their last digits" },
      "leading-zeros": { one: "1 cell loses its leading zeros", other: "# cells lose their leading zeros" },
      exponents: { one: "1 cell such as 12E5 becomes another number", other: "# cells such as 12E5 become other numbers" },
      dates: { one: "1 cell such as 3-4 or MAR1 becomes a date", other: "# cells such as 3-4 or MAR1 become dates" },
      formulas: { one: "1 cell is worked out as a formula", other: "# cells are worked out as formulas" },
    } as Record<Harm, { one: string; other: string }>,
    inColumns: (names: string, more: number, f: Format) => (more ? `in ${names} and ${counted(f, more, { one: "1 more column", other: "# more columns" })}` : `in ${names}`),
    firstRow: (row: string) => `first in row ${row}`,
  },

  preview: {
    heading: "Preview",
    session: "Session",
    table: "Table",
    rows: (n: number, f: Format) => counted(f, n, { one: "1 row", other: "# rows" }),
    columns: (n: number, f: Format) => counted(f, n, { one: "1 column", other: "# columns" }),
    empty: "This table has no rows.",
    noTables: "With these choices there is no table.",
    grid: (table: string) => `Table ${table}. Move with the arrow keys.`,
    row: "Row",
    noValue: "no value",
    wait: "Working out the table",
  },

  save: {
    button: "Save ZIP",
    tables: (n: number, f: Format) => counted(f, n, { one: "1 table", other: "# tables" }),
    noSession: "Choose at least one session.",
    noTable: "Choose at least one table.",
    care: "The ZIP holds what participants entered. Handle it as personal data.",
    saving: "Making the ZIP",
    part: (percent: string) => `${percent} done`,
    stopped: "Saving was stopped. No file was left behind.",
    done: "Saved",
    doneWhat: (name: string, size: string) => `${name}, ${size}`,
    doneDownload: "It is in your browser’s downloads.",
    donePicked: "It is where you chose.",
    again: "Save again",
    failed: "The ZIP was not saved",
    big: "This browser keeps the ZIP in memory until it is saved. If it fails, choose fewer sessions or use another browser.",
  },

  protect,

  failed: {
    heading: "This could not be read",
    code: "Code",
    place: "Place",
    advice: "What you can do",
    other: "Choose another file",
    again: "Read it again",
  },

  /** Faults that are found by the page, not by the engine: what happened, and what to do. */
  faults: {
    "disk-full": ["There is not enough room to save the ZIP.", "Free some disk space, or choose fewer sessions. No file was left behind."],
    "not-allowed": ["The browser did not allow it.", "Allow this page to save files, or choose another folder."],
    io: ["The file could not be read to the end.", "It may have been changed, moved or removed while it was read. Drop it again."],
    internal: ["Windrow made a mistake.", "Your file is unharmed. Please report this with the code; no data are needed for that."],
    "worker-gone": ["The browser ended Windrow’s work, most likely because memory ran out.", "Your file is unharmed and nothing was saved. Close other tabs and read it again, or use the command line."],
    "out-of-memory": ["The data need more memory than this browser gives.", "Choose fewer sessions, or use the command line."],
  } as Record<string, [string, string]>,
};

export type Strings = typeof en;
