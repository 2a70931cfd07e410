// The German words of what went wrong.
import type { Strings } from "../en/index.js";
import { counted } from "../format.js";
import { catalogue } from "./catalogue.js";

export const problems: Strings["problems"] = {
  heading: (n, f) => counted(f, n, { one: "1 Problem gefunden", other: "# Probleme gefunden" }),
  lead: "Alles, was lesbar war, wurde gelesen. Auch die README-Datei im ZIP führt die Probleme auf.",
  times: (n, f) => counted(f, n, { one: "einmal", other: "#-mal" }),
  file: "Datei",
  record: (n) => `Datensatz ${n}`,
  byte: (n) => `Byte ${n}`,
  field: "Feld",
  known: catalogue,
};

export const failed: Strings["failed"] = {
  heading: "Das konnte nicht gelesen werden",
  code: "Code",
  place: "Stelle",
  advice: "Was Sie tun können",
  other: "Andere Datei wählen",
  again: "Noch einmal lesen",
  tryAgain: "Noch einmal versuchen",
  rows: "Einige Zeilen konnten nicht geholt werden",
  contents: "Was das ZIP enthalten wird, konnte nicht berechnet werden",
  part: (name) => `Das konnte nicht gezeigt werden: ${name}`,
};

export const faults: Strings["faults"] = {
  "disk-full": ["Der Platz reicht nicht, um das ZIP zu speichern.", "Schaffen Sie Platz auf dem Datenträger oder wählen Sie weniger Sessions. Es ist keine Datei zurückgeblieben."],
  "not-allowed": ["Der Browser hat es nicht erlaubt.", "Erlauben Sie dieser Seite, Dateien zu speichern, oder wählen Sie einen anderen Ordner."],
  io: ["Die Datei konnte nicht bis zum Ende gelesen werden.", "Vielleicht wurde sie währenddessen geändert, verschoben oder gelöscht. Legen Sie sie noch einmal ab."],
  internal: ["Windrow hat einen Fehler gemacht.", "Ihre Datei ist unversehrt. Bitte melden Sie den Fehler mit dem Code; Daten sind dafür nicht nötig."],
  "page-incomplete": ["Diese Seite wurde nicht vollständig geladen: Die Verbindung brach ab.", "Ihre Datei ist unversehrt. Laden Sie die Seite neu und öffnen Sie die Datei noch einmal."],
  "worker-gone": ["Der Browser hat die Arbeit von Windrow beendet, wahrscheinlich weil der Arbeitsspeicher ausging.", "Ihre Datei ist unversehrt, und nichts wurde gespeichert. Schließen Sie andere Tabs und lesen Sie sie noch einmal, oder nehmen Sie die Kommandozeile."],
  "out-of-memory": ["Die Daten brauchen mehr Arbeitsspeicher, als dieser Browser gibt.", "Wählen Sie weniger Sessions oder nehmen Sie die Kommandozeile."],
};
