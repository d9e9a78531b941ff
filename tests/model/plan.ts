import { allFaults, type Configuration, type Fault } from './configuration.ts';

/** What the two families of worlds have besides their faults. */
const families = [
  { name: 'one resource', more: {} },
  // The budget holds one order, so that an order too many shows as one over budget.
  { name: 'scarce budget', more: { resources: 2, limit: 1 } },
] as const;

/** No fault, and each fault alone and met again. */
export function singles(): readonly Configuration[] {
  return families.flatMap((family) => [
    { name: `${family.name}, no fault`, faults: {}, ...family.more },
    ...allFaults.map((fault) => ({ name: `${family.name}, ${fault} twice`, faults: { [fault]: 2 }, peopleAtOnce: 2, ...family.more })),
  ]);
}

/** Each pair of different faults, those first that have the most states, so that no worker is left with a long one at the end. */
export function pairs(): readonly Configuration[] {
  const pairsOfFaults = allFaults.flatMap((a, index) => allFaults.slice(index + 1).map((b): readonly [Fault, Fault] => [a, b]));
  pairsOfFaults.sort((one, other) => weight(other) - weight(one));
  return families.flatMap(({ name, more }) =>
    pairsOfFaults.map(([a, b]) => ({ name: `${name}, ${a} + ${b}`, faults: { [a]: 1, [b]: 1 }, ...more })),
  );
}

const heavy: Partial<Readonly<Record<Fault, number>>> = { duplicate: 5, resolve: 5, late: 3, 'late-put': 3, skew: 2, 'lost-create': 2 };

function weight([a, b]: readonly [Fault, Fault]): number {
  return (heavy[a] ?? 1) * (heavy[b] ?? 1);
}

/** Everything at once, with at most so many faults in one story: clocks apart, and time for a change of month and for a person after it. */
export function together(atMost: number): Configuration {
  const faults = Object.fromEntries(allFaults.map((fault) => [fault, Math.max(1, atMost)]));
  const minutes = [-75, -60, -45, -15, 0, 15, 75];
  return {
    name: `all together, at most ${atMost} in one story`,
    faults,
    atMost,
    skews: [0, -1, 1],
    minutes,
    resources: 2,
    limit: 1,
    peopleAtOnce: 2,
  };
}
