import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { hourMs } from '../fixtures/times.ts';
import type { Played } from './automations-week.ts';
import { groupNamed } from './week-story.ts';
import type { Seen } from './week-watch.ts';

/** Groups on which somebody or everything is protected. */
const spared = ['fin-treasury', 'exam-hall', 'board-room', 'sg-trading', 'sales-south'];

/** Minute of the day and whether it is a Saturday or a Sunday, by the clock of UTC+8. */
function localOf(ms: number): { readonly minute: number; readonly restday: boolean } {
  const date = new Date(ms + 8 * hourMs);
  return { minute: date.getUTCHours() * 60 + date.getUTCMinutes(), restday: date.getUTCDay() % 6 === 0 };
}

/** Cuts of people whom the policy wants cut by nobody, or not then: all but sales people between 21:30 and 23:30 on workdays. */
export function wrongCuts({ simulator }: Played, seen: Seen): readonly string[] {
  const wrong = seen.cuts.flatMap(({ group, fromMs, toMs }) => {
    const [from, to] = [localOf(fromMs), localOf(toMs)];
    const right = group.startsWith('sales-') && !from.restday && from.minute >= 21 * 60 + 30 && to.minute <= 23 * 60 + 30;
    return right ? [] : [`${group} between ${new Date(fromMs).toISOString()} and ${new Date(toMs).toISOString()}`];
  });
  for (const account of simulator.world.accounts.values()) {
    const ofGroups = account.groupList.reduce((sum, { statistics }) => sum + statistics.sessionsInterrupted, 0);
    if (account.statistics.sessionsInterrupted > ofGroups) wrong.push(`workstations of ${account.id}`);
    for (const { name, statistics } of account.groupList.filter((group) => spared.includes(group.name))) {
      if (statistics.sessionsInterrupted + statistics.disconnectedEnded > 0) wrong.push(`${name}, which is protected`);
    }
  }
  if (groupNamed(simulator, 'sales-north').sessions.get('board-chen')?.state !== 'connected') wrong.push('board-chen in sales-north');
  return wrong;
}

/** Updates that were started, by ring and start. */
export function startedUpdates({ simulator }: Played): readonly { readonly ring: string | undefined; readonly startMs: number }[] {
  return [...simulator.world.accounts.values()].flatMap((account) =>
    [...account.otaTasks].flatMap(([id, tasks]) =>
      tasks.map(({ startMs }) => ({ ring: account.groups.get(id)?.tags.get('ota-ring')?.value, startMs })),
    ),
  );
}

/** Updates that began outside the window of their ring. */
export function updatesOutsideWindows(week: Played): readonly string[] {
  return startedUpdates(week).flatMap(({ ring, startMs }) => {
    const { minute, restday } = localOf(startMs);
    const [from, until] =
      ring === 'canary' ? [12 * 60 + 30, 13 * 60 + 30] : ring === 'early' ? [21 * 60 + 30, 23 * 60 + 30] : [2 * 60, 5 * 60];
    const right = restday === (ring === undefined) && minute >= (from as number) && minute < (until as number);
    return right ? [] : [`${ring ?? 'everyone'} at ${new Date(startMs).toISOString()}`];
  });
}

/** Groups that keep new users out, but the one that a person drained. */
export function leftDrained(_week: Played, { drained }: Seen): readonly string[] {
  return [...drained].filter((name) => name !== 'sales-kiosk');
}

/** Orders beyond the first for one expiry of a resource. */
export function orderedTwice({ bill }: Played): readonly string[] {
  const moves = bill.executed.map(({ resource, expiresMs }) => `${resource} ${new Date(expiresMs).toISOString()}`);
  return moves.filter((move, index) => moves.indexOf(move) !== index);
}

/** Calls of the function that only observes. */
export function writesOfObservers({ simulator }: Played): readonly string[] {
  const count = simulator.ledger.count('ModifyAppInstanceGroupAttribute', 'received');
  return count === 0 ? [] : [`${count} calls of ModifyAppInstanceGroupAttribute`];
}

/** All that must not be, whatever the service turns out to be like; each by its name. */
export async function wrongs(week: Played, seen: Seen): Promise<Readonly<Record<string, readonly string[]>>> {
  const all = {
    'people were cut who should not': wrongCuts(week, seen),
    'updates began outside their windows': updatesOutsideWindows(week),
    'groups were left drained': leftDrained(week, seen),
    'groups were below their need': seen.short,
    'tags were overwritten': week.overwritten.map(({ resource, key }) => `${key} of ${resource}`),
    'a function that observes made writing calls': writesOfObservers(week),
    'an expiry was ordered for twice': orderedTwice(week),
    'holds were told again, or not told': week.mistold,
    'the journal is broken': (await verifyJournal(week.store)).problems.map((problem) => JSON.stringify(problem)),
  };
  return Object.fromEntries(Object.entries(all).filter(([, found]) => found.length > 0));
}
