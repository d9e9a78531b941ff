import { sha256 } from '../client/hmac.ts';
import { redact } from '../client/redact.ts';
import type { ResourceRef } from '../fleet/resource.ts';
import { type AlertName, alertId, readMark, recordTold } from '../journal/log/alerts.ts';
import type { Store } from '../journal/store/store.ts';
import { runStoring } from '../journal/store/store-effect.ts';
import { type HourlyMemory, hourOf } from '../notify/hourly-memory.ts';
import type { Message } from '../notify/message.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { ActDecision, Decision, HoldDecision, Json, Reason } from '../planning/decision.ts';
import type { CompiledPolicy } from '../policy/compiled.ts';
import type { TellKind } from '../policy/document.ts';
import { reason } from './reasons.ts';
import { isExpected, type Outcome, type RunReport } from './report.ts';
import { adviceFor } from './telling/advice.ts';
import { withForged } from './telling/once.ts';

/** What there is to tell of a run. */
type NewsKind = Extract<TellKind, 'done' | 'held' | 'failed'>;

/** What a channel hears of a run. */
interface News {
  readonly kinds: Set<NewsKind>;
  /** What was changed, by rules that tell it here. */
  readonly done: Outcome[];
}

/** One message of a run, for all channels that hear the same. */
export interface RunMessage {
  readonly channels: readonly string[];
  readonly kinds: ReadonlySet<NewsKind>;
  readonly message: Message;
}

/** What a run did, by the key of each act. */
type Acts = ReadonlyMap<string, ActDecision>;

/** So many ids stand in the data of a message at most. */
const idsTold = 100;

/**
 * What a run tells, as the policy's `tell` says: what it changed, where a rule's own `tell` comes before the policy's; its new holds; and its
 * failures, where `failing`. Each channel gets one message at most, whatever there is to tell. What nobody is named for is told to nobody.
 */
export function runMessages(report: RunReport, policy: CompiledPolicy, failing: boolean): readonly RunMessage[] {
  const byChannel = new Map<string, News>();
  const hears = (channels: readonly string[] = [], kind: NewsKind, done?: Outcome): void => {
    for (const channel of channels) {
      const news = byChannel.get(channel) ?? { kinds: new Set(), done: [] };
      byChannel.set(channel, news);
      news.kinds.add(kind);
      if (done) news.done.push(done);
    }
  };
  const { tell } = policy;
  const rules = (policy.rules[report.function] ?? []) as readonly { readonly name: string; readonly tell?: readonly string[] }[];
  const tellOfRule = new Map(rules.map(({ name, tell: own }) => [name, own]));
  const acts = actsByKey(report);
  for (const outcome of report.outcomes) {
    if (outcome.outcome !== 'done') continue;
    const channels = tellOfRule.get(outcome.rule) ?? tell['done'] ?? [];
    const isShort = shortageOf(acts.get(outcome.key)) !== undefined;
    hears(isShort ? [...new Set([...channels, ...(tell['failed'] ?? [])])] : channels, 'done', outcome);
  }
  const held = newHolds(report);
  if (held.length > 0) hears(tell['held'], 'held');
  if (held.some(isUrgent)) hears(tell['failed'], 'held');
  if (failing) hears(tell['failed'], 'failed');

  const alike = new Map<string, [channel: string, news: News][]>();
  for (const [channel, news] of byChannel) {
    const key = JSON.stringify([[...news.kinds].sort(), news.done.map((each) => each.key)]);
    alike.set(key, [...(alike.get(key) ?? []), [channel, news]]);
  }
  return [...alike.values()].map((same) => {
    const channels = same.map(([channel]) => channel);
    const news = same[0]?.[1] as News;
    return { channels, kinds: news.kinds, message: messageOf(report, acts, news, held, channels) };
  });
}

/** The holds that were not told before. */
export function newHolds({ decisions, newHolds: fresh }: RunReport): readonly HoldDecision[] {
  const ids = new Set(fresh);
  return decisions.filter((decision): decision is HoldDecision => decision.verdict === 'hold' && ids.has(decision.resource.id));
}

function actsByKey({ decisions }: RunReport): Acts {
  return new Map(decisions.flatMap((decision) => (decision.verdict === 'act' ? [[decision.action.key, decision]] : [])));
}

