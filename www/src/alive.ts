// Tells when a worker is gone. A browser that ends a worker says so to nobody; but a lock that the worker held is free then.

/** In a worker: takes a lock of its own for as long as it lives, then gives its name. Null where there are no locks. */
export async function live(): Promise<string | null> {
  if (!navigator.locks) return null; // as over plain http
  const name = `windrow-worker-${crypto.randomUUID()}`;
  return new Promise((resolve) => {
    const forEver = () => {
      resolve(name);
      return new Promise<never>(() => {});
    };
    navigator.locks.request(name, forEver).catch(() => resolve(null));
  });
}

/** Outside: calls `then` once the worker that holds this lock is gone, unless the signal comes first. */
export function whenGone(name: string, signal: AbortSignal, then: () => void): void {
  navigator.locks.request(name, { signal }, then).catch(() => {});
}
