const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `run` once when the signal aborts; gives the function that takes it back. One listener per signal serves any
 * number of callers: a run's signal is shared by all its calls, and Node warns from the eleventh listener on.
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  let waiting = listeners.get(signal);
  if (waiting === undefined) {
    const created = new Set<() => void>();
    waiting = created;
    listeners.set(signal, created);
    signal.addEventListener(
      'abort',
      () => {
        const all = [...created];
        created.clear();
        for (const each of all) each();
      },
      { once: true },
    );
  }
  const set = waiting;
  // A fresh function, so that the same `run` registered twice is taken back one at a time.
  const entry = (): void => run();
  set.add(entry);
  return () => {
    set.delete(entry);
  };
}
