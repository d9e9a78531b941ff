import fc from 'fast-check';
import { type Fleet, fleet, versions } from './generated-fleet.ts';
import { type Policies, policies } from './generated-policy.ts';
import { haltedVersion } from './generated-rules.ts';
import { type Moment, moment, sometimes } from './moment.ts';
import { type Oddities, oddities } from './odd-answers.ts';
import { type Fault, hash32 } from './product.ts';

/** What somebody does by hand. */
export type HandMove =
  | { readonly kind: 'scale'; readonly group: number; readonly nodes: number }
  | { readonly kind: 'timeout'; readonly group: number; readonly minutes: number }
  | { readonly kind: 'tag'; readonly group: number; readonly key: string; readonly value: string | undefined }
  | { readonly kind: 'power'; readonly workstation: number }
  | { readonly kind: 'offer'; readonly group: number; readonly version: string }
  | { readonly kind: 'renew'; readonly group: number; readonly days: number }
  | { readonly kind: 'remove'; readonly group: number }
  /** Approves what is on offer, to start so many minutes later. */
  | { readonly kind: 'approve'; readonly group: number; readonly minutes: number };

/** A run of every function in `apply`, before the one that is looked at. */
export interface EarlierRun {
  readonly minutesBefore: number;
  /** What goes wrong in it. */
  readonly faults: readonly Fault[];
  /** What people do after it. */
  readonly moves: readonly HandMove[];
}

/** What happens in a story of the corpus. */
export interface Story {
  readonly moment: Moment;
  /** Earlier runs go by the former one. */
  readonly policies: Policies;
  readonly home: Fleet;
  readonly away: Fleet;
  /** What people did before anything ran. */
  readonly atFirst: readonly HandMove[];
  readonly earlier: readonly EarlierRun[];
  readonly oddities: Oddities;
  /** Whether answers are odd in earlier runs too. */
  readonly oddBefore: boolean;
  /** What goes wrong in the run that is looked at. */
  readonly faults: readonly Fault[];
  readonly halted: string | undefined;
  /** What an approver says about each question of an earlier run. */
  readonly answer: 'approve' | 'approve-less' | 'approve-until-past' | 'refuse' | undefined;
  /** Days for which the policy is compiled. */
  readonly horizonDays: number;
  readonly assumptions: Readonly<Record<string, string | number>>;
  /** True: the journal is not shared, and orders need that it is. */
  readonly needsSharedStore: boolean;
  /** Whether an event began the runs of the functions that hear events. */
  readonly byEvent: boolean;
}

const always = { times: 'always' } as const;
const refused = (...actions: readonly string[]): readonly Fault[] => actions.map((action) => ({ kind: 'deny', action, ...always }));

/** Reads that are refused all the time: what they would show stays unknown. */
const faultsNow = fc.constantFrom<readonly Fault[]>(
  ...[refused('ListAppInstances'), refused('ListPersistentAppInstances'), refused('GetResourcePrice'), refused('GetResourceRenewPrice')],
  ...[refused('ListOtaTask'), refused('GetAppInstanceGroup'), refused('ListWuyingServer'), refused('ListAppInstanceGroup')],
  ...[
    refused('ListAppInstances', 'GetResourceRenewPrice'),
    refused('GetCallerIdentity'),
    refused('ListAuthorizedUserGroups', 'GetAppInstanceGroup'),
  ],
);

/** Writes that are refused, or whose answers are lost, in an earlier run. */
const faultsBefore = fc.constantFrom<readonly Fault[]>(
  refused('ModifyNodePoolAttribute', 'UnbindAppInstance', 'LogOffAllSessionsInAppInstanceGroup'),
  refused('TagCloudResources', 'ModifyAppInstanceGroupAttribute', 'ApproveOtaTask', 'RenewAppInstanceGroup'),
  [{ kind: 'lose-answer', action: '*', access: 'write', ...always }],
  [{ kind: 'lose-answer', action: 'RenewAppInstanceGroup', ...always }],
  [{ kind: 'drop', action: '*', access: 'write', ...always }],
  [{ kind: 'lose-answer', action: 'RenewWuyingServer', ...always }],
);

