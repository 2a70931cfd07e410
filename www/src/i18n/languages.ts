// Every language of the page. A further one is a file of the same shape and a name here.
import { de } from "./de.js";
import { en, type Strings } from "./en.js";
import { es } from "./es.js";
import { ja } from "./ja.js";

/** The words of each language, by its code. */
export const languages: Record<string, Strings> = { en, de, es, ja };
