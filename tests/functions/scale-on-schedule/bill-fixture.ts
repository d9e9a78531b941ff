import { scaleOnSchedule } from '../../../functions/scale-on-schedule/automation.ts';
import { ruleModule } from '../../../functions/scale-on-schedule/rule.ts';
import { hourlyAmount } from '../../../simulator/world/price.ts';
import { liveFunction, policyText } from '../../e2e/live-function.ts';
import { hourMs } from '../../fixtures/times.ts';

const region = 'cn-hangzhou';
const instanceType = 'appstreaming.general.4c8g';
const strategy = { schedule: { '1-5': { '08:00-21:00': 3 } }, enable: '2026-11-01', disable: '2027-10-30' };
/** One group with three nodes on workdays from 08:00 to 21:00. */
export const groups = [{ id: 'g', name: 'office', region, pool: { instanceType, strategy } }];
/** Millionths of a yuan for a node for an hour. */
const pricePerHour = Number(hourlyAmount(instanceType, region)) * 100;

/** What is otherwise than in the group's own week. */
export interface Special {
  readonly holidays?: readonly string[];
  readonly workdays?: readonly string[];
  readonly exceptions?: readonly string[];
  readonly peak?: number;
  readonly hours?: string;
  /** More keys of the rule. */
  readonly rule?: string;
  readonly limits?: string;
  /** What the rule is for. */
  readonly rulesFor?: string;
  readonly isProtected?: boolean;
}

/** A policy for that group. */
export function textOf({
  holidays = [],
  workdays = [],
  exceptions = [],
  peak = 3,
  hours = '08:00-21:00: 100%',
  rule = '',
  limits = '{}',
  rulesFor = 'all',
  isProtected = false,
}: Special): string {
  const sections = [
    `limits: ${limits}`,
    ...(isProtected ? ['protect: {groups: all}'] : []),
    `calendars: {own: {holidays: [${holidays.join(', ')}], workdays: [${workdays.join(', ')}]}}`,
    ...(exceptions.length > 0 ? [`exceptions: [${exceptions.join(', ')}]`] : []),
  ];
  return policyText(
    {
      'scale-on-schedule': [
        `{name: office, groups: ${rulesFor}, schedule: office, peak: {tag: peak-nodes, otherwise: ${peak}, atMost: 9}, warmUp: false${rule}}`,
      ],
    },
    { sections: sections.join('\n') },
  )
    .replace('everyday: {08:00-20:00: 2 nodes}', `workday: {${hours}}`)
    .replace('regions: [cn-hangzhou]', 'regions: [cn-hangzhou], calendar: own');
}

/** A bill, and what was said to become of it. */
export interface Bill {
  /** What the nodes of the days cost, in millionths. */
  readonly micros: number;
  /** What the first change under each of the policies was said to cost on single days of the 30 that followed, in millionths. */
  readonly once: number;
  /** What all changes were said to cost that lasts: each begins where the one before ended. */
  readonly lasting: number;
}

/** So many days with a run each half an hour, under one policy after the other; without a policy nobody runs. */
export async function days(count: number, policies: ReadonlyMap<number, string>): Promise<Bill> {
  let once = 0;
  let lasting = 0;
  let isFirst = true;
  let live = await liveFunction(scaleOnSchedule, [ruleModule], { groups }, policies.get(0) ?? textOf({}));
  const { simulator, close } = live;
  try {
    for (let halfHour = 0; halfHour < count * 48; halfHour++) {
      const text = policies.get(halfHour / 48);
      if (text !== undefined && halfHour > 0) {
        live = await live.under(text);
        isFirst = true;
      }
      if (policies.size > 0) {
        const { decisions, outcomes } = await live.run();
        const [decision] = decisions;
        if (decision?.verdict === 'act' && outcomes[0]?.outcome === 'done') {
          if (isFirst) once += Number(decision.action.once?.amount.micros ?? 0n);
          lasting += Number(decision.action.cost?.amount.micros ?? 0n);
          isFirst = false;
        }
      }
      simulator.advance(hourMs / 2);
    }
    simulator.world.settleStatistics();
    const [group] = simulator.world.account('1000000000000001').groupList;
    return { micros: ((group?.statistics.payAsYouGoNodeMs ?? 0) / hourMs) * pricePerHour, once, lasting };
  } finally {
    await close();
  }
}

let untouched: Promise<Bill> | undefined;

/** What the policies made of the bill of two weeks. */
export async function comparedWithBill(policies: ReadonlyMap<number, string>): Promise<Bill> {
  untouched ??= days(14, new Map());
  const bill = await days(14, policies);
  return { ...bill, micros: Math.round(bill.micros - (await untouched).micros) };
}
