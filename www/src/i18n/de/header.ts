// The German words of the header: how to check that nothing leaves, and new versions of the page.
import type { Strings } from "../en/index.js";

export const check: Strings["check"] = {
  heading: "So prüfen Sie, dass nichts nach außen geht",
  lead: "Sie müssen dieser Seite nicht glauben. Jeder dieser Schritte dauert eine Minute.",
  steps: [
    ["Gehen Sie offline.", "Öffnen Sie die Seite, trennen Sie die Netzverbindung und erledigen Sie alles von Anfang bis Ende. Es geht, weil nichts von anderswo gebraucht wird."],
    ["Sehen Sie zu.", "Öffnen Sie in den Entwicklerwerkzeugen des Browsers (F12) die Netzwerkanalyse und erledigen Sie alles von Anfang bis Ende. Sobald die Seite geladen ist, kommt nichts hinzu außer Adressen, die mit blob: beginnen; sie liegen in diesem Browser."],
    ["Versuchen Sie hinauszukommen.", "Geben Sie in der Konsole der Entwicklerwerkzeuge fetch(\"https://example.org\") ein. Der Browser weigert sich und nennt die Regel: connect-src 'none'."],
    ["Lesen Sie die Regel.", "Zeigen Sie den Quelltext der Seite an (Strg+U). Seine ersten Zeilen verbieten alles und erlauben dann ein einziges Skript und einen einzigen Stil, beide an ihrem Fingerabdruck erkannt. Dieselbe Regel bindet den Worker, der Ihre Datei liest."],
    ["Bauen Sie sie selbst.", "Derselbe Quelltext ergibt dieselben Bytes: Bauen Sie die Seite mit npm run build und vergleichen Sie sie mit SHA256SUMS neben der Seite."],
  ],
  limitsHeading: "Was keine Regel versprechen kann",
  limits: [
    "Eine Regel hindert Skripte daran, Verbindungen aufzubauen. Sie verhindert nicht, dass eine Seite zu einer anderen Adresse wechselt, und nicht WebRTC, womit Browser Anrufe führen. Diese Seite tut beides nicht.",
    "Browser-Erweiterungen, die Sie installiert haben, und Programme auf Ihrem Computer sehen, was Sie sehen.",
    "Was Sie speichern und weitergeben, geht natürlich nach außen: Das ZIP enthält, was Teilnehmer eingegeben haben.",
  ],
  serviceWorker: "Der Service Worker, dank dem diese Seite auch ohne Netz aufgeht, unterliegt der Regel des Hosts und nicht der Regel der Seite. Er bekommt nie Daten; sw.js ist kurz genug, um es zu lesen.",
  kept: "Diese Seite ist in Ihrem Browser abgelegt und öffnet sich ohne Netz.",
  download: "Als einzelne Datei speichern, die sich per Doppelklick öffnet",
  close: "Schließen",
};

export const update: Strings["update"] = {
  ready: "Eine neue Version von Windrow ist da.",
  closes: "Beim Neuladen wird geschlossen, was offen ist.",
  reload: "Neu laden",
  later: "Später",
};
