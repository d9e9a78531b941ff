import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AnyOperation, Param } from '../../shared/client/operation.ts';
import { operations } from '../../shared/client/operations/index.ts';
import { type Described, describeAnswer, describeInput, mayBeLeftOut } from './schema-reading.ts';

interface Field {
  name: string;
  type: string;
  required?: boolean;
  in?: 'query' | 'body';
  encoding?: string;
  secret?: boolean;
  enum?: (string | number)[];
  open?: boolean;
  min?: number;
  max?: number;
  also?: number[];
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  format?: string;
  items?: Field;
  fields?: Field[];
}

interface Fact {
  name: string;
  group: string;
  access: string;
  ram?: { action: string; level?: string; contested?: boolean };
  paging?: Record<string, unknown>;
  combinations?: { fields: string[]; values: unknown[][] };
  params: Field[];
  response: Field;
}

const url = new URL('../../api/appstream-center-2021-09-01.json', import.meta.url);
const facts: Fact[] = JSON.parse(readFileSync(url, 'utf8')).operations;

/** Optional on paper, demanded by this program; the overlay gives the reasons. */
const insisted: ReadonlySet<string> = new Set([
  'CreateImageByInstance.InstanceId',
  'CreateImageByInstance.InstanceType',
  'StartTaskForDistributeImage.DestinationRegionList',
  'DeleteImage.ImageId',
  'ModifyNodePoolAttribute.PoolId',
  'ModifyTenantConfig.AppInstanceGroupExpireRemind',
  'StartWuyingServer.WuyingServerIdList',
  'StopWuyingServer.WuyingServerIdList',
  'RestartWuyingServer.WuyingServerIdList',
  'ModifyWuyingServerAttribute.WuyingServerId',
  'UpdateWuyingServerImage.WuyingServerId',
  'UpdateWuyingServerImage.ImageId',
  'UpdateWuyingServerImage.ProductType',
  'RenewWuyingServer.WuyingServerId',
  'RenewWuyingServer.Period',
  'RenewWuyingServer.PeriodUnit',
  'RenewWuyingServer.AutoPay',
]);

/** Differences of value, by kind, with the reason. */
const stricter = {
  minLength:
    'text has at least one character, since an empty parameter travels as an absent one; JSON of browser groups may hold empty text',
  minItems: 'a flat list has at least one entry, since an empty one travels as no parameter: no filter at all',
  instant: 'a time needs its offset: without one the zone would be a guess',
  percent: 'a percentage in text, 0 to 100, cannot carry numeric bounds and is a pattern here',
};

/** Fields of answers that are read beyond the definition. */
const readToo: Readonly<Record<string, string>> = {
  'UntagCloudResources.FailedResources.Tags.Value': 'shares the tag of TagCloudResources; it is absent in fact',
};

function expectInput(schema: Described, fact: Field, path: string, flat: boolean): void {
  const type = fact.type === 'long' ? 'integer' : fact.type;
  expect(schema.type, path).toBe(type);
  expect([...(schema.enum ?? [])].sort(), path).toEqual([...(fact.enum ?? [])].sort());
  expect(schema.open ?? false, `${path} open`).toBe(fact.open ?? false);
  expect(schema.maxItems, path).toBe(fact.maxItems);
  expect(schema.minItems, `${path}: ${stricter.minItems}`).toBe(flat && type === 'array' ? Math.max(1, fact.minItems ?? 1) : fact.minItems);
  expect(schema.maxLength, path).toBe(fact.maxLength);
  expect(schema.also, path).toEqual(fact.also);
  if (type === 'string') expectText(schema, fact, path);
  else expect([schema.min, schema.max], path).toEqual([fact.min, fact.max]);
  if (fact.items) expectInput(schema.items as Described, fact.items, `${path}[]`, false);
  if (fact.fields) {
    expect(Object.keys(schema.fields ?? {}).sort(), path).toEqual(fact.fields.map(({ name }) => name).sort());
    for (const inner of fact.fields) {
      const read = schema.fields?.[inner.name];
      expect(read?.required, `${path}.${inner.name} required`).toBe(inner.required ?? false);
      expectInput(read as Described, inner, `${path}.${inner.name}`, false);
    }
  }
}

function expectText(schema: Described, fact: Field, path: string): void {
  if (schema.pattern === undefined) {
    expect(fact.pattern, path).toBeUndefined();
    const least = fact.minLength ?? (fact.enum && !fact.open ? undefined : 1);
    const mayBeEmpty = path.startsWith('ModifyBrowserInstanceGroup.') && schema.minLength === undefined;
    if (!mayBeEmpty) expect(schema.minLength, `${path}: ${stricter.minLength}`).toBe(least);
    return;
  }
  const pattern = new RegExp(schema.pattern);
  const samples: Readonly<Record<string, readonly [good: string[], bad: string[]]>> = {
    'HH:mm': [
      ['00:00', '08:30', '23:59'],
      ['8:30', '08:30:00', '0830', ''],
    ],
    'yyyy-MM-dd': [['2026-11-25'], ['2026-11-5', '2026/11/25', '20261125', '']],
    iso8601: [
      ['2026-11-25T00:00Z', '2022-08-04T14:36:00+08:00', '2026-11-25T00:00:00.000Z'],
      ['2026-11-25', '2026-11-25T00:00:00', ''],
    ],
    percent: [
      ['0', '85', '100'],
      ['101', '-1', '8.5', '085', ''],
    ],
  };
  const [good, bad] = samples[fact.format ?? 'percent'] ?? [[], []];
  expect(good.length, `${path} has samples`).toBeGreaterThan(0);
  for (const value of good) expect(pattern.test(value), `${path} takes ${value}`).toBe(true);
  for (const value of bad) expect(pattern.test(value), `${path} refuses ${value}`).toBe(false);
  if (fact.pattern) for (const value of good) expect(new RegExp(fact.pattern).test(value), path).toBe(true);
}

