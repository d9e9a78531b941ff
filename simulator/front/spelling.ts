import type { Assumptions } from '../assumptions.ts';

/** The switches that change how an answer is spelled, not what it says. */
export type Spelling = Pick<Assumptions, 'emptyLists' | 'statusCase' | 'chargeTypeSpelling' | 'successCodes'>;

/** Fields whose values are states. */
const states: ReadonlySet<string> = new Set([
  'Status',
  'ResourceStatus',
  'ResourceSessionStatus',
  'SessionStatus',
  'TaskDisplayStatus',
  'StrategyType',
]);

/** How answers are spelled under the given switches; the very same answer where all are as documented. */
export function spellingOf(spelling: Spelling): <T extends Readonly<Record<string, unknown>>>(answer: T) => T {
  const { emptyLists, statusCase, chargeTypeSpelling, successCodes } = spelling;
  const usual = emptyLists === 'shown' && statusCase === 'upper' && chargeTypeSpelling === 'PrePaid' && successCodes === 'documented';
  if (usual) return (answer) => answer;

  const spelled = (name: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((entry) => spelled('', entry));
    if (typeof value === 'object' && value !== null) return fieldsOf(value as Readonly<Record<string, unknown>>);
    if (typeof value !== 'string') return value;
    if (statusCase === 'lower' && states.has(name)) return value.toLowerCase();
    if (chargeTypeSpelling === 'Prepaid' && name === 'ChargeType') return value.replace('Paid', 'paid');
    return value;
  };
  const fieldsOf = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(fields)
        .filter(([, value]) => emptyLists === 'shown' || !Array.isArray(value) || value.length > 0)
        .map(([name, value]) => [name, spelled(name, value)]),
    );
  return <T extends Readonly<Record<string, unknown>>>(answer: T): T => {
    const whole = fieldsOf(answer);
    const { Code } = answer;
    if (typeof Code === 'string' && successCodes !== 'documented') whole.Code = successCodes === 'zero' ? '0' : Code.toUpperCase();
    return whole as T;
  };
}
