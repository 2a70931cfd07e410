// The German words of what is in the files.
import type { Strings } from "../en/index.js";
import { counted } from "../format.js";
import { protect } from "./protect.js";

export const ready: Strings["ready"] = {
  heading: (name, others, f) =>
    others === 0 ? name : `${name} und ${counted(f, others, { one: "1 weitere Datei", other: "# weitere Dateien" })}`,
  participants: (n, f) => counted(f, n, { one: "1 Teilnehmer", other: "# Teilnehmer" }),
  announce: (found, problems, f) =>
    `Das Lesen ist beendet. ${found}. ${problems ? counted(f, problems, { one: "1 Problem wurde gefunden", other: "# Probleme wurden gefunden" }) : "Es wurden keine Probleme gefunden"}.`,
  facts: { participants: "Teilnehmer", bots: "Davon Bots", classes: "Klassen", rows: "Zeilen in der Datenbank", sessions: "Sessions", players: "Spieler", groups: "Gruppen", changes: "Änderungen", span: "Von – bis", none: "keine Zeiten" },
  tabs: { label: "Was Sie tun möchten", export: "Export", players: "Spieler", pictures: "Bilder", protect: protect.tab },
  localTimes: (zone) => `Zeiten auf dieser Seite: ${zone}`,
  parts:
    "Diese Datei ist größer als der Arbeitsspeicher, den Windrow für sie nimmt. Deshalb wird sie mehrmals gelesen: noch einmal für das ZIP, das dasselbe bleibt, und für jede Session, die Sie ansehen. Was das ZIP enthalten wird, wird vorher nicht aufgelistet, und die Zahl verschiedener Werte stimmt ungefähr, wo ≈ steht. Das Vorbereiten zum Teilen braucht weiterhin alles auf einmal im Arbeitsspeicher; ist das zu viel, nehmen Sie die Kommandozeile.",
};

export const sessions: Strings["sessions"] = {
  heading: "Sessions",
  all: "Alle Sessions",
  columns: { name: "Session", players: "Spieler", groups: "Gruppen", models: "Modelle", changes: "Änderungen", span: "Von – bis" },
  chosen: (n, all, f) => `${f.number(n)} von ${f.number(all)} gewählt`,
  count: (n, f) => counted(f, n, { one: "1 Session", other: "# Sessions" }),
  find: "Session suchen",
};

export const classes: Strings["classes"] = {
  heading: "Klassen",
  columns: { name: "Klasse", rows: "Zeilen", columns: "Spalten" },
  show: (name) => `${name} ansehen`,
};

export const database: Strings["database"] = { heading: "Tabellen der Datenbank", columns: { name: "Tabelle", rows: "Zeilen" } };

export const notes: Strings["notes"] = {
  heading: "Was die Datenbank nicht verrät",
  lead: "Ohne den Code des Experiments lässt sich manches nur aus den Daten erschließen. Auch die README-Datei im ZIP führt es auf.",
  columns: { what: "Klasse oder Spalte", text: "Was nicht bekannt ist" },
};

export const fields: Strings["fields"] = {
  heading: "Felder",
  summary: (n, f) => counted(f, n, { one: "1 Feld", other: "# Felder" }),
  columns: { kind: "Gehört zu", field: "Feld", changes: "Änderungen", distinct: "Verschiedene Werte", deletions: "Löschungen", storages: "Vorhanden in", types: "Typen" },
  find: "Feld suchen",
  nothing: "Kein Feld hat das im Namen.",
};

export const files: Strings["files"] = { heading: "Dateien", columns: { path: "Datei", role: "Was sie ist", size: "Größe" } };
