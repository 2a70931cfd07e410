// The engine's catalogue of problems in German: what each means, and what to do.
import type { Catalogue } from "../codes.js";

const damaged = "Die Datei könnte beschädigt sein.";
const kept = "Jede vollständige Änderung vor dieser Stelle ist erhalten; erstellen Sie den Dump nach Möglichkeit neu.";
const distrust = "Trauen Sie dieser Datei nicht; wenn sie von Ihnen stammt, entpacken Sie sie vorher.";

export const catalogue: Catalogue = {
  empty: ["Die Datei ist leer.", "Erstellen Sie den Dump oder Export neu; vielleicht wurde der Server beim Schreiben angehalten."],
  "unknown-format": ["Dies ist keine der Dateien, die Windrow liest.", "Legen Sie einen Datenbank-Dump (uproot.msgpack.gz, backup.bin), uproot.sqlite3, ein database.zip oder einen Export von PsyNet oder eine exportierte „ultralong“-Tabelle als CSV oder JSONL ab."],
  unsupported: ["Diese Art von Datei wird erkannt, aber nicht unterstützt.", "In der README-Datei steht, was gelesen werden kann."],
  encrypted: ["Das Archiv ist verschlüsselt.", "Entpacken Sie es zuerst mit seinem Passwort und legen Sie ab, was darin war."],
  "wal-missing": ["Die Datenbankdatei enthält keine Tabelle: Ihre Daten sind noch in der Datei, die auf -wal endet.", "Legen Sie uproot.sqlite3 und uproot.sqlite3-wal zusammen ab, oder beenden Sie vorher den Server ordnungsgemäß."],
  "nothing-to-export": ["In dieser Datei ist keine Session.", "Prüfen Sie, ob es der richtige Dump ist; ein neuer Server hat nur seine Admin-Daten."],
  "no-such-session": ["In den Eingaben gibt es keine Session dieses Namens.", "Wählen Sie eine der Sessions aus der Übersicht."],
  "no-such-table": ["Im Ergebnis gibt es keine Tabelle dieses Namens.", "Wählen Sie eine der Tabellen aus der Übersicht."],
  "bad-recipe": ["Das Rezept ist nicht verwendbar.", "Speichern Sie mit dieser Version von Windrow ein neues Rezept."],
  "token-collision": ["Zwei Kennungen bekämen dasselbe Pseudonym.", "Starten Sie den Export noch einmal: Er nimmt einen neuen Schlüssel. Wenn Sie einen Projektschlüssel verwenden, erzeugen Sie einen neuen."],
  leak: ["Im fertigen ZIP wurde eine ursprüngliche Kennung gefunden; deshalb wurde es nicht herausgegeben.", "Geben Sie dem Feld die Klasse, die in der Liste steht, oder lassen Sie seine Tabelle weg; bitte melden Sie es, denn das sollte nicht vorkommen."],
  "mixed-input": ["Diese Dateien gehören nicht zusammen.", "Legen Sie immer nur die Dateien eines Experiments ab."],
  "too-deep": ["Ein Wert ist tiefer verschachtelt, als die Grenze erlaubt.", "Nichts, was uproot oder PsyNet schreibt, ist so tief verschachtelt; die Datei könnte beschädigt sein."],
  "too-long": ["Ein Datensatz ist länger, als die Grenze erlaubt.", "Die Datei könnte beschädigt sein; wenn nicht, nehmen Sie die Kommandozeile mit einer höheren Grenze."],
  "too-many-columns": ["Es gibt mehr Spalten, als die Grenze erlaubt.", damaged],
  "too-many-cells": ["Eine CSV-Tabelle bekäme mehr Zellen, als die Grenze erlaubt.", "Lassen Sie diese Art von Tabelle weg oder wählen Sie JSONL, das keine leeren Zellen schreibt."],
  "inflates-too-far": ["Die komprimierten Daten entpacken sich zu weit mehr, als solche Daten es tun.", distrust],
  "too-many-members": ["Das Archiv enthält mehr Dateien, als die Grenze erlaubt.", distrust],
  "unsafe-path": ["Das Archiv enthält eine Datei, deren Pfad aus ihm hinausführt.", "Kein Programm, das Daten exportiert, schreibt so ein Archiv; entpacken Sie es nicht."],
  "out-of-memory": ["Die Daten brauchen mehr Arbeitsspeicher, als erlaubt ist.", "Wählen Sie weniger Sessions oder nehmen Sie die Kommandozeile."],
  usage: ["Die Kommandozeile ist nicht verständlich.", "Siehe windrow --help."],
  io: ["Die Datei konnte nicht bis zum Ende gelesen werden.", "Vielleicht wurde sie währenddessen geändert, verschoben oder gelöscht; legen Sie sie noch einmal ab."],
  truncated: ["Die Eingabe endet mitten in einem Datensatz.", kept],
  damaged: ["Die Eingabe ist von dieser Stelle an beschädigt.", kept],
  "trailing-bytes": ["Bytes nach dem Ende der komprimierten Daten wurden übergangen.", "Meist harmlos; prüfen Sie, ob die Datei vollständig kopiert wurde."],
  "unknown-type": ["Ein Wert hat einen Typ, den diese Version nicht kennt; sein Text bleibt, wie er ist.", "uproot selbst würde diese Datei ablehnen; ein neueres Windrow kennt den Typ vielleicht."],
  "bad-value": ["Ein Wert ist nicht, was sein Typ verspricht; sein Text bleibt, wie er ist.", "uproot selbst würde diese Datei vielleicht ablehnen."],
  "bad-record": ["Einem Datensatz fehlt ein Schlüssel, oder einer hat den falschen Typ; er wurde ausgelassen.", damaged],
  "unknown-keys": ["Datensätze haben Schlüssel, die diese Version nicht kennt; sie wurden übergangen.", "Vielleicht hat eine neuere Version von uproot die Datei geschrieben."],
  "out-of-order": ["Änderungen waren nicht in der Reihenfolge ihrer laufenden Nummern und wurden sortiert.", "Nichts geht verloren; uproot macht es genauso."],
  "duplicate-seq": ["Mehrere Änderungen haben dieselbe laufende Nummer; sie bleiben in der Reihenfolge der Datei.", "Vielleicht wurde der Dump aus zweien zusammengesetzt."],
  "odd-namespace": ["Ein Speicherbereich hat einen Namen, den keine Version von uproot vergibt; er wurde mitgeführt.", "Prüfen Sie, woher die Datei kommt."],
  "upstream-raises": ["uproot 0.10.1 bricht bei dieser Session mit einem Fehler ab; Windrow exportiert sie.", "Es gibt nichts, womit sich diese Session vergleichen lässt."],
  "no-players-field": ["Die Session hat keine Spielerliste; deshalb stehen die Spieler in der Reihenfolge ihrer ersten Änderung.", "Prüfen Sie die Seitenzeiten."],
  "checksum-mismatch": ["Eine Datei passt nicht zu der Prüfsumme, die mit ihr kam.", "Holen Sie das Archiv noch einmal von dort, wo es herkam."],
  lossy: ["Dieser Art von Datei fehlt etwas, das ein Datenbank-Dump hat.", "Nehmen Sie den Datenbank-Dump, wenn Sie ihn bekommen können."],
  guessed: ["Etwas, das die Datei nicht mehr sagt, wurde geraten.", "Prüfen Sie das Ergebnis, oder nehmen Sie den Datenbank-Dump."],
  "missing-table": ["Eine Tabelle, die der Export haben sollte, fehlt.", "Was von ihr abhängt, entfällt."],
  "other-table": ["Die Datenbank enthält eine weitere Tabelle mit Änderungen; sie wurde nicht gelesen.", "Falls Sie diese Tabelle brauchen, erstellen Sie einen Dump mit den Einstellungen des Servers."],
  ignored: ["Eine Datei wurde nicht gebraucht und übergangen.", "Es ist nichts zu tun."],
};
