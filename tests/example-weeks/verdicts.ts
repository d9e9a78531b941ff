import { dayMs } from '../fixtures/times.ts';
import { china, singapore } from './demo.ts';
import type { Figures, Step, ToldMessage } from './figures.ts';

/** What the policy came to in a period, with its limits and without, and what capacity exactly by its schedules came to. */
export interface Compared {
  readonly policy: Figures;
  readonly unlimited: Figures;
  readonly exact: Figures;
}

/** Messages of a channel on a day beside the digest, at most. */
const messagesPerDay = 2;
/** How far the cost with limits may be from that without, as a part of it. */
const costShare = 1000n;

const beijingMs = dayMs / 3;

const dateOf = (ms: number): string => new Date(ms + beijingMs).toISOString().slice(0, 10);
const clockOf = (ms: number): string => new Date(ms + beijingMs).toISOString().slice(0, 16).replace('T', ' ');

/** Each thing that must not be, in a line; empty where all is well. `extraordinary`: days in which an exception or a freeze of the policy lies. */
export function violations({ policy, unlimited, exact }: Compared, extraordinary: (date: string) => boolean): readonly string[] {
  const away = Object.entries(policy.turnedAway).filter(([group, count]) => count > (exact.turnedAway[group] ?? 0));
  const late = missedSteps(policy, unlimited);
  return [
    ...away.map(([group, count]) => `${group} turned ${count} attempts away, and with exact capacity ${exact.turnedAway[group] ?? 0}`),
    ...policy.withoutNodes.map(({ group, atMs }) => `${group} had no node at ${clockOf(atMs)}, and its schedule wanted some`),
    ...policy.lapsed.map(({ group, atMs }) => `the weekly schedule of ${group} had ended at ${clockOf(atMs)}`),
    ...tooMany(policy.messages, extraordinary),
    ...late.map(({ group, atMs, from, to }) => `${group} did not step from ${from} to ${to} at ${clockOf(atMs)}, as it did without limits`),
    ...Object.keys(unlimited.cost).flatMap((currency) => costDiffers(currency, policy, unlimited)),
    ...policy.errors,
  ];
}

/** Steps down without limits that cut nobody, and that had not happened with limits by the same look. */
export function missedSteps(policy: Figures, unlimited: Figures): readonly Step[] {
  return stepsDown(unlimited).filter(({ group, atMs, to }) => levelAt(policy, group, atMs) > to);
}

/** Steps down for which nobody has to go. */
export function stepsDown({ steps }: Figures): readonly Step[] {
  return steps.filter(({ from, to, used }) => to < from && used <= to);
}

function levelAt({ steps, levels }: Figures, group: string, atMs: number): number {
  return steps.findLast((step) => step.group === group && step.atMs <= atMs)?.to ?? levels[group] ?? 0;
}

function costDiffers(currency: string, { cost }: Figures, unlimited: Figures): readonly string[] {
  const [limited, free] = [BigInt(cost[currency] ?? '0'), BigInt(unlimited.cost[currency] ?? '0')];
  const apart = limited > free ? limited - free : free - limited;
  return apart * costShare > free ? [`it cost ${money(limited)} ${currency}, and ${money(free)} without limits`] : [];
}

/** An amount in ten-thousandths as text with two decimals. */
function money(amount: bigint): string {
  return (Number((amount + 50n) / 100n) / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** How many messages each channel got on each day beside digests, most first: day, channel, count. */
export function messageCounts(messages: readonly ToldMessage[]): readonly (readonly [day: string, channel: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const { atMs, channel, id } of messages) {
    if (id.startsWith('digests/')) continue;
    const key = `${dateOf(atMs)} ${channel}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => [key.slice(0, 10), key.slice(11), count] as const).sort(([, , a], [, , b]) => b - a);
}

/** True for a day without holiday, exception, freeze or alarm of an expiry. */
export function isOrdinary(date: string, messages: readonly ToldMessage[], extraordinary: (date: string) => boolean): boolean {
  const holiday = [china, singapore].some(({ restdays }) => restdays.includes(date));
  const alarm = messages.some(({ id, atMs }) => /^alerts\/\d{16}\/[^/]+\/\d+\//.test(id) && dateOf(atMs) === date);
  return !holiday && !alarm && !extraordinary(date);
}

function tooMany(messages: readonly ToldMessage[], extraordinary: (date: string) => boolean): readonly string[] {
  return messageCounts(messages)
    .filter(([date, , count]) => count > messagesPerDay && isOrdinary(date, messages, extraordinary))
    .map(([date, channel, count]) => {
      const titles = messages.filter((each) => each.channel === channel && dateOf(each.atMs) === date).map(({ title }) => title);
      return `${channel} got ${count} messages on ${date}: ${titles.join('; ')}`;
    });
}

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((total, count) => total + count, 0);

/** What a period came to, in lines for people. `extraordinary`: days in which an exception or a freeze of the policy lies. */
export function rowOf({ policy, unlimited, exact }: Compared, extraordinary: (date: string) => boolean): string {
  const groups = [...new Set([...Object.keys(policy.turnedAway), ...Object.keys(exact.turnedAway)])].sort();
  const byGroup = groups.map((group) => `${group} ${policy.turnedAway[group] ?? 0}/${exact.turnedAway[group] ?? 0}`).join(', ');
  const counts = messageCounts(policy.messages);
  const ordinary = counts.filter(([date]) => isOrdinary(date, policy.messages, extraordinary));
  const most = (list: typeof counts): string => (list[0] ? `${list[0][2]} (${list[0][1]}, ${list[0][0]})` : 'none');
  const cost = Object.keys(policy.cost)
    .map((currency) => {
      const [limited, free] = [policy, unlimited].map((figures) => BigInt(figures.cost[currency] ?? '0'));
      return `${money(limited ?? 0n)} ${currency} with limits, ${money(free ?? 0n)} without`;
    })
    .join('; ');
  return [
    `turned away, policy/exact capacity: ${sum(policy.turnedAway)}/${sum(exact.turnedAway)} (${byGroup})`,
    `visits given up: ${sum(policy.visitsLost)}/${sum(exact.visitsLost)}`,
    `groups without nodes that their schedules want, in looks of five minutes: ${policy.withoutNodes.length}; schedules lapsed: ${policy.lapsed.length}`,
    `most messages of a channel on an ordinary day beside digests: ${most(ordinary)}; on any day: ${most(counts)}`,
    `steps down without sessions: ${stepsDown(unlimited).length} without limits, ${missedSteps(policy, unlimited).length} of them later or never with limits`,
    `cost: ${cost}`,
    `runs: ${policy.runs}; held by limits: ${policy.limited.map(({ code, resource }) => `${resource} (${code})`).join(', ') || 'nothing'}`,
  ].join('\n');
}
