// The engine's catalogue of problems in Spanish: what each means, and what to do.
import type { Catalogue } from "../codes.js";

const damaged = "El archivo puede estar dañado.";
const kept = "Se conservó cada cambio completo anterior a ese lugar; si puede, haga otra vez el volcado.";
const distrust = "No se fíe de este archivo; si es suyo, descomprímalo antes.";

export const catalogue: Catalogue = {
  empty: ["El archivo está vacío.", "Haga otra vez el volcado o la exportación; quizá se detuvo el servidor mientras lo escribía."],
  "unknown-format": ["No es ninguno de los archivos que lee Windrow.", "Suelte un volcado de la base de datos (uproot.msgpack.gz, backup.bin), uproot.sqlite3, un database.zip o una exportación de PsyNet, o una tabla «ultralong» exportada en CSV o JSONL."],
  unsupported: ["Este tipo de archivo se reconoce, pero no se admite.", "El README dice qué se puede leer."],
  encrypted: ["El archivo comprimido está cifrado.", "Descomprímalo antes con su contraseña y suelte lo que contenía."],
  "wal-missing": ["El archivo de la base de datos no contiene ninguna tabla: sus datos siguen en el archivo que termina en -wal.", "Suelte juntos uproot.sqlite3 y uproot.sqlite3-wal, o detenga antes el servidor de forma ordenada."],
  "nothing-to-export": ["No hay ninguna sesión en este archivo.", "Compruebe que es el volcado correcto; un servidor nuevo solo tiene sus datos de administración."],
  "no-such-session": ["No hay ninguna sesión con ese nombre en lo recibido.", "Elija una de las sesiones que aparecen en el resumen."],
  "no-such-table": ["No hay ninguna tabla con ese nombre en el resultado.", "Elija una de las tablas que aparecen en el resumen."],
  "bad-recipe": ["La receta no se puede usar.", "Guarde una receta nueva con esta versión de Windrow."],
  "token-collision": ["Dos identificadores recibirían el mismo seudónimo.", "Haga otra vez la exportación: usará una clave nueva. Si usa una clave de proyecto, cree otra."],
  leak: ["Se encontró un identificador original en el ZIP terminado, y por eso no se entregó.", "Dé al campo la clase que indica la lista, u omita su tabla; por favor, informe de ello, porque no debería ocurrir."],
  "mixed-input": ["Estos archivos no van juntos.", "Suelte los archivos de un solo experimento cada vez."],
  "too-deep": ["Un valor está anidado a más profundidad que el límite.", "Nada de lo que escriben uproot o PsyNet está anidado tan profundamente; el archivo puede estar dañado."],
  "too-long": ["Un registro es más largo que el límite.", "El archivo puede estar dañado; si no lo está, use la línea de comandos con un límite mayor."],
  "too-many-columns": ["Hay más columnas que el límite.", damaged],
  "too-many-cells": ["Una tabla CSV tendría más celdas que el límite.", "Prescinda de este tipo de tabla o elija JSONL, que no escribe celdas vacías."],
  "inflates-too-far": ["Los datos comprimidos ocupan, al descomprimirse, mucho más de lo que suelen ocupar estos datos.", distrust],
  "too-many-members": ["El archivo comprimido contiene más archivos que el límite.", distrust],
  "unsafe-path": ["El archivo comprimido contiene un archivo cuya ruta lleva fuera de él.", "Ningún programa que exporte datos escribe algo así; no lo descomprima."],
  "out-of-memory": ["Los datos necesitan más memoria de la permitida.", "Elija menos sesiones o use la línea de comandos."],
  usage: ["No se entiende la línea de comandos.", "Vea windrow --help."],
  io: ["No se pudo leer el archivo hasta el final.", "Quizá se modificó, se movió o se eliminó durante la lectura; suéltelo otra vez."],
  truncated: ["Lo recibido termina en medio de un registro.", kept],
  damaged: ["Lo recibido está dañado a partir de este lugar.", kept],
  "trailing-bytes": ["Se pasaron por alto bytes posteriores al final de los datos comprimidos.", "Normalmente es inofensivo; compruebe que el archivo se copió entero."],
  "unknown-type": ["Un valor tiene un tipo que esta versión no conoce; su texto se conserva tal cual.", "El propio uproot rechazaría este archivo; quizá un Windrow más nuevo conozca el tipo."],
  "bad-value": ["Un valor no es lo que promete su tipo; su texto se conserva tal cual.", "El propio uproot quizá rechazaría este archivo."],
  "bad-record": ["A un registro le falta una clave o tiene una del tipo equivocado; se omitió.", damaged],
  "unknown-keys": ["Hay registros con claves que esta versión no conoce; se pasaron por alto.", "Quizá escribió el archivo una versión más nueva de uproot."],
  "out-of-order": ["Los cambios no estaban en el orden de sus números de secuencia y se ordenaron.", "No se pierde nada; uproot hace lo mismo."],
  "duplicate-seq": ["Varios cambios tienen el mismo número de secuencia; quedan en el orden del archivo.", "Quizá el volcado se compuso a partir de dos."],
  "odd-namespace": ["Un almacén tiene un nombre que no da ninguna versión de uproot; se mantuvo.", "Compruebe de dónde viene el archivo."],
  "upstream-raises": ["uproot 0.10.1 se detiene con un error en esta sesión; Windrow la exporta.", "No hay nada con lo que comparar esta sesión."],
  "no-players-field": ["La sesión no tiene lista de jugadores, así que se tomaron en el orden de su primer cambio.", "Compruebe los tiempos de página."],
  "checksum-mismatch": ["Un archivo no coincide con la suma de comprobación que lo acompaña.", "Obtenga otra vez el archivo comprimido de su origen."],
  lossy: ["Este tipo de archivo ha perdido información que sí tiene un volcado de la base de datos.", "Use el volcado de la base de datos si puede conseguirlo."],
  guessed: ["Se supuso algo que el archivo ya no dice.", "Compruebe el resultado, o use el volcado de la base de datos."],
  "missing-table": ["Falta una tabla que la exportación debería tener.", "Se omite lo que depende de ella."],
  "other-table": ["La base de datos contiene otra tabla de cambios, que no se leyó.", "Si la que necesita es esa tabla, haga un volcado con los ajustes del servidor."],
  ignored: ["Un archivo no hacía falta y se pasó por alto.", "No hay nada que hacer."],
};
