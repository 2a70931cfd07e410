// All words of the page in German. Terms as in uproot’s own German: Session, Spieler, Teilnehmer, Seitenzeiten.
import type { Strings } from "../en/index.js";
import * as exporting from "./export.js";
import * as faults from "./faults.js";
import * as header from "./header.js";
import * as pictures from "./pictures.js";
import * as players from "./players.js";
import * as protect from "./protect.js";
import * as start from "./start.js";
import * as summary from "./summary.js";

export const de: Strings = {
  code: "de",
  name: "Deutsch",
  language: "Sprache",
  title: "Windrow",
  tagline: "Das Protokoll eines Experiments, in Tabellen ausgelegt.",
  nothingUploaded: "Nichts wird hochgeladen",
  skip: "Zum Inhalt springen",
  startOver: "Von vorn",
  cancel: "Abbrechen",
  shownOf: (n, all, f) => `${f.number(n)} von ${f.number(all)} werden gezeigt`,

  ...exporting,
  ...faults,
  ...header,
  ...pictures,
  ...players,
  ...protect,
  ...start,
  ...summary,
};
