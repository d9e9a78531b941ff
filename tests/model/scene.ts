import { planner } from '../../functions/renew-before-expiry/plan.ts';
import type { ProtocolRules, PurchaseEffect } from '../../functions/renew-before-expiry/purchase/contract.ts';
import { isJournalFailure } from '../../functions/renew-before-expiry/purchase/contract.ts';
import { type Candidate, type Chosen, purchasePass } from '../../functions/renew-before-expiry/purchase/purchase-pass.ts';
import { openSlot, resolveClaim, type Verdict } from '../../functions/renew-before-expiry/purchase/resolve.ts';
import { alarmOf } from '../../functions/renew-before-expiry/run/alarms.ts';
import { purchaseOrder } from '../../functions/renew-before-expiry/run/choose.ts';
import { type DueResource, decideDue } from '../../functions/renew-before-expiry/run/decide-due.ts';
import type { Renewal, RenewalEffect } from '../../functions/renew-before-expiry/run/effects.ts';
import type { RenewalContext } from '../../functions/renew-before-expiry/run/planner.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { dayMs, hourMs } from '../fixtures/times.ts';
import { contextAt, limitsFor, monthOf, price } from './policy.ts';
import { type Code, withCustoms } from './process-tree.ts';
import { pair } from './state.ts';

/** What a process of the model may ask for: the effects of the shipped code, and an alarm. */
export type ModelEffect = PurchaseEffect | Extract<RenewalEffect, { type: 'quote' }> | { readonly type: 'alarm' };

/** Begins shipped code as the explorer runs it. */
export type Begin = () => Code<ModelEffect>;

const account = '1000000000000001';

/** How the account is billed. */
export const product = { site: 'china', productCode: 'appstream' } as const;

/** Our orders move an expiry by this many days: within a day of the month that the policy wants. */
export const ourShift = 30;
/** A person's renewal moves it by this many: to an expiry that is still in our window. */
export const theirShift = 7;

/** The shipped code as the model runs it, and the instants that its numbers stand for. */
export class Scene {
  readonly #rules: ProtocolRules;
  readonly #limit: number;
  readonly #firstExpiryMs: number;
  readonly #billed: boolean;

  /** `beginMs` is the first instant of a story, `limit` how many orders the month's budget holds; `billed`: runs ask billing. */
  constructor({
    beginMs,
    limit,
    rules,
    billed,
  }: {
    readonly beginMs: number;
    readonly limit: number;
    readonly rules: ProtocolRules;
    readonly billed: boolean;
  }) {
    this.#billed = billed;
    this.#rules = rules;
    this.#limit = limit;
    // Soon enough that people are to be told.
    this.#firstExpiryMs = beginMs + 2 * dayMs;
  }

  /** The instant of an expiry, which is counted in days from the first. Resources expire an hour apart. */
  expiresAtMs(resource: number, expiry: number): number {
    return this.#firstExpiryMs + resource * hourMs + expiry * dayMs;
  }

  /** The number of an expiry. */
  expiryOf(resource: number, expiresAtMs: number): number {
    return Math.round((expiresAtMs - this.#firstExpiryMs - resource * hourMs) / dayMs);
  }

  /** The pairs of resource and expiry that a run has to tell of, having seen these expiries. */
  alarms(nowMs: number, seen: readonly number[]): readonly number[] {
    return seen.flatMap((expiry, resource) => (alarmOf(this.#group(resource, expiry), nowMs) ? [pair(resource, expiry)] : []));
  }

  /** One run of the function, which has observed these expiries. */
  run(process: number, nowMs: number, seen: readonly number[]): Begin {
    const context = contextAt(nowMs, this.#limit);
    const due = seen.flatMap((expiry, resource): DueResource[] => {
      const subject = this.#group(resource, expiry);
      // What can be decided by looking alone is not due.
      if ('decision' in planner.decide(subject, { quotes: new Map() }, context)) return [];
      return [
        {
          account,
          target: 'cn',
          resource: { kind: subject.kind, id: subject.id },
          expiresAtMs: this.expiresAtMs(resource, expiry),
          subject,
        },
      ];
    });
    due.sort((a, b) => a.expiresAtMs - b.expiresAtMs);
    const billing = this.#billed ? product : undefined;
    const input = { run: { owner: `run-${process}` }, due, nowMs, limits: limitsFor(this.#limit), monthOf, rules: this.#rules, billing };
    return () =>
      played(
        `token-${process}`,
        purchasePass<DueResource, ModelEffect>(input, {
          *alarm() {
            yield { type: 'alarm' };
          },
          choose: (candidates) => chosen(candidates, context) as Generator<ModelEffect, readonly Chosen<DueResource>[], unknown>,
        }),
      );
  }

  /** A person who says what the bill has about an open claim. */
  verdict(verdict: Pick<Verdict, 'resourceId' | 'n' | 'outcome' | 'orderId' | 'expiresAtMs' | 'nowMs'>): Begin {
    return () => played('person', resolveClaim({ owner: 'person' }, { account, by: 'person', ...verdict }, this.#rules));
  }

  /** A person who opens a slot. */
  slot(resourceId: string, expiresAtMs: number, nowMs: number): Begin {
    return () => played('person', openSlot({ owner: 'person' }, { account, resourceId, expiresAtMs, who: 'person', nowMs }));
  }

  #group(resource: number, expiry: number): DeliveryGroup {
    return {
      kind: 'delivery-group',
      id: `r${resource}`,
      name: 'group',
      region: 'cn-hangzhou',
      status: 'PUBLISHED',
      resourceStatus: 'AVAILABLE',
      charge: 'subscription',
      createdAtMs: 0,
      expiresAtMs: this.expiresAtMs(resource, expiry),
      tags: {},
      pools: undefined,
      officeSiteId: undefined,
      imageId: undefined,
      unreadable: [],
    };
  }
}

/** What the shipped planner wants of the candidates; it decides about each by itself. */
function* chosen(candidates: readonly Candidate<DueResource>[], context: RenewalContext): Renewal<readonly Chosen<DueResource>[]> {
  const wanted: Chosen<DueResource>[] = [];
  for (const candidate of candidates) {
    const verdict = yield* decideDue(planner, candidate, context, () => {});
    if ('order' in verdict) wanted.push({ candidate, purchase: purchaseOrder(candidate, verdict.decision, verdict.order, context) });
  }
  return wanted;
}

/** A token concerns nobody else, and the price never changes: taking them is no step of its own. A failure of the journal ends the process. */
function played(token: string, code: Code<ModelEffect>): Code<ModelEffect> {
  const quote = { original: price, trade: undefined };
  return withCustoms(code, {
    atOnce: ({ type }) => (type === 'random-token' ? token : type === 'quote' ? quote : undefined),
    ends: isJournalFailure,
  });
}
