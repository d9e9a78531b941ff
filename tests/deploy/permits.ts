import type { PolicyDocument, Statement } from '../../cli/ram/policy-document.ts';

/** What a request says besides action and resource, such as the prefix of a list. */
type Circumstances = Readonly<Record<string, string>>;

/**
 * Whether a RAM policy permits a request, read by the rules that RAM publishes: nothing is permitted unless a statement permits it, and a
 * statement that forbids outweighs all others. Of the conditions only `StringLike` is known here; another one is an error of the test.
 */
export function permits(
  { Statement: statements }: PolicyDocument,
  action: string,
  resource: string,
  circumstances: Circumstances = {},
): boolean {
  const matching = statements.filter((statement) => covers(statement, action, resource, circumstances));
  return matching.some(({ Effect }) => Effect === 'Allow') && !matching.some(({ Effect }) => Effect === 'Deny');
}

function covers({ Action, Resource, Condition = {} }: Statement, action: string, resource: string, circumstances: Circumstances): boolean {
  const { StringLike = {}, ...others } = Condition;
  if (Object.keys(others).length > 0) throw new Error(`unknown conditions: ${Object.keys(others).join(', ')}`);
  return (
    Action.some((pattern) => isLike(pattern.toLowerCase(), action.toLowerCase())) &&
    Resource.some((pattern) => isLike(pattern, resource)) &&
    Object.entries(StringLike).every(([key, patterns]) => patterns.some((pattern) => isLike(pattern, circumstances[key] ?? '')))
  );
}

/** `*` stands for anything, slashes and colons included; `?` for one character. */
function isLike(pattern: string, text: string): boolean {
  const quoted = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${quoted}$`, 's').test(text);
}
