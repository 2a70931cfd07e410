// All words of the page in German. Terms as in uproot’s own German: Session, Spieler, Teilnehmer, Seitenzeiten.
import type { Strings } from "../en/index.js";
import { options, contents, preview, save } from "./export.js";
import { problems, failed, faults } from "./faults.js";
import { check, update } from "./header.js";
import { pictures } from "./pictures.js";
import { players, history } from "./players.js";
import { protect } from "./protect.js";
import { start, reading } from "./start.js";
import { ready, sessions, classes, database, notes, fields, files } from "./summary.js";

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

  check,
  update,
  start,
  reading,
  ready,
  sessions,
  classes,
  database,
  notes,
  fields,
  files,
  options,
  contents,
  preview,
  save,
  players,
  history,
  pictures,
  protect,
  problems,
  failed,
  faults,
};
