import fc from 'fast-check';
import { isRecord } from '../fixtures/json.ts';

/** A parameter of the definition, or a field of one, as the file has it. */
export interface Fact {
  readonly name: string;
  readonly type: string;
  readonly required?: boolean;
  readonly encoding?: string;
  readonly enum?: readonly (string | number)[];
  readonly open?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly also?: readonly number[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly unit?: string;
  readonly items?: Fact;
  readonly fields?: readonly Fact[];
}

/** Where this program asks for more than the definition. */
export interface Stricter {
  /** Text inside JSON may be empty; elsewhere none may, since an empty parameter travels as an absent one. */
  readonly emptyText: boolean;
  /** Inside JSON. */
  readonly json: boolean;
}

/** A value of a field, and whether it may stand there. */
export interface Trial {
  readonly what: string;
  readonly value: unknown;
  readonly allowed: boolean;
}

const isInstant = /^\d{4}(-\d\d){2}T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
const isFlat = ({ encoding }: Fact): boolean => encoding === 'flat';

/** Whether the definition lets a value stand in a field, told from the file alone. */
function allows(fact: Fact, value: unknown, stricter: Stricter): boolean {
  switch (fact.type) {
    case 'string':
      return typeof value === 'string' && allowsText(fact, value, stricter);
    case 'integer':
    case 'long':
      return typeof value === 'number' && Number.isSafeInteger(value) && allowsNumber(fact, value);
    case 'float':
      return typeof value === 'number' && Number.isFinite(value);
    case 'boolean':
      return value === true || value === false;
    case 'array':
      return (
        Array.isArray(value) && allowsSize(fact, value.length) && [...value].every((entry) => allows(fact.items as Fact, entry, stricter))
      );
    default:
      return isRecord(value) && allowsFields(fact.fields ?? [], value, stricter);
  }
}

function allowsText(fact: Fact, value: string, { emptyText, json }: Stricter): boolean {
  if (fact.enum && !fact.open) return fact.enum.includes(value);
  if (fact.format === 'iso8601') return isInstant.test(value);
  if (fact.pattern !== undefined) return new RegExp(fact.pattern).test(value);
  if (fact.unit === 'percent') return String(Number(value)) === value && Number(value) >= 0 && Number(value) <= 100 && !value.includes('.');
  const least = fact.minLength ?? (emptyText && json && !fact.enum ? 0 : 1);
  return value.length >= least && value.length <= (fact.maxLength ?? Number.POSITIVE_INFINITY);
}

function allowsNumber({ enum: values, also, min, max }: Fact, value: number): boolean {
  if (values) return values.includes(value);
  if (also?.includes(value)) return true;
  return value >= (min ?? Number.NEGATIVE_INFINITY) && value <= (max ?? Number.POSITIVE_INFINITY);
}

/** A flat list has an entry, since an empty one travels as no parameter at all. */
function allowsSize(fact: Fact, size: number): boolean {
  return size >= Math.max(fact.minItems ?? 0, isFlat(fact) ? 1 : 0) && size <= (fact.maxItems ?? Number.POSITIVE_INFINITY);
}

/** Whether an object may have these members: all that are required, and none that nobody knows. */
export function allowsFields(fields: readonly Fact[], value: Readonly<Record<string, unknown>>, stricter: Stricter): boolean {
  return (
    Object.keys(value).every((name) => fields.some((fact) => fact.name === name)) &&
    fields.every((fact) => {
      const member = value[fact.name];
      const inside = { ...stricter, json: stricter.json || fact.encoding === 'json' };
      return member === undefined ? !fact.required : allows(fact, member, inside);
    })
  );
}

/** One value of a field with all of its fields, optional ones too. */
export function sample(fact: Fact): unknown {
  if (fact.enum) return fact.enum[0];
  switch (fact.type) {
    case 'string':
      if (fact.format === 'HH:mm') return '08:30';
      if (fact.format === 'yyyy-MM-dd') return '2026-11-25';
      if (fact.format === 'iso8601') return '2026-11-25T08:30:00+08:00';
      return fact.unit === 'percent' ? '85' : 'a'.repeat(fact.minLength ?? 1);
    case 'boolean':
      return true;
    case 'array':
      return [sample(fact.items as Fact)];
    case 'object':
      return Object.fromEntries((fact.fields ?? []).map((field) => [field.name, sample(field)]));
    default:
      return fact.min ?? 1;
  }
}

/** Values at the limits of a field: each value of a set, the bounds and what lies just outside of them, other types. */
export function trials(fact: Fact, stricter: Stricter): readonly Trial[] {
  const values: [what: string, value: unknown][] = [
    ...(fact.enum ?? []).map((value): [string, unknown] => [`the value ${value}`, value]),
    ...(['null', 'a number', 'a fraction', 'empty text', 'other text', 'a flag', 'an empty list', 'an empty object'] as const).map(
      (what, index): [string, unknown] => [what, [null, 7, 0.5, '', 'no such value', false, [], {}][index]],
    ),
    ...[fact.min, fact.max, ...(fact.also ?? [])].flatMap((bound): [string, unknown][] =>
      bound === undefined
        ? []
        : [-1, 0, 1].flatMap((step) => [
            [`${bound + step}`, bound + step],
            [`${bound + step} as text`, `${bound + step}`],
          ]),
    ),
    ...[fact.minLength, fact.maxLength].flatMap((size): [string, unknown][] =>
      size === undefined ? [] : [-1, 0, 1].map((step) => [`${size + step} characters`, 'a'.repeat(Math.max(0, size + step))]),
    ),
    ...(fact.items ? [fact.minItems ?? 1, fact.maxItems ?? 3] : []).flatMap((size): [string, unknown][] =>
      [-1, 0, 1].map((step) => [
        `${size + step} entries`,
        Array.from({ length: Math.max(0, size + step) }, () => sample(fact.items as Fact)),
      ]),
    ),
    ...(fact.fields ? [['a member that nobody knows', { ...(sample(fact) as object), NoSuchField: 1 }] as [string, unknown]] : []),
    ...(fact.format === 'iso8601' ? ['2026-11-25T08:30Z', '2026-11-25T08:30:00', '2026-11-25'] : []).map((text): [string, unknown] => [
      text,
      text,
    ]),
  ];
  return values.map(([what, value]) => ({ what, value, allowed: allows(fact, value, stricter) }));
}

/** Values that the definition allows here and there, and forbids elsewhere. */
function near(fact: Fact, stricter: Stricter): fc.Arbitrary<unknown> {
  const edge = fc.constantFrom(sample(fact), ...trials(fact, stricter).map(({ value }) => value));
  if (fact.fields) return fc.oneof({ weight: 9, arbitrary: nearFields(fact.fields, stricter) }, { weight: 1, arbitrary: edge });
  if (!fact.items)
    return fc.oneof({ weight: 19, arbitrary: edge.filter((value) => allows(fact, value, stricter)) }, { weight: 1, arbitrary: edge });
  const size = { minLength: 1, maxLength: Math.min(fact.maxItems ?? 3, 3) };
  return fc.oneof({ weight: 9, arbitrary: fc.array(near(fact.items, stricter), size) }, { weight: 1, arbitrary: edge });
}

/** Objects with some of their optional fields, and now and then without a required one. */
export function nearFields(fields: readonly Fact[], stricter: Stricter): fc.Arbitrary<Record<string, unknown>> {
  const members = fields.map((fact) => {
    const value = near(fact, { ...stricter, json: stricter.json || fact.encoding === 'json' });
    const absent = fc.constant(undefined);
    return [fact.name, fc.oneof({ weight: fact.required ? 99 : 1, arbitrary: value }, { weight: 1, arbitrary: absent })] as const;
  });
  return fc.record(Object.fromEntries(members), { noNullPrototype: true });
}
