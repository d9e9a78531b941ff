import { weekdayText } from '../../shared/planning/local-time.ts';
import { formatDuration } from '../../shared/policy/values/duration.ts';
import type { Mark, Row, Section } from './digest-page.ts';
import type { DigestFacts, DoneLine, ExpiryLine, HeldLine, TargetFacts, WouldLine } from './facts/digest-facts.ts';
import { heartbeatGap } from './facts/heartbeats.ts';
import { counted, lengthText, nameOf } from './words.ts';

/** Puts the target before a name where a digest tells of more than one. */
export function placed(facts: DigestFacts, target: string, name: string): string {
  return facts.targets.length > 1 ? `${target} · ${name}` : name;
}

/** Functions that are to run and of which no run is recorded in the last days: nobody knows what they hold or would do. */
export function neverRan(facts: DigestFacts): { readonly functions: readonly string[]; readonly all: boolean } {
  const watched = facts.targets.flatMap(({ life }) => life);
  const never = watched.filter(({ lastRunMs }) => lastRunMs === undefined);
  return {
    functions: [...new Set(never.map(({ functionName }) => functionName))],
    all: never.length > 0 && never.length === watched.length,
  };
}

/** Changes that would be made and are named one by one. */
const wouldNamed = 200;

/** What was changed, what failed, and what functions that only observe would do. */
export function doneSection(facts: DigestFacts): Section {
  const totals: Record<string, number> = {};
  for (const { done } of facts.targets) {
    for (const counts of Object.values(done.counts)) {
      for (const [outcome, count] of Object.entries(counts)) totals[outcome] = (totals[outcome] ?? 0) + count;
    }
  }
  const parts = Object.entries(totals).map(([outcome, count]) => `${count} ${outcomeWords[outcome] ?? outcome}`);
  const errors = facts.targets.flatMap(({ name, done }) =>
    done.errors.map(({ functionName, code, message, times }): Row => {
      const often = times === 1 ? '' : ` (${times} times)`;
      return { mark: 'bad', name: placed(facts, name, functionName), text: `the run failed${often}: ${code}: ${message}` };
    }),
  );
  const lines = facts.targets.flatMap(({ name, done }) => done.lines.map((line) => doneRow(facts, name, line)));
  const would = facts.targets.flatMap(({ name, would: all }) => all.map((line) => wouldRow(facts, name, line)));
  const done = [...errors, ...lines.filter(({ mark }) => mark !== 'good'), ...lines.filter(({ mark }) => mark === 'good')];
  const observed = would.length === 0 ? '' : ` ${would.length} more would be, by functions that only observe.`;
  return {
    title: 'Done',
    count: (totals['done'] ?? 0) + (totals['already'] ?? 0),
    lead: `${parts.length > 0 ? `${parts.join(', ')}.` : neverRan(facts).all ? 'No run is recorded.' : 'Nothing was changed.'}${observed}`,
    rows: [...done, ...would.slice(0, wouldNamed)],
    more: facts.targets.reduce((sum, { done }) => sum + done.more, Math.max(0, would.length - wouldNamed)),
  };
}

const outcomeWords: Readonly<Record<string, string>> = {
  done: 'done',
  already: 'as wanted already',
  held: 'held at the last moment',
  'not-sent': 'left for the next run',
  failed: 'failed',
  unknown: 'of unknown outcome',
};

function doneRow(facts: DigestFacts, target: string, line: DoneLine): Row {
  const { outcome, because, functionName, text, atMs, resource } = line;
  const mark: Mark = outcome === 'done' || outcome === 'already' ? 'good' : outcome === 'failed' || outcome === 'unknown' ? 'bad' : 'warn';
  const words = mark === 'good' ? '' : ` ${outcomeWords[outcome] ?? outcome}${because === undefined ? '' : `: ${because}`}`;
  return {
    mark,
    name: placed(facts, target, nameOf(resource)),
    text: `${text}${words === '' ? '' : ` —${words}`} (${functionName})`,
    aside: weekdayText(atMs, facts.zone),
  };
}

