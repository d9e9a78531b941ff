import type { DigestFacts, ExpiryLine } from '../../shared/engine/digests/digest-facts.ts';
import { weekdayText } from '../../shared/planning/local-time.ts';
import type { Mark, Row, Section } from './digest-page.ts';
import { placed } from './run-sections.ts';
import { counted, lengthText, nameOf } from './words.ts';

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
