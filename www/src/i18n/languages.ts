// Every language of the page. A further one is a folder of the same shape and a name here.
import { de } from "./de/index.js";
import { en, type Strings } from "./en/index.js";
import { es } from "./es/index.js";
import { ja } from "./ja/index.js";

/** The words of each language, by its code. */
export const languages: Record<string, Strings> = { en, de, es, ja };
