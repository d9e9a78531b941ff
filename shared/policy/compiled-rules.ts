import { type Read, read } from '../schema/compare.ts';
import {
  anyText,
  exactOptional,
  type FieldsFor,
  int,
  jsonList,
  type ObjectSchema,
  object,
  oneOf,
  openObject,
  type Schema,
  text,
} from '../schema/schema.ts';
import { known, recordOf, where } from '../schema/shapes.ts';
import type { CompiledPolicy, CompiledSelector } from './compiled.ts';
import type { Money } from './money.ts';

/** An instant or a length of time, in milliseconds. */
export const time = int();

/** Texts that may be left out. */
export const texts = exactOptional(jsonList(text));

/** The keys that every compiled rule has, to be spread into its fields. */
export const ruleFields = { name: text, targets: texts, tell: texts };

/** An amount. */
export const money: ObjectSchema<Money> = /* @__PURE__ */ object({
  currency: text,
  micros: /* @__PURE__ */ known((value): value is bigint => typeof value === 'bigint'),
});

/** What a rule selects by. One without any key would select everything. */
export const selector = where(
  object({
    all: exactOptional(oneOf(true)),
    ids: texts,
    names: texts,
    tags: exactOptional(recordOf(jsonList(anyText))),
    missingTags: texts,
    charge: exactOptional(jsonList(oneOf('subscription', 'pay-as-you-go'))),
    regions: texts,
    statuses: texts,
    firstSeen: exactOptional(object({ over: exactOptional(time), under: exactOptional(time) })),
    officeNetworks: texts,
    images: texts,
    users: texts,
  } satisfies FieldsFor<CompiledSelector>) as ObjectSchema<CompiledSelector>,
  (value) => Object.keys(value).length > 0,
);

const checked = new WeakMap<object, Read<unknown>>();

/**
 * Where the rules of a function differ from the schema of its compiled rules, or that the policy was altered since, which no schema may show;
 * undefined where neither is so. Looked at once for each list of rules, which every copy of a policy shares.
 */
export function misfit({ rules, altered }: Pick<CompiledPolicy, 'rules' | 'altered'>, name: string, rule: Schema): string | undefined {
  const other = altered && 'altered since it was compiled';
  const list: object | undefined = rules[name];
  if (list === undefined) return other;
  const result = checked.get(list) ?? read(openObject({ rules: openObject({ [name]: jsonList(rule) }) }), { rules });
  checked.set(list, result);
  return result.ok ? other : result.where;
}
