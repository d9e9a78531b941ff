import type { Fault } from '../../simulator/faults.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { DeliveryGroupEntity } from '../../simulator/world/delivery-group.ts';
import { shanghai } from '../fixtures/shanghai.ts';
import type { HandMove, Restart } from './automations-week.ts';

/** The group of a name, whichever account it is in. */
export const groupNamed = ({ world }: Simulator, name: string): DeliveryGroupEntity => {
  const found = [...world.accounts.values()].flatMap(({ groupList }) => groupList).find((group) => group.name === name);
  if (!found) throw new Error(`there is no group ${name}`);
  return found;
};
const workstationNamed = ({ world }: Simulator, name: string) => {
  const found = [...world.accounts.values()].flatMap(({ workstations }) => [...workstations.values()]).find((each) => each.name === name);
  if (!found) throw new Error(`there is no workstation ${name}`);
  return found;
};

type Strike = Omit<Extract<Fault, { kind: 'fail' }>, 'kind' | 'action' | 'skip'> & {
  readonly kind: Fault['kind'];
  readonly execute?: boolean;
};

/** Faults on the calls of an operation, each so many calls after the one before. */
const strikes = (action: string, apart: number, ...kinds: readonly (Fault['kind'] | Strike)[]): readonly Fault[] =>
  kinds.map((kind, index) => ({ ...(typeof kind === 'string' ? { kind } : kind), action, skip: (index + 1) * apart - 1 }) as Fault);

/** Forty calls that go wrong. */
export const faults: readonly Fault[] = [
  ...strikes(
    'ListAppInstanceGroup',
    40,
    'throttle',
    'fail',
    'drop',
    'html',
    'cut-body',
    'malformed',
    'empty',
    'stale',
    'deny',
    'lose-answer',
    {
      kind: 'fail',
      httpStatus: 503,
      times: 6,
    },
  ),
  ...strikes('GetAppInstanceGroup', 13, 'throttle', 'malformed', 'stale', 'deny', 'drop'),
  ...strikes('ModifyNodePoolAttribute', 7, 'throttle', 'lose-answer', 'drop', { kind: 'html', execute: true }, 'fail', 'deny', 'cut-body'),
  ...strikes('ListAppInstances', 17, 'throttle', 'deny', 'cut-body'),
  ...strikes('ListWuyingServer', 50, 'stale', 'drop', 'malformed', 'deny'),
  ...strikes('StartWuyingServer', 2, 'lose-answer', 'drop'),
  ...strikes('StopWuyingServer', 2, 'lose-answer', 'deny'),
  ...strikes('ListOtaTask', 6, 'deny'),
  ...strikes('ApproveOtaTask', 1, 'lose-answer'),
  ...strikes('LogOffAllSessionsInAppInstanceGroup', 2, 'lose-answer'),
  ...strikes('TagCloudResources', 1, 'lose-answer'),
  ...strikes('GetResourcePrice', 20, 'deny'),
  ...strikes('RenewAppInstanceGroup', 1, 'lose-answer'),
];

/** Four processes that end while they write. */
export const restarts: readonly Restart[] = [
  { prefix: 'renewals/', nth: 2, fromMs: shanghai('2026-11-25 12:00') },
  { prefix: 'written/scale-on-schedule/', nth: 2, fromMs: shanghai('2026-11-26 05:00') },
  { prefix: 'written/power-workstations/', nth: 2, fromMs: shanghai('2026-11-27 09:00') },
  { prefix: 'written/tag-new-resources/', nth: 2, fromMs: shanghai('2026-11-27 12:00') },
];

/** Names of what people change by hand, through the service or not, in these plays. */
export const touchedByPeople: ReadonlySet<string> = new Set([
  ...['artist-pan', 'artist-spare', 'fin-budget', 'sg-core', 'sales-south', 'sales-kiosk'],
  ...['fin-quarter', 'pilot', 'hr-portal', 'fin-reports', 'service-overflow'],
]);

/** What people do by hand meanwhile. */
export const people: readonly HandMove[] = [
  // An artist works into the night.
  {
    atMs: shanghai('2026-11-26 22:00'),
    move: (simulator) => {
      workstationNamed(simulator, 'artist-pan').sessions = [{ user: 'pan.xin', startedMs: shanghai('2026-11-26 22:00') }];
    },
  },
  {
    atMs: shanghai('2026-11-27 03:00'),
    move: (simulator) => {
      workstationNamed(simulator, 'artist-pan').sessions = [];
    },
  },
  // Another comes in on Saturday morning, before the hours of the schedule.
  { atMs: shanghai('2026-11-28 09:00'), move: (simulator) => workstationNamed(simulator, 'artist-spare').start() },
  // A protected user works on among the sales people, and the owner of a group wants nobody cut there.
  {
    atMs: shanghai('2026-11-25 20:00'),
    move: (simulator) => {
      const group = groupNamed(simulator, 'sales-north');
      group.users.add('board-chen');
      group.connect('board-chen', simulator.world.clock.nowMs);
    },
  },
  { atMs: shanghai('2026-11-25 12:00'), move: (simulator) => groupNamed(simulator, 'sales-south').setTag('keep-until', '2026-12-05') },
  // Every evening somebody stays too long.
  ...['25', '26', '27', '30'].flatMap((date) =>
    ['sales-crm', 'sales-south'].map((name) => ({
      atMs: shanghai(`2026-11-${date} 20:50`),
      move: (simulator: Simulator) => {
        const group = groupNamed(simulator, name);
        group.users.add('late-owl');
        group.connect('late-owl', simulator.world.clock.nowMs);
      },
    })),
  ),
  // Two tags are taken off by hand.
  { atMs: shanghai('2026-11-26 10:00'), move: (simulator) => void groupNamed(simulator, 'fin-budget').tags.delete('department') },
  { atMs: shanghai('2026-11-27 11:00'), move: (simulator) => void groupNamed(simulator, 'sg-core').tags.delete('owner') },
];
