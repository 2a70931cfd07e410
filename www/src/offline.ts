// Keeps the hosted page in the browser: a service worker for its files, and word of a new version.
// A page from file:// needs none of this. Where anything here fails, the page works as before, but not offline.
import { signal } from "@preact/signals";
import { whole } from "./assets.js";

/** Whether the page will open without a network. */
export const kept = signal(false);

/** Ends this version and loads the new one; null while there is none. */
export const update = signal<(() => void) | null>(null);

/**
 * Narrows the policy of the page: besides its own blob: workers it may start this one script and no other.
 * The build cannot say so, because it does not know the address of the host. A page can only add to its policies.
 */
function allowOnly(script: string): void {
  const policy = document.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content = `worker-src blob: ${script}`;
  document.head.append(policy);
}

function linkManifest(): void {
  const link = document.createElement("link");
  link.rel = "manifest";
  link.href = "manifest.webmanifest";
  document.head.append(link);
}

/** Makes the page installable and keeps it for next time. */
export async function keepForOffline(): Promise<void> {
  const hosted = /^https?:$/.test(location.protocol);
  const script = hosted ? new URL("sw.js", location.href).href : "";
  allowOnly(script);
  if (!hosted || !navigator.serviceWorker) return;
  try {
    // It fetches the page once more.
    await whole();
    linkManifest();
    const registration = await navigator.serviceWorker.register(script);
    offerUpdates(registration);
    await navigator.serviceWorker.ready;
    kept.value = true;
  } catch {
    return; // not allowed here, or the host has only the page
  }
}

/** Offers a version that was loaded and waits. The first one has nothing to replace. */
function offerUpdates(registration: ServiceWorkerRegistration): void {
  const offer = () => {
    const next = registration.waiting;
    if (next && registration.active) update.value = () => replaceBy(next);
  };
  const watch = (coming: ServiceWorker | null) => coming?.addEventListener("statechange", offer);
  offer();
  watch(registration.installing);
  registration.addEventListener("updatefound", () => watch(registration.installing));
}

function replaceBy(next: ServiceWorker): void {
  next.addEventListener("statechange", () => {
    if (next.state === "activated") location.reload();
  });
  next.postMessage("take over");
}