function wouldRow(facts: DigestFacts, target: string, { functionName, resource, text, atMs }: WouldLine): Row {
  const planned = `planned ${weekdayText(atMs, facts.zone)}`;
  return { mark: 'plain', name: placed(facts, target, nameOf(resource)), text: `would be: ${text} (${functionName})`, aside: planned };
}

/** What is held, the oldest first. */
export function heldSection(facts: DigestFacts): Section {
  const held = facts.targets.flatMap(({ name, held: lines }) => lines.map((line) => ({ target: name, line })));
  held.sort((a, b) => a.line.sinceMs - b.line.sinceMs);
  const byFunction = new Map<string, number>();
  for (const { line } of held) byFunction.set(line.functionName, (byFunction.get(line.functionName) ?? 0) + 1);
  const counts = [...byFunction].map(([name, count]) => `${count} by ${name}`).join(', ');
  const { functions: never, all } = neverRan(facts);
  const known = held.length === 0 ? 'Nothing is held.' : `${counts}. A hold lasts until what holds it is put right.`;
  return {
    title: 'Held',
    count: held.length,
    lead: all
      ? 'Not known: no run is recorded.'
      : `${known}${never.length === 0 ? '' : ` Not known of ${never.join(', ')}, which never ran.`}`,
    rows: held.map(({ target, line }) => heldRow(facts, target, line)),
    more: 0,
  };
}

function heldRow(facts: DigestFacts, target: string, { resource, functionName, rule, text, code, sinceMs, orBefore }: HeldLine): Row {
  const since = `since ${weekdayText(sinceMs, facts.zone)}${orBefore ? ' or before' : ''} (${lengthText(facts.nowMs - sinceMs)})`;
  const by = rule === null ? functionName : `${functionName}, ${rule}`;
  return { mark: 'warn', name: placed(facts, target, nameOf(resource)), text: `${text} [${code}] (${by})`, aside: since };
}

/** What people changed since our last write and that stands. */
export function driftSection(facts: DigestFacts): Section {
  const changes = facts.targets.flatMap(({ name, fleet }) => (fleet?.changes ?? []).map((change) => ({ target: name, change })));
  changes.sort((a, b) => a.change.sinceMs - b.change.sinceMs);
  const more = facts.targets.reduce((sum, { fleet }) => sum + (fleet?.changesMore ?? 0), 0);
  return {
    title: 'Drift',
    count: changes.length + more,
    lead: changes.length === 0 ? 'No change of a person stands against the policy.' : 'Changed by somebody else, and left so for now:',
    rows: changes.map(({ target, change }) => ({
      mark: 'warn',
      name: placed(facts, target, nameOf(change)),
      text: `${change.setting} is ${change.value} (${change.function})`,
      aside: `seen ${weekdayText(change.sinceMs, facts.zone)}`,
    })),
    more,
  };
}

/** Functions that do not run, or did not for a while. */
export function silentSection(facts: DigestFacts): Section {
  const rows = facts.targets.flatMap((target) => target.life.flatMap((life) => silentRows(facts, target, life)));
  const watched = facts.targets.reduce((sum, { life }) => sum + life.length, 0);
  const silent = rows.filter(({ mark }) => mark === 'bad').length;
  return {
    title: 'Silent',
    count: silent,
    ...{ lead: silentLead(watched, silent, rows.length, neverRan(facts).functions.length), rows, more: 0 },
  };
}

/** `watched`: functions that are to run; `silent`: of them, those that do not run now; `rows`: those and the gaps that have ended; `never`: those without a run. */
function silentLead(watched: number, silent: number, rows: number, never: number): string {
  if (watched === 0) return 'No function has rules.';
  if (silent > 0) return 'These do not run as they should:';
  if (never > 0) return 'These have not run yet:';
  return rows > 0 ? 'All functions run now, but not all did the whole time:' : 'All functions run as they should.';
}

