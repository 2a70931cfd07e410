// The Spanish words of what went wrong.
import type { Strings } from "../en/index.js";
import { counted } from "../format.js";
import { catalogue } from "./catalogue.js";

export const problems: Strings["problems"] = {
  heading: (n, f) => counted(f, n, { one: "1 problema encontrado", other: "# problemas encontrados" }),
  lead: "Se leyó todo lo que se podía leer. El README del ZIP también enumera los problemas.",
  times: (n, f) => counted(f, n, { one: "una vez", other: "# veces" }),
  file: "archivo",
  record: (n) => `registro ${n}`,
  byte: (n) => `byte ${n}`,
  field: "campo",
  known: catalogue,
};

export const failed: Strings["failed"] = {
  heading: "No se pudo leer",
  code: "Código",
  place: "Lugar",
  advice: "Qué puede hacer",
  other: "Elegir otro archivo",
  again: "Leerlo otra vez",
  tryAgain: "Intentarlo otra vez",
  rows: "No se pudieron obtener algunas filas",
  contents: "No se pudo calcular qué contendrá el ZIP",
  part: (name) => `No se pudo mostrar: ${name}`,
};

export const faults: Strings["faults"] = {
  "disk-full": ["No hay espacio suficiente para guardar el ZIP.", "Libere espacio en el disco o elija menos sesiones. No quedó ningún archivo."],
  "not-allowed": ["El navegador no lo permitió.", "Permita que esta página guarde archivos, o elija otra carpeta."],
  io: ["No se pudo leer el archivo hasta el final.", "Quizá se modificó, se movió o se eliminó durante la lectura. Suéltelo otra vez."],
  internal: ["Windrow cometió un error.", "Su archivo está intacto. Por favor, informe del error con el código; para eso no hacen falta datos."],
  "page-incomplete": ["Esta página no se cargó por completo: se cortó la conexión.", "Su archivo está intacto. Recargue la página y abra el archivo otra vez."],
  "worker-gone": ["El navegador terminó el trabajo de Windrow, probablemente porque se agotó la memoria.", "Su archivo está intacto y no se guardó nada. Cierre otras pestañas y léalo otra vez, o use la línea de comandos."],
  "out-of-memory": ["Los datos necesitan más memoria de la que da este navegador.", "Elija menos sesiones o use la línea de comandos."],
};
