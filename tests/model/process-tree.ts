import type { PurchaseEffect } from '../../shared/engine/purchase/contract.ts';
import { isJournalFailure } from '../../shared/engine/purchase/failure.ts';
import type { RenewalEffect } from '../../shared/engine/renewals/effects.ts';
import { price } from './policy.ts';

/** What a process of the model may ask for: the effects of the shipped code, and an alarm. */
export type ModelEffect = PurchaseEffect | Extract<RenewalEffect, { type: 'quote' }> | { readonly type: 'alarm' };

/** Shipped code as the explorer runs it. */
export type Code = Generator<ModelEffect, unknown, unknown>;

/** What a process hears when its effect was performed: a result, or a failure that is thrown in. */
export type Heard = { readonly value: unknown } | { readonly error: unknown };

/** What a process does next. */
type Offer =
  | { readonly type: 'asks'; readonly effect: ModelEffect }
  | { readonly type: 'ended'; readonly failed: boolean; readonly value: unknown };

/** A position of a process: all that it heard since it began decides what it does next. */
export interface Position {
  readonly id: number;
  readonly offer: Offer;
  readonly root: Root;
  readonly parent: Position | undefined;
  readonly heard: Heard | undefined;
  readonly next: Map<string, Position>;
  /** The generator, standing here; taken by the first way on. */
  live: Code | undefined;
}

interface Root {
  readonly begin: () => Code;
  readonly token: string;
}

/**
 * All positions that processes were ever in. Generators cannot be copied, so a way that branches off is replayed from its beginning, once;
 * after that each step of a process is one look-up.
 */
export class ProcessTree {
  readonly #roots = new Map<string, Position>();
  readonly positions: Position[] = [];

  /** The first position of a process; equal keys must begin equal code. `token` is what it gets for its random ones. */
  root(key: string, token: string, begin: () => Code): Position {
    const known = this.#roots.get(key);
    if (known) return known;
    const code = begin();
    const position = this.#advance(
      { begin, token },
      undefined,
      undefined,
      code,
      stepped(() => code.next()),
    );
    this.#roots.set(key, position);
    return position;
  }

  /** Where a process gets to when it hears something; `key` must tell apart all that it can hear at this position. */
  step(from: Position, key: string, heard: Heard): Position {
    const known = from.next.get(key);
    if (known) return known;
    const code = from.live ?? replay(from);
    from.live = undefined;
    const position = this.#advance(
      from.root,
      from,
      heard,
      code,
      stepped(() => hear(code, heard)),
    );
    from.next.set(key, position);
    return position;
  }

  #advance(
    root: Root,
    parent: Position | undefined,
    heard: Heard | undefined,
    code: Code,
    first: IteratorResult<ModelEffect, unknown>,
  ): Position {
    const result = passTokens(code, first, root.token);
    const offer: Offer = result.done
      ? { type: 'ended', failed: failedOf(result.value), value: result.value }
      : { type: 'asks', effect: result.value };
    const position: Position = {
      id: this.positions.length,
      offer,
      root,
      parent,
      heard,
      next: new Map(),
      live: result.done ? undefined : code,
    };
    this.positions.push(position);
    return position;
  }
}

/** A token concerns nobody else, and the price never changes: taking them is no step of its own. */
function passTokens(code: Code, first: IteratorResult<ModelEffect, unknown>, token: string): IteratorResult<ModelEffect, unknown> {
  let result = first;
  while (!result.done) {
    if (result.value.type === 'random-token') result = code.next(token);
    else if (result.value.type === 'quote') result = code.next({ original: price, trade: undefined });
    else break;
  }
  return result;
}

/** A failure of the journal that the code lets through ends its process; anything else is a defect. */
function stepped(step: () => IteratorResult<ModelEffect, unknown>): IteratorResult<ModelEffect, unknown> {
  try {
    return step();
  } catch (error) {
    if (!isJournalFailure(error)) throw error;
    return { done: true, value: { error } };
  }
}

function hear(code: Code, heard: Heard): IteratorResult<ModelEffect, unknown> {
  return 'error' in heard ? code.throw(heard.error) : code.next(heard.value);
}

function replay(position: Position): Code {
  const way: Heard[] = [];
  for (let at: Position | undefined = position; at?.heard; at = at.parent) way.push(at.heard);
  const code = position.root.begin();
  passTokens(code, code.next(), position.root.token);
  for (const heard of way.reverse()) passTokens(code, hear(code, heard), position.root.token);
  return code;
}

function failedOf(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'error' in value && value.error !== undefined;
}
