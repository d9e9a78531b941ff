import type { EpochMs } from '../../../shared/client/clock.ts';
import { failureName, failureText } from '../../../shared/engine/notifications.ts';
import type { ReportedAlert, RunReport } from '../../../shared/engine/report.ts';
import { criticalRoute, NotToldError } from '../../../shared/engine/telling/critical.ts';
import { withForged } from '../../../shared/engine/telling/once.ts';
import { type ResourceRef, refOf } from '../../../shared/fleet/resource.ts';
import { type AlertName, alertId, dailyStep, type Mark, readMarks, recordTold } from '../../../shared/journal/log/alerts.ts';
import { type Outbox, outboxStream, readOutbox, writeOutbox } from '../../../shared/journal/log/outbox.ts';
import type { JournalError, StoreError } from '../../../shared/journal/store/store.ts';
import { joinAlike } from '../../../shared/notify/alike.ts';
import { limitsOfKind } from '../../../shared/notify/channel-limits.ts';
import { type HourlyMemory, hourOf } from '../../../shared/notify/hourly-memory.ts';
import type { Message } from '../../../shared/notify/message.ts';
import type { Reason } from '../../../shared/planning/decision.ts';
import { zonedText } from '../../../shared/planning/local-time.ts';
import type { CompiledPolicy, CompiledTarget } from '../../../shared/policy/compiled.ts';
import type { TellKind } from '../../../shared/policy/document.ts';
import { isJournalFailure, moment } from '../purchase/contract.ts';
import { type Renewal, tell } from './effects.ts';
import { bySize, carriedOf, type Entry, groupsOf, isForNobody, isFoundAgain, isStuck, stuckMessage, warningsOf } from './to-tell.ts';

/** How a run tells people. */
export interface RenewalNotifierOptions {
  /** Name of the function: it believes its own marks only, and carries over its own messages. */
  readonly functionName: string;
  readonly policy: CompiledPolicy;
  readonly target: CompiledTarget;
  /** The run's one `now`. */
  readonly nowMs: EpochMs;
  /** The run's random token. */
  readonly owner: string;
  /** False in a plan: what would be told is listed, nothing is sent and nothing written. */
  readonly sends: boolean;
  readonly memory: HourlyMemory;
  /** When the process must have ended. Default: never. */
  readonly deadlineMs?: EpochMs | undefined;
}

/** The most that the messages of one run wait for their turn on channels, in milliseconds. */
const mostWaitMs = 75_000;
/** Time that is kept for the end of a run: nothing waits so near its deadline. */
const endMs = 20_000;

/** A message of many that is refused is told one by one, until so many are refused in a row: it may be one of them that a channel does not take. */
const mostRefused = 2;
/** Code of a failed run. */
const failedCode = 'run-failed';

/**
 * Tells people, each thing once, and notes what it told. What there is to tell is collected, and goes out by `flush`: critical matters first, and
 * many alike in one message. What no channel takes and no later run would find again is carried over in the journal. Never throws: what fails is
 * noted too.
 */
export class RenewalNotifier {
  readonly #options: RenewalNotifierOptions;
  readonly #reported: ReportedAlert[] = [];
  readonly #dead = new Map<string, string>();
  /** Those of them that are well and only had too much at once. */
  readonly #busy = new Set<string>();
  readonly #failures: (StoreError | JournalError | NotToldError)[] = [];
  /** Records of what earlier runs could not tell that cannot be read. */
  readonly damaged: JournalError[] = [];
  readonly #known = new Set<string>();
  readonly #undelivered = new Map<string, string>();
  readonly #elsewhere = new Map<string, readonly string[]>();
  readonly #forged = new Set<string>();
  #waiting: Entry[] = [];
  #outbox: Outbox | undefined;
  #waitMs = mostWaitMs;
  #unrouted = 0;
  /** Ids of what earlier runs carried over and somebody has now. */
  readonly #settled = new Set<string>();

