/** Shipped code: a generator that yields effects, and hears a result or a failure for each. */
export type Code<E> = Generator<E, unknown, unknown>;

/** What a process hears when its effect was performed: a result, or a failure that is thrown in. */
export type Heard = { readonly value: unknown } | { readonly error: unknown };

/** What a process does next. */
type Offer<E> = { readonly type: 'asks'; readonly effect: E } | { readonly type: 'ended'; readonly value: unknown };

/** A position of a process: all that it heard since it began decides what it does next. */
export interface Position<E> {
  readonly id: number;
  readonly offer: Offer<E>;
  readonly begin: () => Code<E>;
  readonly parent: Position<E> | undefined;
  readonly heard: Heard | undefined;
  readonly next: Map<string, Position<E>>;
  /** The generator, standing here; taken by the first way on. */
  live: Code<E> | undefined;
}

/**
 * The positions that processes were in. Generators cannot be copied, so a way that branches off is replayed from its beginning, once; after
 * that each step of a process is one look-up. The tree only remembers: what it has forgotten is run again, and comes out the same.
 */
export class ProcessTree<E> {
  readonly #most: number;
  #roots = new Map<string, Position<E>>();
  #kept = 0;
  #positions = 0;

  /** `most` is how many positions are kept before all are forgotten. Default: no limit. */
  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  /** How many positions there were. */
  get positions(): number {
    return this.#positions;
  }

  /** The first position of a process. Equal keys must begin equal code; without a key it is remembered for nobody else. */
  root(key: string | undefined, begin: () => Code<E>): Position<E> {
    const known = key === undefined ? undefined : this.#roots.get(key);
    if (known) return known;
    const code = begin();
    const position = this.#add(begin, undefined, undefined, code, code.next());
    if (key !== undefined) this.#roots.set(key, position);
    return position;
  }

  /** Where a process gets to when it hears something; `key` must tell apart all that it can hear at this position. */
  step(from: Position<E>, key: string, heard: Heard): Position<E> {
    const known = from.next.get(key);
    if (known) return known;
    const code = from.live ?? replay(from);
    from.live = undefined;
    const position = this.#add(from.begin, from, heard, code, hear(code, heard));
    from.next.set(key, position);
    return position;
  }

  #add(
    begin: () => Code<E>,
    parent: Position<E> | undefined,
    heard: Heard | undefined,
    code: Code<E>,
    { done, value }: IteratorResult<E, unknown>,
  ): Position<E> {
    if (this.#kept >= this.#most) {
      this.#roots = new Map();
      this.#kept = 0;
    }
    this.#kept += 1;
    const offer: Offer<E> = done ? { type: 'ended', value } : { type: 'asks', effect: value as E };
    return { id: this.#positions++, offer, begin, parent, heard, next: new Map(), live: done ? undefined : code };
  }
}

function hear<E>(code: Code<E>, heard: Heard): IteratorResult<E, unknown> {
  return 'error' in heard ? code.throw(heard.error) : code.next(heard.value);
}

function replay<E>(position: Position<E>): Code<E> {
  const way: Heard[] = [];
  for (let at: Position<E> | undefined = position; at?.heard; at = at.parent) way.push(at.heard);
  const code = position.begin();
  code.next();
  for (const heard of way.reverse()) hear(code, heard);
  return code;
}

/** What is settled between a process and its world without a step of its own. */
export interface Customs<E> {
  /** What an effect hears at once, since it concerns nobody else; undefined where it has to be performed. */
  readonly atOnce: (effect: E) => unknown;
  /** What the code gets of what was heard. Default: all. */
  readonly receive?: (effect: E, value: unknown) => unknown;
  /** Whether a failure that the code lets through ends its process. Anything else that it throws is a defect, and is thrown. */
  readonly ends: (error: unknown) => boolean;
}

/** Code of which only those effects are left that have to be performed. */
export function* withCustoms<E>(code: Code<E>, { atOnce, receive, ends }: Customs<E>): Code<E> {
  try {
    let result = code.next();
    while (!result.done) {
      const effect = result.value;
      const known = atOnce(effect);
      if (known !== undefined) {
        result = code.next(known);
        continue;
      }
      let value: unknown;
      try {
        value = yield effect;
      } catch (error) {
        result = code.throw(error);
        continue;
      }
      result = code.next(receive ? receive(effect, value) : value);
    }
    return result.value;
  } catch (error) {
    if (!ends(error)) throw error;
    return undefined;
  }
}
