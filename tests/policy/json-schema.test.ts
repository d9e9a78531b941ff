import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ruleModules } from '../../cli/registry.ts';
import { policyJsonSchema, policyJsonSchemaText } from '../../shared/policy/json-schema.ts';

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly patternProperties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly type?: string;
  readonly required?: readonly string[];
}

const schema = policyJsonSchema(ruleModules) as Node;

function* nodesOf(node: Node, path = ''): Generator<[string, Node]> {
  yield [path, node];
  for (const [key, inner] of Object.entries({ ...node.properties, ...node.patternProperties })) yield* nodesOf(inner, `${path}/${key}`);
  if (typeof node.additionalProperties === 'object') yield* nodesOf(node.additionalProperties, `${path}/*`);
  if (node.items) yield* nodesOf(node.items, `${path}[]`);
  for (const option of node.anyOf ?? []) yield* nodesOf(option, path);
}

/** A small judge of the words that the schema uses; what it does not know fails, so that it stays honest. */
function accepts(node: Node, value: unknown): boolean {
  if (node.anyOf) return node.anyOf.some((option) => accepts(option, value));
  if (node.enum && !node.enum.includes(value)) return false;
  if ('const' in node && node.const !== value) return false;
  switch (node.type) {
    case 'string':
      return typeof value === 'string' && (node.pattern === undefined || new RegExp(node.pattern, 'u').test(value));
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return Array.isArray(value) && value.every((item) => accepts(node.items ?? {}, item));
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value) && acceptsKeys(node, value as Record<string, unknown>);
    case undefined:
      return true;
    default:
      throw new Error(`The schema has the type ${node.type}, which this judge does not know.`);
  }
}

function acceptsKeys(node: Node, value: Readonly<Record<string, unknown>>): boolean {
  if (!(node.required ?? []).every((key) => key in value)) return false;
  return Object.entries(value).every(([key, inner]) => {
    const own =
      node.properties?.[key] ?? Object.entries(node.patternProperties ?? {}).find(([pattern]) => new RegExp(pattern, 'u').test(key))?.[1];
    if (own) return accepts(own, inner);
    if (typeof node.additionalProperties === 'object') return accepts(node.additionalProperties, inner);
    return node.additionalProperties !== false;
  });
}

test('policy.schema.json is what the schemas give today', () => {
  const kept = readFileSync(new URL('../../policy.schema.json', import.meta.url), 'utf8');
  expect(kept, 'Run: npm run --silent streamwarden schema > policy.schema.json').toBe(policyJsonSchemaText(ruleModules));
});

test('every key that the language fixes has a description', () => {
  const silent = [...nodesOf(schema)].flatMap(([path, node]) =>
    Object.entries(node.properties ?? {}).flatMap(([key, inner]) => (inner.description ? [] : [`${path}/${key}`])),
  );
  expect(silent).toEqual([]);
});

test('every object is closed, except those of functions that are not available yet', () => {
  const open = [...nodesOf(schema)]
    .filter(([, node]) => node.type === 'object' && node.additionalProperties === undefined)
    .map(([path]) => path);
  const later = Object.keys(schema.properties?.rules?.properties ?? {}).filter(
    (name) => !ruleModules.some((module) => module.name === name),
  );
  expect(open.every((path) => later.some((name) => path === `/rules/${name}[]`))).toBe(true);
});

test('the example policy is valid, and mistakes in it are not', () => {
  const example = parse(readFileSync(new URL('../../policy.example.yaml', import.meta.url), 'utf8')) as Record<string, never>;
  expect(accepts(schema, example)).toBe(true);
  const broken: readonly Record<string, unknown>[] = [
    { ...example, version: 2 },
    { ...example, colour: 1 },
    { ...example, store: 'file:/x' },
    { ...example, schedules: { office: { workday: { '8-9': '40%' } } } },
    { ...example, schedules: { office: { workday: { '08:00-09:00': '400%' } } } },
    { ...example, channels: { ops: { kind: 'webhook', url: 'https://hook.example/x' } } },
    { ...example, targets: { cn: { account: 1, endpoint: 'cn-shanghai' } } },
    { ...example, limits: { shareOfRulePerRun: 30 } },
  ];
  for (const policy of broken) expect(accepts(schema, policy)).toBe(false);
});
