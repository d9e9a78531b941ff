import * as z from 'zod/mini';
import type { AnyRuleModule } from './rule-module.ts';
import { policySchema } from './schema/policy.ts';

/** A JSON Schema as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const wordsOfOurs = ['confidential'];

/**
 * The JSON Schema (draft 2020-12) of the policy file for editors, made from the schemas that the loader uses: keys, words, patterns and
 * descriptions. Looser than the loader where JSON Schema cannot say more: names, dates that exist, and what spans several keys.
 */
export function policyJsonSchema(ruleModules: readonly AnyRuleModule[]): JsonSchema {
  const schema = z.toJSONSchema(policySchema(ruleModules), {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      for (const word of wordsOfOurs) delete jsonSchema[word];
      // Keys that YAML writes as text are all the key schema there is; it would only repeat `type: string`.
      if (jsonSchema.propertyNames?.constructor === Object && Object.keys(jsonSchema.propertyNames).join() === 'type')
        delete jsonSchema.propertyNames;
    },
  });
  return { $schema: schema.$schema, title: schema.title, description: 'Policy of Streamwarden.', ...schema };
}

/** The JSON Schema as the text of `policy.schema.json`: two spaces, one line end at the end. */
export function policyJsonSchemaText(ruleModules: readonly AnyRuleModule[]): string {
  return `${JSON.stringify(policyJsonSchema(ruleModules), null, 2)}\n`;
}
