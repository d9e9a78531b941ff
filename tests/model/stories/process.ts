import { isJournalFailure } from '../../../functions/renew-before-expiry/purchase/contract.ts';
import { UsedReservations } from '../../../functions/renew-before-expiry/purchase/reservations.ts';
import { renewBeforeExpiry } from '../../../functions/renew-before-expiry/renewals.ts';
import { renewalRun } from '../../../functions/renew-before-expiry/run/run-renewals.ts';
import type { EpochMs } from '../../../shared/client/clock.ts';
import type { CallCounts } from '../../../shared/engine/counting-client.ts';
import type { RunReport } from '../../../shared/engine/report.ts';
import { HourlyMemory } from '../../../shared/notify/hourly-memory.ts';
import type { Message } from '../../../shared/notify/message.ts';
import type { CompiledTarget } from '../../../shared/policy/compiled.ts';
import { type Code, type Heard, type Position, withCustoms } from '../process-tree.ts';
import type { Dimension } from './dimensions.ts';
import { type Effect, heardText, type Observation } from './effect.ts';
import { proveLink } from './families.ts';
import type { Memory } from './memory.ts';
import type { Answer, World } from './world.ts';

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
  readonly #memory: Memory;
  #position: Position<Effect>;
  /** It is over: it has ended or died. */
  over = false;

  constructor(
    name: string,
    { nowMs, shelf, orders, memory }: World,
    begin: () => Code<Effect>,
    run?: { readonly target: CompiledTarget; readonly skewMs: number; readonly key: string },
  ) {
    this.name = name;
    this.kind = run ? 'run' : 'person';
    this.account = run?.target.account;
    this.skewMs = run?.skewMs ?? 0;
    this.begunMs = nowMs;
    this.paidAtBegin = new Set(orders.filter(({ status }) => status === 'paid').map(({ id }) => id));
    this.answersAtBegin = shelf.keys('approvals').length;
    this.#memory = memory;
    this.#position = memory.runs.root(run?.key, () => played(name, begin(), run === undefined));
    this.#look();
  }

  /** One run of the shipped function. */
  static run(world: World, name: string, target: CompiledTarget, skewMs: number): Process {
    const { family, setup, nowMs } = world;
    const deadlineMs = family.runTimeMs === undefined ? undefined : nowMs + skewMs + family.runTimeMs;
    const begin = (): Code<Effect> =>
      renewalRun({
        renewing: renewBeforeExpiry,
        options: {
          ...{ policy: family.policy, target, world: 'model', mode: 'apply' },
          ...{ store: { shared: true }, proveLink, deadlineMs },
        },
        ...{ memory: new HourlyMemory(), used: new UsedReservations(), rules: setup.rules },
        counts: () => ({}) as CallCounts,
      });
    return new Process(name, world, begin, { target, skewMs, key: `${family.name} ${target.name} ${name} ${deadlineMs}` });
  }

  /** What it asks for next. */
  get effect(): Effect {
    return (this.#position.offer as { readonly effect: Effect }).effect;
  }

  hear(heard: Heard): void {
    const { records, runs } = this.#memory;
    this.#position = runs.step(this.#position, heardText(this.effect, heard, records), heard);
    this.#look();
  }

  /** It dies where it stands. */
  die(): void {
    this.over = true;
  }

  #look(): void {
    const { offer } = this.#position;
    if (offer.type === 'asks') return;
    this.over = true;
    if (this.kind === 'run') this.report = offer.value as RunReport;
  }
}

/** Tokens concern nobody else. A failure of the journal ends a person's command; of a run any failure that is thrown is a defect. */
function played(name: string, code: Code<Effect>, isPerson: boolean): Code<Effect> {
  let tokens = 0;
  return withCustoms(code, {
    atOnce: ({ type }) => (type === 'random-token' ? `${name}-${tokens++}` : undefined),
    receive: (effect, value) => {
      if (effect.type !== 'observe') return value;
      const { groups, ...observed } = value as Observation;
      groups.forEach(effect.visit);
      return observed;
    },
    ends: (error) => isPerson && isJournalFailure(error),
  });
}
