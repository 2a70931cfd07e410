// The Spanish words of the header: how to check that nothing leaves, and new versions of the page.
import type { Strings } from "../en/index.js";

export const check: Strings["check"] = {
  heading: "Cómo comprobar que nada sale de aquí",
  lead: "No hace falta que crea a esta página. Cada uno de estos pasos lleva un minuto.",
  steps: [
    ["Desconéctese.", "Abra la página, desconecte la red y haga todo el trabajo. Funciona, porque no se necesita nada de fuera."],
    ["Observe.", "Abra las herramientas de desarrollo del navegador (F12), panel Red, y haga todo el trabajo. Una vez cargada la página, no se añade nada salvo direcciones que empiezan por blob:, que están en este navegador."],
    ["Intente salir.", "En la consola de las herramientas de desarrollo escriba fetch(\"https://example.org\"). El navegador se niega y nombra la regla: connect-src 'none'."],
    ["Lea la regla.", "Vea el código fuente de la página (Ctrl+U). Sus primeras líneas lo prohíben todo y después permiten un solo script y un solo estilo, reconocidos por su huella. La misma regla obliga al worker que lee su archivo."],
    ["Constrúyala usted.", "El mismo código fuente da los mismos bytes: constrúyala con npm run build y compárela con SHA256SUMS, que está junto a la página."],
  ],
  limitsHeading: "Lo que ninguna regla puede prometer",
  limits: [
    "Una regla impide que los scripts se conecten. No impide que una página se cambie por otra dirección, ni WebRTC, con el que los navegadores hacen llamadas. Esta página no hace ninguna de las dos cosas.",
    "Las extensiones del navegador que usted instaló y los programas de su computadora ven lo que usted ve.",
    "Lo que usted guarda y envía sale, por supuesto: el ZIP contiene lo que escribieron los participantes.",
  ],
  serviceWorker: "El service worker, que permite abrir esta página sin red, está sujeto a la regla del servidor, no a la de la página. Nunca recibe datos; sw.js es lo bastante corto para leerlo.",
  kept: "Esta página está guardada en su navegador y se abre sin red.",
  download: "Guardarla como un solo archivo que se abre con doble clic",
  close: "Cerrar",
};

export const update: Strings["update"] = {
  ready: "Hay una versión nueva de Windrow.",
  closes: "Al recargar se cierra lo que está abierto.",
  reload: "Recargar",
  later: "Más tarde",
};