function messageOf(report: RunReport, acts: Acts, news: News, newlyHeld: readonly HoldDecision[], channels: readonly string[]): Message {
  const { done, kinds } = news;
  const held = kinds.has('held') ? newlyHeld : [];
  const failures = kinds.has('failed') ? failureCount(report) : 0;
  const short = done.flatMap(({ resource, key }) => {
    const because = shortageOf(acts.get(key));
    return because === undefined ? [] : [`${nameOf(resource)}: ${because.text}`];
  });
  const counts = [
    ...(done.length > 0 ? [`${done.length} changed`] : []),
    ...(held.length > 0 ? [`${held.length} held`] : []),
    ...(failures > 0 ? [`${failures} failed`] : []),
  ];
  const lines = [
    ...(failures > 0 ? [failureText(report)] : []),
    ...(held.length > 0
      ? [`Held: ${listed(held.map(({ resource, because }) => `${nameOf(resource)}: ${because[0]?.text ?? 'no reason given'}`))}.`]
      : []),
    ...(short.length > 0 ? [`Short of nodes: ${listed(short)}.`] : []),
    ...(done.length > 0 ? [`Changed: ${listed(done.map((outcome) => doneLine(outcome, acts.get(outcome.key))))}.`] : []),
    ...(held.some(isToldOnce) ? ['A hold is told once; the digest names it while it lasts.'] : []),
    ...(report.functionMode === 'observe' ? ['The function only observes: nothing is done.'] : []),
  ];
  return {
    id: `runs/${report.run}/${channels.join('+')}`,
    timeMs: Date.parse(report.at),
    // What may have been done twice harms nobody where each act sets a value: the next run looks, and goes on from that.
    severity:
      (failures > 0 && !mayHaveWorked(report)) || held.some(isUrgent) || short.length > 0
        ? 'critical'
        : held.length + failures > 0
          ? 'warning'
          : 'info',
    title: `${report.function} on ${report.target}${report.region === undefined ? '' : `, ${report.region}`}: ${counts.join(', ')}`,
    text: lines.join('\n'),
    data: {
      ...{ function: report.function, target: report.target, account: report.account, run: report.run },
      done: done.slice(0, idsTold).map(({ resource }) => resource.id),
      held: held.slice(0, idsTold).map(({ resource, because }) => ({ resource: resource.id, code: because[0]?.code })),
      failed: failures,
    },
  };
}

/** True where nothing failed but writes whose answer was lost; an order is no such write. */
function mayHaveWorked({ errors, outcomes }: RunReport): boolean {
  return (
    errors.length === 0 &&
    outcomes.every(({ outcome, because }) => outcome !== 'failed' && (outcome !== 'unknown' || because?.code === 'call-unknown'))
  );
}

/** False for a hold that names the day: it is told again on the next. */
function isToldOnce({ because }: HoldDecision): boolean {
  return because[0]?.data?.['day'] === undefined;
}

/** Holds by which people find no node, or are kept out, until somebody acts. */
const urgentCodes: ReadonlySet<string> = new Set(['limit-nodes-added', 'lapse-unaverted', 'drain-left']);

function isUrgent({ because }: HoldDecision): boolean {
  return because.some(({ code }) => urgentCodes.has(code));
}

/** Why a group lacks nodes that its schedule wants, whether it is left as it is or raised as far as the limit allows. */
function shortageOf(decision: Decision | undefined): Reason | undefined {
  return decision?.because.find(({ code }) => code === 'limit-nodes-added');
}

function doneLine({ resource, operation }: Outcome, decision: ActDecision | undefined): string {
  const changes = decision?.action.change.map(({ field, from, to }) => `${field} ${plain(from)} → ${plain(to)}`) ?? [];
  return `${nameOf(resource)}: ${changes.join(', ') || operation}`;
}

