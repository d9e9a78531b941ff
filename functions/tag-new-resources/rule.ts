import * as z from 'zod/mini';
import type { RuleModule } from '../../shared/policy/rule-module.ts';
import { ruleKeys } from '../../shared/policy/schema/rule.ts';
import { groupSelector } from '../../shared/policy/schema/selector.ts';
import { parsedText } from '../../shared/policy/schema/text.ts';
import { parsed, refused } from '../../shared/policy/values/parsed.ts';
import { checkTagRule } from './rule-checks.ts';
import { consequential, longestText, type TagRule } from './tag-rule.ts';
import { templateWords, unknownWords } from './template.ts';

const words = templateWords.map((word) => `{${word}}`).join(', ');

const value = parsedText(
  (text) => {
    if (text === '') return refused('is empty; a tag needs a value of 1 to 128 characters');
    if (text.length > longestText) return refused(`has ${text.length} characters; a tag takes at most ${longestText}`);
    const [unknown] = unknownWords(text);
    if (unknown === undefined) return parsed(text);
    return refused(
      unknown === '{' || unknown === '}'
        ? `has a brace by itself; braces are for ${words}`
        : `knows no {${unknown}}; write one of ${words}`,
    );
  },
  {
    title: 'a tag value',
    description: `Text, or a template with ${words}. What cannot be filled in is left out and told.`,
    examples: ['finance', '{date}'],
  },
);

const schema = z.strictObject({
  ...ruleKeys,
  groups: groupSelector,
  set: z.record(z.string(), value).check(
    z.meta({
      title: 'tags by key',
      description: 'Tags to add where the key is missing. A key that is there keeps its value, whatever it is.',
      minProperties: 1,
      examples: [{ department: 'finance' }],
    }),
  ),
  bringsUnder: z.exactOptional(
    z
      .array(z.enum(consequential))
      .check(z.meta({ description: 'Functions that spend or cut under whose rules these tags may bring a group. Default: none.' })),
  ),
});

/** What tag-new-resources adds to the policy language. */
export const ruleModule: RuleModule<TagRule, TagRule> = {
  name: 'tag-new-resources',
  frozen: 'sets no tag',
  schema,
  check: checkTagRule,
};