function silentRows(facts: DigestFacts, target: TargetFacts, life: TargetFacts['life'][number]): readonly Row[] {
  const name = placed(facts, target.name, life.functionName);
  const every = `expected every ${formatDuration(life.intervalMs)}${life.intervalBy === 'assumed' ? ', which is assumed' : ''}`;
  const gap = heartbeatGap(life, facts.nowMs);
  const gaps = life.gaps.map(({ fromMs, untilMs }): Row => {
    const text = `did not run from ${weekdayText(fromMs, facts.zone)} to ${weekdayText(untilMs, facts.zone)} (${every})`;
    return { mark: 'warn', name, text, aside: lengthText(untilMs - fromMs) };
  });
  if (gap === undefined && life.lastRunMs === undefined) return [{ mark: 'warn', name, text: `has not run yet (${every})` }];
  if (gap === undefined) return gaps;
  const what = gap.failing ? 'had no run without failure' : 'did not run';
  const since = gap.sinceMs === undefined ? 'in the last days' : `since ${weekdayText(gap.sinceMs, facts.zone)}`;
  const aside = gap.sinceMs === undefined ? {} : { aside: lengthText(facts.nowMs - gap.sinceMs) };
  return [{ mark: 'bad', name, text: `${what} ${since} (${every})`, ...aside }, ...gaps];
}

/** Ends of subscriptions in the next 30 days, the nearest first. */
export function expiringSection(facts: DigestFacts): Section {
  const lines = facts.targets.flatMap(({ name, expiring }) => expiring.map((line) => ({ target: name, line })));
  lines.sort((a, b) => a.line.expiresAtMs - b.line.expiresAtMs);
  const unknown = facts.targets.flatMap(({ name, fleet }) =>
    (fleet?.expiryUnknown ?? []).map(
      (resource): Row => ({
        mark: 'bad',
        name: placed(facts, name, nameOf(resource)),
        text: 'its expiry cannot be read; look it up in the console',
      }),
    ),
  );
  const more = facts.targets.reduce((sum, { fleet }) => sum + (fleet?.expiringMore ?? 0), 0);
  const alone = lines.filter(({ target, line }) => line.plan !== 'renew' || isHeld(facts, target, line)).length;
  const count = lines.length + more;
  return {
    title: 'Expiring in 30 days',
    count,
    lead:
      count === 0
        ? 'No subscription ends in the next 30 days.'
        : `${counted(count, 'subscription')}; ${alone} of those named will not be renewed as things stand.`,
    rows: [...unknown, ...lines.map(({ target, line }) => expiryRow(facts, target, line))],
    more,
  };
}

const plans: Readonly<Record<ExpiryLine['plan'], { readonly mark: Mark; readonly text: string }>> = {
  renew: { mark: 'plain', text: 'is to be renewed' },
  lapse: { mark: 'warn', text: 'lapses, as the policy wants' },
  'not-covered': { mark: 'bad', text: 'no rule covers it: nobody renews it unless you do' },
  unknown: { mark: 'bad', text: 'whether a rule covers it cannot be told' },
};

/** What is held beside is an order that does not take effect. */
const orderedPlan = { mark: 'plain', text: 'is ordered, not in effect yet' } as const;
const heldPlan = { mark: 'warn', text: 'is held, so not renewed as things stand' } as const;

/** True where a rule renews it and something forbids that: a refusal, or whatever it is held for. */
function isHeld({ targets }: DigestFacts, target: string, { id, plan, answer }: ExpiryLine): boolean {
  if (plan !== 'renew') return false;
  const held = targets.find(({ name }) => name === target)?.held ?? [];
  return (
    answer?.state === 'refused' || held.some(({ functionName, resource }) => functionName === 'renew-before-expiry' && resource.id === id)
  );
}

function expiryRow(facts: DigestFacts, target: string, line: ExpiryLine): Row {
  const { plan, rule, told, answer, expiresAtMs, ...resource } = line;
  const isOrdered = facts.spending.orders.some(
    (order) => order.resource === line.id && order.target === target && order.state === 'ordered',
  );
  const { mark, text } = isHeld(facts, target, line) ? heldPlan : isOrdered ? orderedPlan : plans[plan];
  const parts = [
    `${text}${rule === undefined ? '' : ` (rule ${rule})`}`,
    ...(answer === undefined ? [] : [answer.words]),
    ...(told.length === 0 ? [] : [`people were told at ${told.join(', ')}`]),
  ];
  return {
    mark,
    name: placed(facts, target, nameOf(resource)),
    text: parts.join('; '),
    aside: `${weekdayText(expiresAtMs, facts.zone)} (${lengthText(expiresAtMs - facts.nowMs)})`,
  };
}