function plain(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Something that failed in a run: its code, and a line about it. */
interface Failure {
  readonly code: string;
  readonly line: string;
}

/** What failed in a run: what concerns the whole of it first, then each resource by name. */
function failuresOf({ errors, outcomes }: Pick<RunReport, 'errors' | 'outcomes'>): readonly Failure[] {
  return [
    ...errors.map(({ code, message }) => ({ code, line: `${code}: ${message}` })),
    ...outcomes.flatMap(({ outcome, resource, because }) => {
      if (outcome !== 'failed' && outcome !== 'unknown') return [];
      const open = outcome === 'unknown' && because?.code !== 'order-unclear' ? 'it is not known whether it was done: ' : '';
      const said = because?.data?.['error'];
      const code = typeof said === 'string' ? said : (because?.code ?? 'no reason given');
      const text = (because?.text ?? 'no reason given').replace(/\.$/, '');
      const line = `${nameOf(resource)}: ${open}${text}${text.includes(code) ? '' : ` (${code})`}`;
      // What is to be done about an order that is not known hangs on that, not on what the service said.
      return [{ code: outcome === 'unknown' ? (because?.code ?? code) : code, line }];
    }),
  ];
}

/** How many things failed in a run. */
function failureCount(report: Pick<RunReport, 'errors' | 'outcomes'>): number {
  return failuresOf(report).length;
}

/** True where nothing failed but calls that were cut off before they were sent. */
export function isCutOffOnly({ errors, outcomes }: Pick<RunReport, 'errors' | 'outcomes'>): boolean {
  return errors.every(({ code }) => code === 'Aborted') && outcomes.every(({ outcome }) => outcome !== 'failed' && outcome !== 'unknown');
}

/** What failed in a run and what to do about it, for people: resources by name, the code of each failure, one advice for each cause. */
export function failureText(report: Pick<RunReport, 'errors' | 'outcomes'>): string {
  const failures = failuresOf(report);
  const advices = [...new Set(failures.map(({ code }) => adviceFor(code)))];
  return `Failed: ${listed(failures.map(({ line }) => line))}.\nWhat to do: ${advices.join('; ')}.`;
}

/**
 * The name by which the failure of a run is told once within an hour: of the same function, target and kinds of failures. One of another kind
 * is told at once.
 */
export function failureName(report: Pick<RunReport, 'errors' | 'outcomes' | 'function' | 'target' | 'account' | 'at'>): AlertName {
  const { errors, outcomes, function: name, target, account, at } = report;
  const kinds = [...errors.map(({ code }) => code), ...outcomes.map(({ outcome, because }) => `${outcome} ${because?.code}`)];
  const kind = sha256(
    [...new Set(kinds)]
      .filter((each) => !/^(done|already|held|not-sent) /.test(each))
      .sort()
      .join('\n'),
  );
  return {
    account,
    resource: `${name}@${target}`,
    expiresAtMs: undefined,
    step: `failed-${hourOf(Date.parse(at))}-${kind.slice(0, 8)}`,
  };
}

/** So many of a kind are named in a message at most; the others are counted. */
const named = 10;

/** Longest line about one of them, in characters. */
const longest = 300;

/** Lines as one text for people: the first ten, and how many more there are. What came from outside is without secrets, and short. */
export function listed(lines: readonly string[], between = '; '): string {
  // A sentence within another has no full stop; on a line of its own it keeps it.
  const part = (line: string) => (between === '\n' ? line : line.replace(/\.$/, ''));
  const shown = lines.slice(0, named).map((line) => redact(part(line), [], longest));
  const more = lines.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(between);
}

/** A resource as people know it. */
export function nameOf({ id, name }: Pick<ResourceRef, 'id' | 'name'>): string {
  return name === undefined ? id : `${name} (${id})`;
}

/** What became of telling of a run. */
interface ToldRun {
  /** One for each channel that did not deliver. */
  readonly warnings: readonly Reason[];
  /** Ids of resources whose new hold nobody was told of, although somebody was to be: the next run tells them again. */
  readonly untold: readonly string[];
}

/** How a run tells people. Never fails: a dead channel is a warning, and where the journal cannot be used things may be told twice. */
export type TellRun = (report: RunReport, policy: CompiledPolicy, store: Store) => Promise<ToldRun>;

/**
 * Tells on the channels of a policy, all of a run in one message for each. A failure of the same kinds is told once an hour, whoever runs: by
 * the journal, or as far as this process remembers where that cannot be used. What failed only since `stoppedByHand` is not told.
 */
export function tellingBy(notifier: Notifier, memory: HourlyMemory, stoppedByHand?: () => boolean): TellRun {
  return async (report, policy, store) => {
    const nowMs = Date.parse(report.at);
    const isFailure = report.failed && !(stoppedByHand?.() && isCutOffOnly(report));
    const failure = isFailure && (policy.tell['failed'] ?? []).length > 0 ? failureName(report) : undefined;
    const reader = { functionName: report.function, nowMs };
    const mark = failure && (await foreseen(() => runStoring(store, readMark(reader, failure))));
    const failing =
      failure !== undefined &&
      mark?.toldAtMs === undefined &&
      (mark?.place !== undefined || memory.isFirst(`${report.function}/${alertId(failure)}`, nowMs));
    const told = await Promise.all(
      runMessages(report, policy, failing).map(async (each) => {
        const message = each.kinds.has('failed') ? withForged(each.message, mark?.forged) : each.message;
        return { ...each, told: await notifier.send(each.channels, message) };
      }),
    );
    const heard = (kind: 'held' | 'failed') => told.find((each) => each.kinds.has(kind) && each.told.delivered)?.message;
    const failed = heard('failed');
    if (failure && failed && mark?.place !== undefined) {
      const body = { severity: failed.severity, title: failed.title, place: mark.place };
      await foreseen(() => runStoring(store, recordTold(report.function, failure, { owner: report.run, atMs: failed.timeMs }, body)));
    }
    const isLost = told.some(({ kinds }) => kinds.has('held')) && !heard('held');
    return {
      warnings: told.flatMap((each) =>
        each.told.failed.map(({ channel, because }) =>
          reason('channel-dead', `The channel ${channel} did not deliver: ${because}.`, { channel }),
        ),
      ),
      untold: isLost ? newHolds(report).map(({ resource }) => resource.id) : [],
    };
  };
}

/** What some work gave; undefined where it failed in a foreseen way. @throws what is a defect */
async function foreseen<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isExpected(error)) throw error;
    return undefined;
  }
}