  constructor(options: RenewalNotifierOptions) {
    this.#options = options;
  }

  /** What was told, or would be, in the order in which it was collected. What is not flushed yet counts as undelivered. */
  get reported(): readonly ReportedAlert[] {
    return this.#reported;
  }

  /** Channels that did not deliver, and why. */
  get dead(): ReadonlyMap<string, string> {
    return this.#dead;
  }

  /** What failed on the way: the journal, so that things may be told again; or nobody could be told of something critical. */
  get failures(): readonly (StoreError | JournalError | NotToldError)[] {
    return this.#failures;
  }

  /** What people should know of the telling: what was not delivered, what went elsewhere, which records were forged. */
  get warnings(): readonly Reason[] {
    return warningsOf({
      undelivered: [...this.#undelivered.values()],
      unrouted: this.#unrouted,
      elsewhere: this.#elsewhere,
      forged: this.#forged,
    });
  }

  /** The channels for some kinds of things to tell, as the policy says. */
  channelsFor(...kinds: readonly TellKind[]): readonly string[] {
    return [...new Set(kinds.flatMap((kind) => this.#options.policy.tell[kind] ?? []))];
  }

  /**
   * Collects something that is told unless the journal says that it was. That is written down only after a receiver has said that it has the
   * message which carried it. Where the journal cannot be read the thing is told all the same, once an hour as far as this process remembers; its
   * id has the hour then, so that a receiver can drop what other processes repeat.
   */
  // biome-ignore lint/correctness/useYield: callers need not know what is collected and what is sent
  *once(name: AlertName, code: string, channels: readonly string[], message: Message, resource: ResourceRef): Renewal<void> {
    const { severity, title, text } = message;
    const told = this.#known.has(alertId(name)) ? 'before' : this.#options.sends ? 'undelivered' : 'would';
    const place = this.#reported.push({ code, severity, title, text, resource: refOf(resource), told }) - 1;
    this.#known.add(alertId(name));
    if (told === 'undelivered') this.#waiting.push({ message, code, channels, name, place, carried: !isFoundAgain(code) });
  }

  /** Collects something that happened once, and is told whatever the journal says. */
  // biome-ignore lint/correctness/useYield: callers need not know what is collected and what is sent
  *collect(code: string, channels: readonly string[], message: Message): Renewal<void> {
    if (this.#options.sends) this.#waiting.push({ message, code, channels, carried: true });
  }

  /** Collects that the run failed, with what failed and what to do: told once an hour, whoever runs, for the same kinds of failures. */
  *failed(report: Pick<RunReport, 'errors' | 'outcomes' | 'function' | 'target' | 'account' | 'at'>): Renewal<void> {
    if (!this.#options.sends) return;
    const name = failureName(report);
    // What an earlier run carried over has been tried a moment ago.
    if (this.#known.has(alertId(name))) return;
    const message: Message = {
      id: alertId(name),
      timeMs: this.#options.nowMs,
      severity: 'critical',
      title: `${report.function} failed on ${report.target}`,
      text: failureText(report),
      data: { target: report.target, codes: report.errors.map(({ code }) => code) },
    };
    this.#waiting.push({ message, code: failedCode, channels: this.channelsFor('failed'), name, carried: true });
  }

  /** Tells something right away. True when a receiver has it, or it is for nobody; always true in a plan, which tells nothing. */
  *now(channels: readonly string[], message: Message): Renewal<boolean> {
    if (!this.#options.sends) return true;
    const { nowMs } = yield* moment();
    const heard = yield* this.#tellGroup([{ message, code: 'now', channels, carried: false }], nowMs);
    return heard.size > 0 || isForNobody({ message, channels });
  }

  /**
   * Sends what earlier runs could not deliver and what was collected, critical matters first. May wait for the next minute of a channel, 75
   * seconds in all of a run and never near its deadline. What nobody took is carried over where no later run would find it again.
   */
  *flush(): Renewal<void> {
    if (!this.#options.sends) return;
    // What is new comes first: what was refused before may be refused again, and keeps nothing else waiting.
    const carried = yield* this.#loaded();
    const collected = [...this.#waiting, ...carried];
    this.#waiting = [];
    if (collected.length === 0) return;
    const { nowMs, stopping } = yield* moment();
    const waitUntilMs = stopping ? nowMs : Math.min(nowMs + this.#waitMs, (this.#options.deadlineMs ?? Number.MAX_SAFE_INTEGER) - endMs);
    const heard = new Set<Entry>();
    const entries = yield* this.#untold(collected);
    for (const group of groupsOf(entries)) for (const entry of yield* this.#tellGroup(group, waitUntilMs)) heard.add(entry);
    for (const entry of yield* this.#tellStuck(
      entries.filter((each) => !heard.has(each)),
      nowMs,
      waitUntilMs,
    ))
      heard.add(entry);
    const lost = entries.filter((entry) => !heard.has(entry) && !isForNobody(entry));
    this.#unrouted += entries.filter((entry) => !heard.has(entry) && isForNobody(entry)).length;
    for (const { message } of lost) this.#undelivered.set(message.id, message.title);
    yield* this.#carry(heard, lost);
    yield* this.#tellDead(lost.filter(({ message }) => message.severity !== 'critical'));
    // That an earlier run failed is no reason for this one to fail.
    this.#notTold(lost.filter(({ message, code, from }) => message.severity === 'critical' && !(from && code === failedCode)));
    if (stopping) return;
    this.#waitMs = Math.max(0, this.#waitMs - ((yield* moment()).nowMs - nowMs));
  }

  /** What earlier runs carried over, the first time in a run. */
  *#loaded(): Renewal<readonly Entry[]> {
    if (this.#outbox !== undefined) return [];
    const { functionName, policy, target, nowMs } = this.#options;
    this.#outbox = { messages: [], dropped: 0, end: { next: 0, prev: null } };
    try {
      this.#outbox = yield* readOutbox(functionName);
    } catch (error) {
      this.#note(error);
      return [];
    }
    const { messages, dropped, damaged } = this.#outbox;
    if (damaged) this.damaged.push(damaged);
    // A channel that exists no more, or that is dead for good, must not keep a message from those that are named now.
    const channelsOf = (code: string, channels: readonly string[]): readonly string[] => {
      const still = channels.filter((name) => Object.hasOwn(policy.channels, name));
      return [...new Set([...still, ...this.channelsFor(code === failedCode ? 'failed' : 'money')])];
    };
    const carried = messages.map((from): Entry => {
      const { id, code, severity, title, text, atMs, channels, name } = from;
      if (name) this.#known.add(alertId(name));
      const meant = `${text}\nLate: no channel took this at ${zonedText(atMs, { policy, target })}.`;
      const message = { id, timeMs: nowMs, severity, title, text: meant };
      return { message, code, channels: channelsOf(code, channels), carried: true, from, ...(name === undefined ? {} : { name }) };
    });
    if (dropped === 0) return carried;
    const message: Message = {
      id: `${outboxStream(functionName)}/dropped/${dropped}`,
      timeMs: nowMs,
      severity: 'warning',
      title: `${dropped} more messages of ${functionName} reached nobody`,
      text: `They were too many to be repeated: older records under ${outboxStream(functionName)}/ in the journal have their texts.`,
    };
    return [...carried, { message, code: 'outbox-dropped', channels: this.channelsFor('money', 'failed'), carried: false, dropped }];
  }

  /** Those that the journal does not say were told, with the places of their marks. */
  *#untold(entries: readonly Entry[]): Renewal<readonly Entry[]> {
    const { functionName, nowMs, memory } = this.#options;
    const named = entries.filter(({ name }) => name !== undefined);
    const marks = new Map<Entry, Mark>();
    try {
      const read = yield* readMarks(
        { functionName, nowMs },
        named.flatMap(({ name }) => name ?? []),
      );
      for (const [index, entry] of named.entries()) marks.set(entry, read[index] as Mark);
    } catch (error) {
      this.#note(error);
    }
    return entries.flatMap((entry): Entry[] => {
      if (entry.name === undefined) return [entry];
      const mark = marks.get(entry);
      if (mark?.forged !== undefined) this.#forged.add(mark.forged);
      const message = withForged(entry.message, mark?.forged);
      if (mark?.toldAtMs === undefined && mark?.place !== undefined) return [{ ...entry, message, markAt: mark.place }];
      const known = mark?.toldAtMs !== undefined;
      if (known && entry.from) this.#settled.add(entry.from.id);
      if (known || !memory.isFirst(message.id, message.timeMs)) {
        this.#report(entry.place, known ? 'before' : 'this-hour');
        return [];
      }
      return [{ ...entry, message: { ...message, id: `${message.id}@${hourOf(message.timeMs)}` } }];
    });
  }

  /**
   * Tells what is alike, in as few messages as each size of channel takes. What is critical goes to the channels for failures, and then to all, where
   * those that it is for do not take it. Gives what somebody has.
   */
  *#tellGroup(group: readonly Entry[], waitUntilMs: EpochMs): Renewal<ReadonlySet<Entry>> {
    const heard = new Set<Entry>();
    const [{ message, channels: named }] = group as [Entry];
    const routes = message.severity === 'critical' ? criticalRoute(this.#options.policy, named) : named.length > 0 ? [named] : [];
    for (const route of routes) {
      const rest = group.filter((entry) => !heard.has(entry));
      if (rest.length === 0) break;
      for (const [textBytes, channels] of bySize(route, this.#options.policy)) {
        for (const each of joinAlike(rest, textBytes)) {
          const taken = yield* this.#send(channels, each, waitUntilMs);
          for (const entry of taken) heard.add(entry);
          if (taken.length > 0 && !route.some((name) => named.includes(name))) this.#elsewhere.set(each.message.title, channels);
        }
      }
    }
    const nobody = group.filter((entry) => !heard.has(entry));
    // The log is nobody, but better than nothing.
    const logged = routes.length === 0 || message.severity === 'critical' ? nobody : [];
    for (const each of joinAlike(logged, limitsOfKind('console').textBytes)) yield* tell([], each.message);
    for (const entry of heard) {
      this.#report(entry.place, 'now');
      yield* this.#record(entry);
    }
    return heard;
  }

  /** Sends a message that carries one matter or several, and where it is refused, those one by one. Gives what was taken. */
  *#send(
    channels: readonly string[],
    { message, carries }: { readonly message: Message; readonly carries: readonly Entry[] },
    waitUntilMs: EpochMs,
  ): Renewal<readonly Entry[]> {
    const { delivered, failed } = yield* tell(channels, message, waitUntilMs);
    for (const { channel, because, later } of failed) {
      this.#dead.set(channel, because);
      if (later) this.#busy.add(channel);
    }
    if (delivered) return carries;
    const taken: Entry[] = [];
    if (carries.length < 2 || failed.every(({ later }) => later)) return taken;
    let refused = 0;
    for (const entry of carries) {
      const some = yield* this.#send(channels, { message: entry.message, carries: [entry] }, waitUntilMs);
      taken.push(...some);
      refused = some.length > 0 ? 0 : refused + 1;
      if (refused === mostRefused) break;
    }
    return taken;
  }

  /**
   * Tells that there is something which no channel has taken for a day, without a word of it: a channel that takes this refuses what it says, and would do
   * so for good. Gives what needs to be carried no longer.
   */
  *#tellStuck(lost: readonly Entry[], nowMs: EpochMs, waitUntilMs: EpochMs): Renewal<readonly Entry[]> {
    const stuck = lost.filter((entry) => isStuck(entry, nowMs));
    if (stuck.length === 0) return [];
    const message = stuckMessage(stuck, this.#options.functionName, nowMs, (ms) => zonedText(ms, this.#options));
    const channels = [...new Set(stuck.flatMap((each) => each.channels))];
    const heard = yield* this.#tellGroup([{ message, code: 'message-refused', channels, carried: false }], waitUntilMs);
    if (heard.size === 0) return [];
    for (const entry of stuck) yield* this.#record(entry);
    return stuck;
  }

  /** Tells on other channels, once a day, that the channels of messages do not deliver: what is not critical waits for them. */
  *#tellDead(lost: readonly Entry[]): Renewal<void> {
    const { policy, target, nowMs } = this.#options;
    const names = [...new Set(lost.flatMap(({ channels }) => channels))].filter((name) => this.#dead.has(name) && !this.#busy.has(name));
    const others = criticalRoute(policy, names)
      .slice(1)
      .find((group) => group.length > 0);
    const [first] = lost;
    if (first === undefined || names.length === 0 || others === undefined) return;
    const step = dailyStep(`dead-${names.join('+')}`, nowMs);
    const name = { account: target.account, resource: 'channels', expiresAtMs: undefined, step };
    const waiting = `${lost.length === 1 ? '1 message waits for it:' : `${lost.length} messages wait for it, the first is`} "${first.message.title}"`;
    const text = `${waiting}. ${names.map((each) => `${each}: ${this.#dead.get(each)}`).join('; ')}. Repair it, and try 'streamwarden notify test'.`;
    const title = `The channel ${names.join(', ')} does not deliver`;
    const message: Message = { id: alertId(name), timeMs: nowMs, severity: 'warning', title, text };
    const entries = yield* this.#untold([{ message, code: 'channel-dead', channels: others, name, carried: false }]);
    if (entries.length > 0) yield* this.#tellGroup(entries, nowMs);
  }

  /** Writes what is still to be told, and what no longer is. */
  *#carry(heard: ReadonlySet<Entry>, lost: readonly Entry[]): Renewal<void> {
    if (this.#outbox === undefined) return;
    const { functionName, owner, nowMs } = this.#options;
    for (const { from } of heard) if (from) this.#settled.add(from.id);
    const change = {
      delivered: this.#settled,
      added: lost.filter(({ carried, from }) => carried && from === undefined).map(carriedOf),
      droppedTold: [...heard].reduce((sum, { dropped = 0 }) => sum + dropped, 0),
    };
    try {
      this.#outbox = yield* writeOutbox(functionName, this.#outbox, change, { owner, atMs: nowMs });
    } catch (error) {
      this.#note(error);
    }
  }

  *#record({ name, markAt, message: { timeMs, severity, title } }: Entry): Renewal<void> {
    if (name === undefined || markAt === undefined) return;
    const { functionName, owner } = this.#options;
    try {
      yield* recordTold(functionName, name, { owner, atMs: timeMs }, { severity, title, place: markAt });
    } catch (error) {
      this.#note(error);
    }
  }

  #report(place: number | undefined, told: ReportedAlert['told']): void {
    const reported = place === undefined ? undefined : this.#reported[place];
    if (reported) this.#reported[place as number] = { ...reported, told };
  }

  #notTold(lost: readonly Entry[]): void {
    const [first] = lost;
    if (first === undefined) return;
    const more = lost.length === 1 ? '' : `, and ${lost.length - 1} more`;
    this.#failures.push(
      new NotToldError(
        `of "${first.message.title}"${more}`,
        [...this.#dead].map((dead) => dead.join(': ')),
      ),
    );
  }

  #note(error: unknown): void {
    if (!isJournalFailure(error)) throw error;
    if (!this.#failures.some(({ code, message }) => code === error.code && message === error.message)) this.#failures.push(error);
  }
}
