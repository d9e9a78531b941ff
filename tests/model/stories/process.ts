import { renewBeforeExpiry } from '../../../functions/renew-before-expiry/renewals.ts';
import type { EpochMs } from '../../../shared/client/clock.ts';
import type { CallCounts } from '../../../shared/engine/counting-client.ts';
import type { PurchaseEffect } from '../../../shared/engine/purchase/contract.ts';
import { isJournalFailure } from '../../../shared/engine/purchase/failure.ts';
import { UsedReservations } from '../../../shared/engine/purchase/reservations.ts';
import { HourlyMemory } from '../../../shared/engine/renewals/alarms.ts';
import type { RenewalEffect } from '../../../shared/engine/renewals/effects.ts';
import { renewalRun } from '../../../shared/engine/renewals/run-renewals.ts';
import type { RunReport } from '../../../shared/engine/report.ts';
import type { Message } from '../../../shared/notify/message.ts';
import type { CompiledTarget } from '../../../shared/policy/compiled.ts';
import type { Dimension } from './dimensions.ts';
import { proveLink } from './families.ts';
import type { Answer, World } from './world.ts';

/** What shipped code asks of the world of a story. */
export type Effect = PurchaseEffect | RenewalEffect;

/** What a process hears when its effect was performed: a result, or a failure that is thrown in. */
export type Heard = { readonly value: unknown } | { readonly error: unknown };

/** Shipped code at work: a run, or a person with a command. */
export class Process {
  readonly name: string;
  readonly kind: 'run' | 'person';
  /** The account that the policy says its target is; of a run. */
  readonly account: string | undefined;
  readonly skewMs: number;
  readonly begunMs: EpochMs;
  /** Its own `now`: the first that its clock said; undefined before that. */
  nowMs: EpochMs | undefined;
  /** What it observed, by index of the resource. */
  readonly seen = new Map<number, EpochMs>();
  /** When it last looked at the answers about a resource, and how many there were then. */
  readonly answersRead = new Map<number, { readonly atMs: EpochMs; readonly count: number }>();
  /** What a person is about to answer; undefined before he has read what was answered, and for others. */
  answer: Omit<Answer, 'key' | 'bytes'> | undefined;
  /** How many answers there were when it claimed a resource. */
  readonly answersAtClaim = new Map<number, number>();
  /** An order of it failed in a way that may meet every order. */
  failedForAll = false;
  /** Messages of this run, delivered or not. */
  readonly messages: Message[] = [];
  /** Ids of critical ones that nobody has heard. */
  readonly unheard = new Set<string>();
  /** Ids of orders that were paid when it began. */
  readonly paidAtBegin: ReadonlySet<string>;
  /** What went wrong for it, or was done by others while it was at work. */
  readonly troubles = new Set<Dimension>();
  /** How many answers the journal held when it began. */
  readonly answersAtBegin: number;
  /** The prices that it was told, in millionths, by index of the resource. */
  readonly quoted = new Map<number, Set<bigint>>();
  storeDown = false;
  /** Channels that deliver nothing of what it tells. */
  readonly deadChannels = new Set<string>();
  stopping = false;
  /** Its request that is on its way. */
  sending: string | undefined;
  /** What a run reported; undefined while it is at work. */
  report: RunReport | undefined;
  readonly #code: Generator<Effect, unknown, unknown>;
  #step: IteratorResult<Effect, unknown>;
  #tokens = 0;
  /** It is over: it has ended or died. */
  over = false;

  constructor(
    name: string,
    { nowMs, shelf, orders }: World,
    code: Generator<Effect, unknown, unknown>,
    run?: { readonly target: CompiledTarget; readonly skewMs: number },
  ) {
    this.name = name;
    this.kind = run ? 'run' : 'person';
    this.account = run?.target.account;
    this.skewMs = run?.skewMs ?? 0;
    this.begunMs = nowMs;
    this.paidAtBegin = new Set(orders.filter(({ status }) => status === 'paid').map(({ id }) => id));
    this.answersAtBegin = shelf.keys('approvals').length;
    this.#code = code;
    this.#step = this.#advance(() => code.next());
  }

  /** One run of the shipped function. */
  static run(world: World, name: string, target: CompiledTarget, skewMs: number): Process {
    const { family, setup, nowMs } = world;
    const code = renewalRun({
      renewing: renewBeforeExpiry,
      options: {
        ...{ policy: family.policy, target, world: 'model', mode: 'apply' },
        ...{ store: { shared: true }, proveLink },
        deadlineMs: family.runTimeMs === undefined ? undefined : nowMs + skewMs + family.runTimeMs,
      },
      ...{ memory: new HourlyMemory(), used: new UsedReservations(), rules: setup.rules },
      counts: () => ({}) as CallCounts,
    });
    return new Process(name, world, code, { target, skewMs });
  }

  /** What it asks for next. */
  get effect(): Effect {
    return this.#step.value as Effect;
  }

  hear(heard: Heard): void {
    this.#step = this.#advance(() => ('error' in heard ? this.#code.throw(heard.error) : this.#code.next(heard.value)));
  }

  /** It dies where it stands. */
  die(): void {
    this.over = true;
  }

  /** Tokens concern nobody else. A failure of the journal ends a person's command; of a run any failure that is thrown is a defect. */
  #advance(step: () => IteratorResult<Effect, unknown>): IteratorResult<Effect, unknown> {
    let result: IteratorResult<Effect, unknown>;
    try {
      result = step();
      while (!result.done && result.value.type === 'random-token') result = this.#code.next(`${this.name}-${this.#tokens++}`);
    } catch (error) {
      if (this.kind === 'run' || !isJournalFailure(error)) throw error;
      result = { done: true, value: undefined };
    }
    if (result.done) {
      this.over = true;
      if (this.kind === 'run') this.report = result.value as RunReport;
    }
    return result;
  }
}
