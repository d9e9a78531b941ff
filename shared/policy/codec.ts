import { sha256 } from '../client/hmac.ts';
import type { CompiledPolicy, Timeline } from './compiled.ts';
import { isMoneyJson, moneyFromJson } from './money.ts';
import { type PackedTimeline, packTimeline, unpackTimeline } from './segment-packing.ts';

/** A text that is not a compiled policy of this format. `code` is `POLICY_FORMAT`. */
export class PolicyFormatError extends Error {
  readonly code = 'POLICY_FORMAT';
  constructor(what: string, cause?: unknown) {
    super(`This compiled policy cannot be read: ${what}. Compile and push the policy again.`, cause === undefined ? {} : { cause });
    this.name = 'PolicyFormatError';
  }
}

/**
 * A compiled policy as JSON with sorted keys: equal policies give equal texts. Amounts carry `micros` as text, timelines are packed. One that was
 * decoded keeps its hash, or writing it again would hide that it was altered.
 */
export function encodePolicy(policy: CompiledPolicy): string {
  const timelines = Object.fromEntries(Object.entries(policy.timelines).map(([key, timeline]) => [key, packTimeline(timeline)]));
  const { ownHash, altered, ...rest } = policy;
  const text = JSON.stringify({ ...rest, timelines }, sorted);
  return JSON.stringify({ ...JSON.parse(text), ownHash: ownHash ?? sha256(text) }, sorted);
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/**
 * Formats of compiled policies that this version reads: the one that it writes, last, and the one before it. Functions put them into their
 * heartbeats, so that nobody publishes a policy that what is deployed cannot read.
 */
export const readFormats: readonly number[] = [1];

type Kind = 'string' | 'number' | 'object' | 'array';

const required: Readonly<Record<Exclude<keyof CompiledPolicy, 'format' | 'store' | 'approversAccount' | 'ownHash' | 'altered'>, Kind>> = {
  sourceHash: 'string',
  fromMs: 'number',
  untilMs: 'number',
  timezone: 'string',
  serviceTimeZone: 'string',
  mode: 'object',
  targets: 'object',
  zones: 'object',
  timelines: 'object',
  exceptions: 'array',
  protect: 'object',
  limits: 'object',
  freezes: 'array',
  channels: 'object',
  tell: 'object',
  approvers: 'object',
  rules: 'object',
  warnings: 'array',
};

/**
 * Reads what `encodePolicy` wrote. In limits and rules each object of exactly a currency code and whole
 * `micros` as text becomes an amount again. One that is not as its hash says is `altered`.
 * @throws PolicyFormatError when the text is no JSON, of another format, or lacks a part
 */
export function decodePolicy(text: string): CompiledPolicy {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PolicyFormatError('the text is not complete JSON', cause);
  }
  if (kindOf(value) !== 'object') throw new PolicyFormatError('the text holds no object');
  const record = value as Record<string, unknown>;
  if (!readFormats.includes(record.format as number)) {
    throw new PolicyFormatError(`its format is ${JSON.stringify(record.format) ?? 'missing'}, this version reads format ${readFormats}`);
  }
  for (const [key, kind] of Object.entries(required)) {
    if (kindOf(record[key]) !== kind)
      throw new PolicyFormatError(`"${key}" is ${record[key] === undefined ? 'missing' : `not of kind ${kind}`}`);
  }
  // Keys come out of JSON in the order in which they were written, so the rest is the same text again.
  const { ownHash, ...rest } = record;
  return {
    ...record,
    ...(ownHash !== undefined && ownHash !== sha256(JSON.stringify(rest)) && { altered: true }),
    limits: withAmounts(record.limits),
    rules: withAmounts(record.rules),
    timelines: unpackAll(record.timelines as Record<string, PackedTimeline>),
  } as unknown as CompiledPolicy;
}

function withAmounts(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isMoneyJson(value)) return moneyFromJson(value);
  if (Array.isArray(value)) return value.map(withAmounts);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withAmounts(inner)]));
}

function unpackAll(packed: Readonly<Record<string, PackedTimeline>>): Record<string, Timeline> {
  return Object.fromEntries(
    Object.entries(packed).map(([key, timeline]) => {
      try {
        return [key, unpackTimeline(timeline)];
      } catch (cause) {
        throw new PolicyFormatError(`the timeline "${key}" is damaged`, cause);
      }
    }),
  );
}

function kindOf(value: unknown): Kind | undefined {
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  if (type === 'object') return value === null ? undefined : 'object';
  return type === 'string' || (type === 'number' && Number.isFinite(value)) ? (type as Kind) : undefined;
}
