import { add, type Money } from '../../policy/money.ts';
import { changeText } from './change-text.ts';
import type { DoneFacts, DoneLine } from './digest-facts.ts';
import type { PastRun } from './run-records.ts';

type Estimate = NonNullable<PastRun['decisions'][number]['action']>['cost'];

/** Changes that are named one by one; the rest is counted. */
const named = 200;

/** Adds up what the runs on one target did. */
export class DoneTally {
  readonly #counts: Record<string, Record<string, number>> = {};
  readonly #good: DoneLine[] = [];
  readonly #bad: DoneLine[] = [];
  readonly #errors = new Map<string, { functionName: string; code: string; message: string; times: number }>();
  readonly #estimates = new Map<string, { per: string; amount: Money }>();
  #all = 0;

  /** Takes a run. */
  take(run: PastRun): void {
    const actions = new Map(run.decisions.flatMap(({ action }) => (action ? [[action.key, action] as const] : [])));
    for (const { resource, key, outcome, because } of run.outcomes) {
      const action = actions.get(key);
      const counts = this.#counts[run.function] ?? {};
      this.#counts[run.function] = counts;
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      this.#all += 1;
      const lines = outcome === 'done' || outcome === 'already' ? this.#good : this.#bad;
      if (lines.length < named) {
        const text = changeText(action, key);
        const why = because === undefined ? {} : { because: because.text };
        lines.push({ functionName: run.function, atMs: run.atMs, resource, text, outcome, ...why });
      }
      if (outcome === 'done') for (const each of [action?.cost, action?.once]) if (each?.kind === 'estimate') this.#estimate(each, run);
    }
    for (const { code, message } of run.errors) {
      const key = JSON.stringify([run.function, code, message]);
      const known = this.#errors.get(key) ?? { functionName: run.function, code, message, times: 0 };
      known.times += 1;
      this.#errors.set(key, known);
    }
  }

  /** What was taken. */
  get facts(): DoneFacts {
    const lines = [...this.#bad, ...this.#good].slice(0, named);
    return {
      counts: this.#counts,
      ...{ lines, more: this.#all - lines.length },
      errors: [...this.#errors.values()],
      estimates: [...this.#estimates.values()],
    };
  }

  /**
   * What lasts is summed by the run that changed it, what is once by its days. A step of a count until the next one is what its schedule wants
   * anyhow: it makes nothing dearer or cheaper, and the costs by schedule have it.
   */
  #estimate({ per, amount: { currency, micros } }: NonNullable<Estimate>, { key: run }: PastRun): void {
    if (/^(at most, )?until /.test(per) || micros === '0') return;
    const key = JSON.stringify([per, currency, ...(per.startsWith('once, ') ? [] : [run])]);
    const amount = { currency, micros: BigInt(micros) };
    const known = this.#estimates.get(key);
    this.#estimates.set(key, { per, amount: known ? add(known.amount, amount) : amount });
  }
}
