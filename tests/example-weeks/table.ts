import { type Compared, isOrdinary, messageCounts, missedSteps, money, stepsDown } from './verdicts.ts';

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
