// The Spanish words of the first screen, and of reading files.
import type { Strings } from "../en/index.js";

export const start: Strings["start"] = {
  heading: "Del volcado de la base de datos a las tablas, en su propia computadora",
  lead: "Suelte el volcado de la base de datos de un experimento de uproot o la exportación de un experimento de PsyNet. Vea lo que contiene, elija lo que necesita y guarde un ZIP con tablas que se abren en R, en Python o en una hoja de cálculo.",
  drop: "Suelte archivos o una carpeta en cualquier lugar de esta página",
  dropNow: "Suelte para leer",
  or: "o",
  choose: "Elegir archivos",
  chooseFolder: "Elegir una carpeta",
  example: "Probar con un ejemplo inventado",
  promise: "No se sube nada. Su navegador hace todo el trabajo y esta página tiene prohibido conectarse a ningún sitio.",
  dialog: "Puede que la ventana de su navegador diga «Subir» de todos modos. Es solo su manera de llamar a que esta página lea un archivo.",
  reads: "Qué se puede leer",
  readsList: [
    ["uproot.msgpack.gz, backup.bin", "volcados de la base de datos de uproot, comprimidos o no"],
    ["uproot.sqlite3", "la base de datos de uproot; suelte con ella el archivo que termina en -wal"],
    ["*.csv, *.jsonl, *.zip", "lo que exportó uproot: tablas en formato «ultralong» o el ZIP entero"],
    ["database.zip", "exportaciones de PsyNet y Dallinger: solo la base de datos, o la exportación entera como carpeta o ZIP"],
    ["", "Decide el contenido, se llame como se llame el archivo."],
  ],
  nothingDropped: "Eso no era un archivo. Suelte archivos o una carpeta.",
};

export const reading: Strings["reading"] = {
  heading: "Leyendo",
  part: (percent) => `${percent} leído`,
  of: (size) => `de ${size}`,
  looking: "Examinando el contenido",
  stopped: "Se detuvo la lectura.",
};
