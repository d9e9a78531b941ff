import type { RenewalWish } from '../../shared/engine/purchase/contract.ts';
import { monthIn } from '../../shared/engine/purchase/month.ts';
import { openSlot, resolveClaim, type Verdict } from '../../shared/engine/purchase/resolve.ts';
import type { Candidate, DueSubscription } from '../../shared/engine/purchase/round.ts';
import { renewalRound } from '../../shared/engine/purchase/round.ts';
import { defaultRules } from '../../shared/engine/purchase/rules.ts';
import type { Configuration, Setting } from './configuration.ts';
import type { Code, ModelEffect } from './process-tree.ts';

const weekMs = 7 * 86_400_000;
const price = 100_000_000n;

/** Our orders move an expiry by this many units. */
export const ourShift = 2;
/** A person's renewal moves it by this many: to an expiry that is still in our window. */
export const theirShift = 1;
/** Expiries up to this many units lie in the window. */
const windowUpTo = 1;

/** Months as the model's policy and its bill count them. */
export const monthOf = monthIn({ transitions: [{ atMs: 0, offsetMs: 0 }] });

/** The shipped code as the model runs it, and the instants that its numbers stand for. */
export class Scene {
  readonly #configuration: Configuration;
  readonly #setting: Setting;
  readonly #firstExpiryMs: number;

  constructor(configuration: Configuration, setting: Setting) {
    this.#configuration = configuration;
    this.#setting = setting;
    this.#firstExpiryMs = (setting.instants[0] as number) + 5 * 86_400_000;
  }

  /** The instant of an expiry. Resources expire an hour apart. */
  expiresAtMs(resource: number, expiry: number): number {
    return this.#firstExpiryMs + resource * 3_600_000 + expiry * weekMs;
  }

  /** The number of an expiry. */
  expiryOf(resource: number, expiresAtMs: number): number {
    return Math.round((expiresAtMs - this.#firstExpiryMs - resource * 3_600_000) / weekMs);
  }

  /** One run of the function: everything in its window is wanted. */
  run(process: number, nowMs: number, seen: readonly number[]): () => Code {
    const { limit } = this.#setting;
    const due = seen.flatMap((expiry, resource): DueSubscription[] =>
      expiry > windowUpTo
        ? []
        : [
            {
              account: '1',
              target: 'cn',
              resource: { kind: 'delivery-group', id: `r${resource}` },
              expiresAtMs: this.expiresAtMs(resource, expiry),
            },
          ],
    );
    due.sort((a, b) => a.expiresAtMs - b.expiresAtMs);
    const input = {
      run: { owner: `run-${process}` },
      due,
      nowMs,
      limits: new Map([['CNY', { currency: 'CNY', micros: price * BigInt(limit) }]]),
      monthOf,
      rules: this.#configuration.rules ?? defaultRules,
    };
    return () =>
      renewalRound<DueSubscription, ModelEffect>(input, {
        *alarm() {
          yield { type: 'alarm' };
        },
        *choose(candidates) {
          return candidates
            .filter(({ standing }) => standing?.state === 'free')
            .map((candidate) => ({ candidate, wish: wishFor(candidate) }));
        },
      });
  }

  /** A person who says what the bill has about an open claim. */
  verdict(verdict: Pick<Verdict, 'resourceId' | 'n' | 'outcome' | 'expiresAtMs' | 'nowMs'>): () => Code {
    return () => resolveClaim({ owner: 'person' }, { account: '1', by: 'person', ...verdict }, this.#configuration.rules ?? defaultRules);
  }

  /** A person who opens a slot. */
  slot(resourceId: string, expiresAtMs: number, nowMs: number): () => Code {
    return () => openSlot({ owner: 'person' }, { account: '1', resourceId, expiresAtMs, who: 'person', nowMs });
  }
}

function wishFor({ due }: Candidate<DueSubscription>): RenewalWish {
  return {
    ...due,
    period: { count: ourShift, unit: 'Week' },
    autoPay: true,
    reserve: { currency: 'CNY', micros: price },
    operation: 'RenewAppInstanceGroup',
    input: {},
  };
}
