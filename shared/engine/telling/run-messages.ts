import type { Message } from '../../notify/message.ts';
import type { ActDecision, Decision, HoldDecision, Json, Reason } from '../../planning/decision.ts';
import type { CompiledPolicy } from '../../policy/compiled.ts';
import type { TellKind } from '../../policy/document.ts';
import type { Outcome } from '../outcome.ts';
import type { RunReport } from '../report.ts';
import { failureCount, failureText } from './failure.ts';
import { listed, nameOf } from './listed.ts';

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