/** What no rule covers, subscriptions first. */
export function notCoveredSection(facts: DigestFacts): Section {
  const count = facts.targets.reduce((sum, { fleet }) => sum + (fleet?.notCovered.count ?? 0), 0);
  const named = facts.targets.flatMap(({ name, fleet }) => (fleet?.notCovered.first ?? []).map((resource) => ({ name, resource })));
  named.sort((a, b) => Number(b.resource.subscription) - Number(a.resource.subscription));
  const alone = new Map<string, number>();
  for (const { fleet } of facts.targets) {
    for (const [name, left] of Object.entries(fleet?.leftAlone ?? {})) alone.set(name, (alone.get(name) ?? 0) + left);
  }
  const byFunction = [...alone].map(([name, left]) => `${name} ${left}`).join(', ');
  return {
    title: 'Not covered',
    count,
    lead: `${count === 0 ? 'Every resource is covered by some rule.' : `${counted(count, 'resource')} that no rule of any function covers.`}${
      byFunction === '' ? '' : ` Left alone by function: ${byFunction}.`
    }`,
    rows: named.map(({ name, resource }) => ({
      mark: resource.subscription ? 'warn' : 'plain',
      name: placed(facts, name, nameOf(resource)),
      text: `${resource.kind.replace('-', ' ')}${resource.subscription ? ', a subscription' : ''} (${resource.id})`,
    })),
    more: count - named.length,
  };
}

/** Exceptions that end soon, or have ended since the last digest. */
export function exceptionsSection(facts: DigestFacts): Section {
  const { exceptions, zone, nowMs } = facts;
  return {
    title: 'Exceptions ending',
    count: exceptions.length,
    lead:
      exceptions.length === 0
        ? 'No exception ends within a week.'
        : `${counted(exceptions.length, 'exception')} ended or ending within a week.`,
    rows: exceptions.map(({ because, untilMs, ended, targets, keepAtLeastPercent, never }) => {
      const effects = [
        ...(keepAtLeastPercent === undefined ? [] : [`at least ${keepAtLeastPercent}%`]),
        ...never.map((word) => `never ${word}`),
      ];
      return {
        mark: ended ? 'plain' : 'warn',
        name: because,
        text: `${effects.join(', ') || 'no effect'} on ${targets.join(', ')}`,
        aside: `${ended ? 'ended' : 'ends'} ${weekdayText(untilMs, zone)}${ended ? '' : ` (${lengthText(untilMs - nowMs)})`}`,
      };
    }),
    more: 0,
  };
}

/** The head that covers the journal, and what is wrong with what it and earlier ones cover. */
export function headsSection(facts: DigestFacts): Section {
  const { head, fresh = 0, left = 0, problems = [], comparedWithMs } = facts.heads ?? {};
  const compared =
    comparedWithMs === undefined ? 'no head was told before' : `the head told ${weekdayText(comparedWithMs, facts.zone)} is still there`;
  const state = problems.length === 0 ? `Nothing was found changed or removed; ${compared}` : counted(problems.length, 'problem');
  const waiting = left === 0 ? '' : ` ${counted(left, 'record')} more wait for the next head.`;
  return {
    title: 'Journal head',
    lead: `${state}.${waiting}`,
    rows: [
      ...problems.map(({ key, text }): Row => ({ mark: 'bad', name: key, text })),
      ...(head === undefined
        ? []
        : [
            {
              mark: 'plain',
              name: `head ${head.sequence}`,
              text: `covers ${counted(head.total, 'record')}, ${fresh} of them new`,
              aside: head.hash,
            } satisfies Row,
          ]),
    ],
    more: 0,
  };
}
