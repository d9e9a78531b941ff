/** What a schema says of itself in its metadata; error texts are made of it. */
export interface SchemaWords {
  readonly title?: string;
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
  /** Whatever stands here wrongly may be a secret and is never shown. */
  readonly confidential?: boolean;
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  array: 'a list, such as [one, two]',
  object: 'keys with values, such as {key: value}',
  record: 'keys with values, such as {key: value}',
};

/** What to write, in words: title and an example where the schema has them. */
export function sampleOf(words: SchemaWords, expected = 'string'): string {
  const example = words.examples?.[0];
  const shown =
    typeof example === 'object' ? flow(example) : typeof example === 'string' && /^\d+$/.test(example) ? `"${example}"` : example;
  if (words.title === undefined) return example === undefined ? (kinds[expected] ?? 'a value') : String(shown);
  return example === undefined ? words.title : `${words.title} such as ${shown}`;
}

/** Writes plain data as YAML in one line. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (value === null || typeof value !== 'object') return String(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `${key}: ${flow(inner)}`)
    .join(', ')}}`;
}

/**
 * Says why a value of another YAML type stands where `expected` is wanted, naming the trap that the writer probably fell into.
 * `written` is a number, boolean or null as it stands in the file.
 */
export function mismatchText(expected: string, value: unknown, written: string | undefined, words: SchemaWords): string {
  const sample = sampleOf(words, expected);
  if (value === null) return `has no value; write ${sample}`;
  if (words.confidential) return `must be a reference; write ${sample}`;
  if (Array.isArray(value)) return `a list stands here; write ${sample}`;
  if (typeof value === 'object') return `keys with values stand here; write ${sample}`;
  const text = written ?? String(value);
  if (expected === 'string') return insteadOfText(value, text, words, sample);
  if (expected === 'union') return `this is not ${words.title ?? 'right'}; write ${sample}`;
  if (expected === 'boolean') return insteadOfBoolean(value, text);
  if (expected === 'number' || expected === 'int') return insteadOfNumber(value, text, sample);
  if (expected === 'array') return `a single value stands here; write a list, even for one: [${shown(text)}]`;
  return `${typeof value === 'string' ? 'text stands' : 'a single value stands'} here; write ${words.title === undefined ? (kinds[expected] ?? sample) : `the keys of ${sample}`}`;
}

function insteadOfText(value: unknown, text: string, words: SchemaWords, sample: string): string {
  if (typeof value === 'boolean') {
    if (!fits(text, words)) return `${text} is a boolean; write ${sample}`;
    return `${text} without quotes is a boolean, not text; write "${text}" if that is meant`;
  }
  if (typeof value !== 'number') return `this is not ${words.title ?? 'text'}; write ${sample}`;
  if (/^[-+]?\d+(:[0-5]?\d)+$/.test(text))
    return `${text} without quotes was read as the number ${value} (YAML 1.1 counts it in sixties); write "${text}"`;
  if (!fits(text, words)) {
    const unit = typeof words.examples?.[0] === 'string' && /^\d+ ?[a-zA-Z%]/.test(words.examples[0]);
    return unit ? `${text} has no unit; write ${sample}` : `${text} is a number; write ${sample}`;
  }
  const changed = String(value) === text ? '' : ` and became ${value}`;
  return `${text} without quotes is a number${changed}, not text; write "${text}"`;
}

function insteadOfBoolean(value: unknown, text: string): string {
  const meant = /^(on|yes|y|true)$/i.test(text) ? 'true' : /^(off|no|n|false)$/i.test(text) ? 'false' : undefined;
  if (meant === text) return `"${text}" is text because of its quotes; write ${text} without them`;
  if (meant !== undefined) return `${text} is plain text in YAML 1.2, not a boolean; write ${meant}`;
  return `${typeof value === 'string' ? `"${shown(text)}"` : shown(text)} is not a boolean; write true or false`;
}

function insteadOfNumber(value: unknown, text: string, sample: string): string {
  if (typeof value === 'string' && /^\d+$/.test(text)) return `"${text}" is text because of its quotes; write ${text} without them`;
  if (typeof value === 'number') return `${text} is not a whole number; write ${sample}`;
  return `${typeof value === 'string' ? `"${shown(text)}"` : shown(text)} is not a number; write ${sample}`;
}

function fits(text: string, words: SchemaWords): boolean {
  return words.pattern === undefined || new RegExp(words.pattern, 'u').test(text);
}

function shown(text: string): string {
  return text.length > 40 ? '…' : text;
}
