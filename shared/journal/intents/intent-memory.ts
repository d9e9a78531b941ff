import type { JournalError } from '../store/store.ts';
import type { Storing } from '../store/store-effect.ts';
import type { PartBody } from './intent-record.ts';
import {
  type ExternalSince,
  externalOf,
  type IntentState,
  type PartPlace,
  partOf,
  readParts,
  resolveHistory,
  settingKey,
  unpackValues,
  type Value,
} from './intent-state.ts';
import type { IntentView } from './intent-view.ts';

/**
 * What planners may ask of a state. Older values lie in parts that are read only when asked for: until then the view gives what it has,
 * and `takeMissing` says for which resources that was not all.
 */
export class WrittenMemory implements IntentView {
  readonly #state: IntentState;
  /** What the parts say of the resources that were recalled, by setting. */
  readonly #recalled = new Map<string, ReadonlyMap<string, readonly Value[]>>();
  #missing = new Set<string>();
  /** Parts that could not be read; what they held is forgotten. */
  readonly damaged: JournalError[] = [];

  /** The state must not change any more. */
  constructor(state: IntentState) {
    this.#state = state;
  }

  values(resource: string, setting: string): readonly Value[] {
    const history = this.#state.histories.get(settingKey(resource, setting));
    if (history && 'known' in history) return history.known;
    const recalled = this.#recalled.get(resource);
    if (!recalled && this.#state.parts.has(partOf(resource))) this.#missing.add(resource);
    return resolveHistory(history, recalled?.get(setting) ?? []);
  }

  external(resource: string, setting: string): ExternalSince | undefined {
    return externalOf(this.#state, resource, setting);
  }

  /** Ids of resources whose values were asked for since the last call but were not all at hand: what was decided so does not count. */
  takeMissing(): readonly string[] {
    const missing = [...this.#missing];
    this.#missing.clear();
    return missing;
  }

  /** Reads the parts that hold values of resources, each once. @throws StoreError */
  *recall(stream: string, resources: Iterable<string>): Storing<void> {
    const found = new Map<string, Map<string, readonly Value[]>>();
    const places = new Map<number, PartPlace>();
    for (const resource of resources) {
      const place = this.#state.parts.get(partOf(resource));
      if (!place || this.#recalled.has(resource)) continue;
      places.set(partOf(resource), place);
      found.set(resource, new Map());
    }
    const take = (body: PartBody): void => {
      for (const [resource, setting, values] of unpackValues(body, (id) => found.has(id))) found.get(resource)?.set(setting, values);
    };
    yield* readParts(stream, [...places.values()], take, (error) => this.damaged.push(error));
    // Not before all was read: what could not be read must stay missing.
    for (const [resource, settings] of found) this.#recalled.set(resource, settings);
  }
}
