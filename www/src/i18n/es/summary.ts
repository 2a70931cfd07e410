// The Spanish words of what is in the files.
import type { Strings } from "../en/index.js";
import { counted } from "../format.js";
import { protect } from "./protect.js";

export const ready: Strings["ready"] = {
  heading: (name, others, f) =>
    others === 0 ? name : `${name} y ${counted(f, others, { one: "1 archivo más", other: "# archivos más" })}`,
  participants: (n, f) => counted(f, n, { one: "1 participante", other: "# participantes" }),
  announce: (found, problems, f) =>
    `La lectura ha terminado. ${found}. ${problems ? counted(f, problems, { one: "Se encontró 1 problema", other: "Se encontraron # problemas" }) : "No se encontraron problemas"}.`,
  facts: { participants: "Participantes", bots: "De ellos, bots", classes: "Clases", rows: "Filas en la base de datos", sessions: "Sesiones", players: "Jugadores", groups: "Grupos", changes: "Cambios", span: "Desde – hasta", none: "sin horas" },
  tabs: { label: "Qué hacer", export: "Exportar", players: "Jugadores", pictures: "Gráficos", protect: protect.tab },
  localTimes: (zone) => `Horas en esta página: ${zone}`,
  parts:
    "Este archivo es mayor que la memoria que Windrow toma para él. Por eso se lee varias veces: otra vez para el ZIP, que sale igual, y para cada sesión que usted mire. El contenido del ZIP no se enumera antes, y el número de valores distintos es aproximado donde aparece ≈. La preparación para compartir sigue necesitando todo en la memoria a la vez; si es demasiado, use la línea de comandos.",
};

export const sessions: Strings["sessions"] = {
  heading: "Sesiones",
  all: "Todas las sesiones",
  columns: { name: "Sesión", players: "Jugadores", groups: "Grupos", models: "Modelos", changes: "Cambios", span: "Desde – hasta" },
  chosen: (n, all, f) => `${f.number(n)} de ${f.number(all)} elegidas`,
  count: (n, f) => counted(f, n, { one: "1 sesión", other: "# sesiones" }),
  find: "Buscar una sesión",
};

export const classes: Strings["classes"] = {
  heading: "Clases",
  columns: { name: "Clase", rows: "Filas", columns: "Columnas" },
  show: (name) => `Ver ${name}`,
};

export const database: Strings["database"] = { heading: "Tablas de la base de datos", columns: { name: "Tabla", rows: "Filas" } };

export const notes: Strings["notes"] = {
  heading: "Lo que la base de datos no dice",
  lead: "Sin el código del experimento, algunas cosas solo pueden deducirse de los datos. El README del ZIP también las enumera.",
  columns: { what: "Clase o columna", text: "Qué no se sabe" },
};

export const fields: Strings["fields"] = {
  heading: "Campos",
  summary: (n, f) => counted(f, n, { one: "1 campo", other: "# campos" }),
  columns: { kind: "Pertenece a", field: "Campo", changes: "Cambios", distinct: "Valores distintos", deletions: "Eliminaciones", storages: "Presente en", types: "Tipos" },
  find: "Buscar un campo",
  nothing: "Ningún campo tiene esto en su nombre.",
};

export const files: Strings["files"] = { heading: "Archivos", columns: { path: "Archivo", role: "Qué es", size: "Tamaño" } };
