// The German words of the first screen, and of reading files.
import type { Strings } from "../en/index.js";

export const start: Strings["start"] = {
  heading: "Vom Datenbank-Dump zu Tabellen, auf Ihrem eigenen Computer",
  lead: "Legen Sie den Datenbank-Dump eines uproot-Experiments oder den Export eines PsyNet-Experiments ab. Sehen Sie, was darin ist, wählen Sie, was Sie brauchen, und speichern Sie ein ZIP mit Tabellen, die R, Python oder eine Tabellenkalkulation öffnen kann.",
  drop: "Legen Sie Dateien oder einen Ordner irgendwo auf dieser Seite ab",
  dropNow: "Zum Lesen loslassen",
  or: "oder",
  choose: "Dateien wählen",
  chooseFolder: "Ordner wählen",
  example: "Mit einem erfundenen Beispiel ausprobieren",
  promise: "Nichts wird hochgeladen. Ihr Browser erledigt die ganze Arbeit, und dieser Seite ist jede Verbindung nach außen verboten.",
  dialog: "Das Fenster Ihres Browsers spricht vielleicht trotzdem von „Hochladen“. So nennt er es nur, wenn diese Seite eine Datei lesen darf.",
  reads: "Was gelesen wird",
  readsList: [
    ["uproot.msgpack.gz, backup.bin", "Datenbank-Dumps von uproot, komprimiert oder nicht"],
    ["uproot.sqlite3", "die Datenbank von uproot; legen Sie die Datei, die auf -wal endet, mit ab"],
    ["*.csv, *.jsonl, *.zip", "was uproot exportiert hat: Tabellen im Format „ultralong“ oder das ganze ZIP"],
    ["database.zip", "Exporte von PsyNet und Dallinger: nur die Datenbank, oder der ganze Export als Ordner oder ZIP"],
    ["", "Es zählt der Inhalt, gleich wie die Datei heißt."],
  ],
  nothingDropped: "Das war keine Datei. Legen Sie Dateien oder einen Ordner ab.",
};

export const reading: Strings["reading"] = {
  heading: "Wird gelesen",
  part: (percent) => `${percent} gelesen`,
  of: (size) => `von ${size}`,
  looking: "Der Inhalt wird durchgesehen",
  stopped: "Das Lesen wurde abgebrochen.",
};
