// Starts the page.
import { render } from "preact";
import "./style.css";
import { App } from "./app.js";
import { keepForOffline } from "./offline.js";
import { getReady } from "./ready.js";
import { clean } from "./save.js";

render(<App />, document.getElementById("app")!);
void clean();
void keepForOffline();
// Compiling takes a moment; the first file need not wait for it.
requestAnimationFrame(() => setTimeout(() => getReady().catch(() => {})));
