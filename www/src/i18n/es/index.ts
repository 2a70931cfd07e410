// All words of the page in Spanish. Terms as in uproot’s own Spanish: sesión, jugador, participante, tiempos de página.
import type { Strings } from "../en/index.js";
import { options, contents, preview, save } from "./export.js";
import { problems, failed, faults } from "./faults.js";
import { check, update } from "./header.js";
import { pictures } from "./pictures.js";
import { players, history } from "./players.js";
import { protect } from "./protect.js";
import { start, reading } from "./start.js";
import { ready, sessions, classes, database, notes, fields, files } from "./summary.js";

export const es: Strings = {
  code: "es",
  name: "Español",
  language: "Idioma",
  title: "Windrow",
  tagline: "El registro de un experimento, extendido en tablas.",
  nothingUploaded: "No se sube nada",
  skip: "Ir al contenido",
  startOver: "Empezar de nuevo",
  cancel: "Cancelar",

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
