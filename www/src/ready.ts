// Gets a worker ready for the first files while nobody waits for it.
//
// A browser makes code fast once it has run often, and is slow the first time that it starts a worker. So the worker does the
// whole job with the example, over and over, until the files come or most of that is done.
import { engineModule, exampleFile } from "./assets.js";
import { Bridge } from "./bridge.js";
import { fromList } from "./files.js";

/** A worker, the module if it has that already, and when it has nothing to do any more. */
interface Ready {
  bridge: Bridge;
  module?: WebAssembly.Module;
  idle: Promise<void>;
}

let ready: (Ready & { stop: AbortController }) | undefined;

/** Whether files have come: then no more is prepared. */
let taken = false;

/** Starts the worker. A failure shows when files are opened. */
export async function getReady(): Promise<void> {
  const module = await engineModule();
  if (taken) return;
  const [bridge, stop] = [new Bridge(), new AbortController()];
  const gone = () => (ready = undefined);
  bridge.onDeath = gone;
  const practised = bridge.call("practise", { module, files: fromList([exampleFile()]) }, { signal: stop.signal });
  const idle = practised.then(
    () => {},
    (error: unknown) => {
      if (stop.signal.aborted) return;
      bridge.end(error);
      gone();
    },
  );
  ready = { bridge, module, stop, idle };
}

/** The worker that is ready, or a new one. */
export function takeReady(): Ready {
  const mine = ready;
  taken = true;
  ready = undefined;
  mine?.stop.abort();
  return mine ?? { bridge: new Bridge(), idle: Promise.resolve() };
}