function expectAnswer(schema: Described, fact: Field, path: string): void {
  expect(schema.type, path).toBe(fact.type === 'long' ? 'integer' : fact.type);
  if (fact.items) expectAnswer(schema.items as Described, fact.items, path);
  if (!fact.fields) return;
  const more = Object.keys(schema.fields ?? {}).filter((name) => readToo[`${path}.${name}`]);
  expect(Object.keys(schema.fields ?? {}).sort(), path).toEqual([...fact.fields.map(({ name }) => name), ...more].sort());
  for (const inner of fact.fields) expectAnswer(schema.fields?.[inner.name] as Described, inner, `${path}.${inner.name}`);
}

const rowOf = (name: string): AnyOperation => (operations as Record<string, AnyOperation>)[name] as AnyOperation;

describe('the table of operations', () => {
  it('has exactly the operations of the definition, each under its own name', () => {
    expect(Object.keys(operations).sort()).toEqual(facts.map(({ name }) => name).sort());
    for (const [name, row] of Object.entries(operations)) expect(row.action).toBe(name);
  });

  it('demands these parameters beyond the definition, and no other', () => {
    const marked = Object.values(operations).flatMap((row) =>
      Object.entries<Param>(row.params).flatMap(([name, param]) => (param.insisted ? [`${row.action}.${name}`] : [])),
    );
    expect(marked.sort()).toEqual([...insisted].sort());
  });
});

describe.each(facts)('$name', (fact) => {
  const row = rowOf(fact.name);

  it('has the group and the access of the definition', () => {
    expect([row.group, row.access]).toEqual([fact.group, fact.access]);
  });

  it('has the permission of the definition, or its own name marked as assumed', () => {
    if (!fact.ram) return expect(row.ram).toEqual({ action: `appstreaming:${fact.name}`, assumed: true });
    const { action, level, contested } = fact.ram;
    expect(row.ram).toEqual({ action, ...(level ? { level } : {}), ...(contested ? { contested } : {}) });
  });

  it('has its parameters with place, encoding and secrecy', () => {
    expect(Object.keys(row.params).sort()).toEqual(fact.params.map(({ name }) => name).sort());
    for (const { name, ...param } of fact.params) {
      const { place, encoding, secret } = row.params[name] as Param;
      expect({ place, encoding, secret: secret ?? false }, name).toEqual({
        place: param.in,
        encoding: param.encoding,
        secret: param.secret ?? false,
      });
    }
  });

  it('demands what the definition demands, and what this program insists on', () => {
    for (const { name, required } of fact.params) {
      const demanded = required || insisted.has(`${fact.name}.${name}`);
      expect(!mayBeLeftOut((row.params[name] as Param).schema), name).toBe(demanded);
    }
  });

  it('has the types, sets, ranges, lengths and patterns of its parameters', () => {
    for (const param of fact.params) {
      const { schema, encoding } = row.params[param.name] as Param;
      expectInput(describeInput(schema), param, `${fact.name}.${param.name}`, encoding === 'flat');
    }
  });

  it('has the legal combinations of the definition', () => {
    expect(row.combination && { fields: row.combination.fields, values: row.combination.values }).toEqual(fact.combinations);
  });

  it('has the paging of the definition, with fields that identify a row', () => {
    if (!fact.paging) return expect(row.paging).toBeUndefined();
    const { firstPage, ...paging } = fact.paging;
    const { id, ...own } = row.paging as { id: string[]; items: string };
    expect(own).toEqual(paging);
    expect([1, undefined]).toContain(firstPage);
    const item = describeAnswer(row.output).fields?.[own.items]?.items;
    if (item?.type === 'object') for (const field of id) expect(Object.keys(item.fields ?? {})).toContain(field);
    expect(id.length > 0).toBe(item?.type === 'object');
  });

  it('reads the fields of the answer with their types', () => {
    expectAnswer(describeAnswer(row.output), fact.response, fact.name);
  });

  it('judges, batches and names failures by fields that exist', () => {
    const answer = describeAnswer(row.output).fields ?? {};
    for (const name of row.verdict.flags ?? []) expect(answer[name]?.type).toBe('boolean');
    if (row.verdict.codeRequired) expect(answer.Code?.type).toBe('string');
    if (row.batch) expect(describeInput((row.params[row.batch.param] as Param).schema).type).toBe('array');
    if (row.partial) expect(Object.keys(answer[row.partial.list]?.items?.fields ?? {})).toContain(row.partial.id);
    if (row.token) expect(Object.keys(row.params)).toContain(row.token);
  });
});
