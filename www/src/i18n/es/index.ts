// All words of the page in Spanish. Terms as in uproot’s own Spanish: sesión, jugador, participante, tiempos de página.
import type { Strings } from "../en/index.js";
import * as exporting from "./export.js";
import * as faults from "./faults.js";
import * as header from "./header.js";
import * as pictures from "./pictures.js";
import * as players from "./players.js";
import * as protect from "./protect.js";
import * as start from "./start.js";
import * as summary from "./summary.js";

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
  shownOf: (n, all, f) => `Se muestran ${f.number(n)} de ${f.number(all)}`,

  ...exporting,
  ...faults,
  ...header,
  ...pictures,
  ...players,
  ...protect,
  ...start,
  ...summary,
};
