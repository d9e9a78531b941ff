/** Source text of modules: comments, imports, the first line. */

/** Where a line of a comment is broken. */
const widest = 118;

/** A comment of JSDoc with these lines, broken where they are too long. */
export function commented(lines: readonly string[]): string {
  const text = lines.flatMap((line) => broken(line.replaceAll('*/', '* /')));
  return text.length === 1 ? `/** ${text[0]} */` : `/**\n${text.map((line) => ` * ${line}`).join('\n')}\n */`;
}

function broken(line: string): string[] {
  const end = line.length <= widest ? -1 : line.lastIndexOf(' ', widest);
  return end < 0 ? [line] : [line.slice(0, end), ...broken(line.slice(end + 1))];
}

/** The name of the file of an operation: `GetOtaTaskByTaskId` is in `get-ota-task-by-task-id`. */
export function fileName(action: string): string {
  return action.replace(/(?<=[a-z\d])(?=[A-Z])/g, '-').toLowerCase();
}

/** The name under which a module exports an operation. */
export function exportName(action: string): string {
  return action.charAt(0).toLowerCase() + action.slice(1);
}

/** Identifiers that modules export, by the path that they are imported from. */
export type Exports = ReadonlyMap<string, readonly string[]>;

/** A module: its first line, the imports that its body needs, and the body. */
export function moduleText(firstLine: string, body: string, exports: Exports): string {
  const used = identifiersOf(body);
  const imports = [...exports].flatMap(([from, names]) => {
    const needed = names.filter((name) => used.has(name));
    return needed.length === 0 ? [] : [`import { ${needed.join(', ')} } from '${from}';`];
  });
  return `${[firstLine, ...imports].join('\n')}\n\n${body}\n`;
}

/** The identifiers of source text; words of comments and of texts are none. */
export function identifiersOf(source: string): ReadonlySet<string> {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/'(?:[^'\\\n]|\\.)*'/g, ' ');
  return new Set(code.match(/[A-Za-z_$][\w$]*/g) ?? []);
}

/** A value as source text. */
export function literal(value: string | number | boolean): string {
  return typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : String(value);
}

/** Plain data as source text. */
export function objectText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(objectText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return literal(value as string | number | boolean);
  return `{ ${Object.entries(value)
    .map(([name, entry]) => `${name}: ${objectText(entry)}`)
    .join(', ')} }`;
}