const place = fc.nat(7);
const approval = fc.record({ kind: fc.constant('approve' as const), group: place, minutes: fc.constantFrom(0, 0, 0, 2, 30, 2_000) });
const offer = fc.record({ kind: fc.constant('offer' as const), group: place, version: fc.constantFrom(...versions) });
const move: fc.Arbitrary<HandMove> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('scale' as const), group: place, nodes: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('timeout' as const), group: place, minutes: fc.constantFrom(15, 45, 60) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('tag' as const),
      group: place,
      key: fc.constantFrom(
        'owner',
        'department',
        'ota-ring',
        'cost-center',
        'first-seen',
        'System/Scheduler/STOP_NEW_USER_CONNECTION',
        'streamwarden:drain-until',
      ),
      value: fc.constantFrom(undefined, undefined, undefined, 'fin'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('power' as const), workstation: fc.nat(4) }) },
  { weight: 1, arbitrary: offer },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('renew' as const), group: place, days: fc.constantFrom(30, 31, 7, -3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), group: place }) },
  { weight: 2, arbitrary: approval },
);

/** What happens to the first groups before anything runs: updates are approved, and others come on offer. */
const firstMove: fc.Arbitrary<HandMove> = fc
  .record({ move: fc.oneof({ weight: 3, arbitrary: approval }, { weight: 1, arbitrary: offer }), group: fc.nat(3) })
  .map(({ move: each, group }) => ({ ...each, group }));

const gaps = [3, 8, 20, 45, 130, 700, 1_440, 4_320, 11_520];

const earlierRun: fc.Arbitrary<EarlierRun> = fc.record({
  minutesBefore: fc.constantFrom(...gaps),
  faults: sometimes(25, faultsBefore).map((faults) => faults ?? []),
  moves: fc.array(move, { maxLength: 4, size: 'max' }),
});

const earlierRuns = fc
  .oneof(
    { weight: 5, arbitrary: fc.constant<EarlierRun[]>([]) },
    { weight: 3, arbitrary: fc.tuple(earlierRun) },
    { weight: 2, arbitrary: fc.tuple(earlierRun, earlierRun) },
  )
  .map((runs) => [...runs].sort((a, b) => b.minutesBefore - a.minutesBefore));

/** Switches of the simulator that differ from their defaults. */
const assumptions = fc.constantFrom<Readonly<Record<string, string | number>>>(
  ...[{}, {}, {}, {}, {}, {}, {}],
  ...[{ orderDeliveryMinutes: 45 }, { lateReads: '7m' }, { lateReads: '7m' }, { emptyLists: 'absent' }, { workstationStartMinutes: 10 }],
  ...[{ payAsYouGoNodeAmount: 'absent' }, { nodeAmountShows: 'present' }, { chargeTypeSpelling: 'Prepaid' }, { nodeBootMinutes: 20 }],
);

const noOddities: Oddities = { groups: {}, pools: {}, workstations: {}, sessions: undefined, updates: undefined, total: undefined };

/** A story; every third is calm: little is odd in it and nothing goes wrong, so that functions act. */
const story: fc.Arbitrary<Story> = fc.tuple(moment, fc.constantFrom(true, false, false)).chain(([now, calm]) =>
  fc.record({
    moment: fc.constant(now),
    policies: policies(now, calm),
    home: fleet(now, calm),
    away: fleet(now, calm),
    atFirst: fc.array(firstMove, { maxLength: 5, size: 'max' }),
    earlier: earlierRuns,
    oddities: calm ? fc.constant(noOddities) : oddities,
    oddBefore: fc.boolean(),
    faults: sometimes(calm ? 0 : 22, faultsNow).map((faults) => faults ?? []),
    halted: haltedVersion,
    answer: fc.constantFrom(
      'approve' as const,
      'approve' as const,
      'approve-less' as const,
      'approve-until-past' as const,
      'refuse' as const,
      undefined,
    ),
    horizonDays: fc.constantFrom(...Array.from({ length: 24 }, () => 40), 1),
    assumptions,
    needsSharedStore: fc.constantFrom(...Array.from({ length: 11 }, () => false), true),
    byEvent: fc.constantFrom(false, false, false, false, false, false, true),
  }),
);

/** The story of a number under a seed: always the same. */
export function storyOf(seed: number, index: number): Story {
  const [drawn] = fc.sample(fc.noBias(story), { seed: hash32(`${seed} story ${index}`) | 0, numRuns: 1 });
  return drawn as Story;
}
