import type { AnyOperation, Param, Place } from '../../shared/client/operation.ts';
import { mismatches } from '../../shared/schema/compare.ts';
import type { Envelope } from './authenticate.ts';
import { coerce } from './coerce.ts';
import { invalidParameter, missing } from './gateway-error.ts';
import { unflatten } from './unflatten.ts';
import type { Pair } from './wire.ts';

/** How the gateway treats parameters that the definition does not foresee: both are switches of the simulator's assumptions. */
export interface ParsingHabits {
  readonly unknownParameters: 'ignored' | 'refused';
  readonly misplacedParameters: 'accepted' | 'ignored';
}

/** Parameters of the envelope itself, never of an operation. */
const envelopeNames = new Set([
  ...['Action', 'Version', 'Format', 'AccessKeyId', 'Signature', 'SignatureMethod'],
  ...['SignatureVersion', 'SignatureNonce', 'Timestamp', 'SecurityToken'],
]);

/**
 * Reads and checks an operation's input as the service does: types, required parameters, closed sets, lengths and ranges of the
 * definition. What only our own client demands (`insisted` parameters, combinations and rules over several fields) is let through:
 * the service accepts a wrong pair of period and unit, and fails when it orders (service notes).
 * @throws GatewayError `Missing<Name>` or `InvalidParameter`
 */
export function parseInput(operation: AnyOperation, envelope: Envelope, habits: ParsingHabits): Record<string, unknown> {
  const params = operation.params as Readonly<Record<string, Param>>;
  if (habits.unknownParameters === 'refused') refuseUnknown(params, envelope);
  const sources = sourcesOf(envelope, habits);
  const relaxed = relaxedTypes(operation);
  const input: Record<string, unknown> = {};
  for (const [name, param] of Object.entries(params)) {
    const raw = readRaw(name, param, sources[param.place]);
    if (raw === undefined) {
      if (!param.insisted && param.schema.kind !== 'optional') throw missing(name);
      continue;
    }
    const value = coerce(param.schema, raw);
    checkValue(name, param, value, relaxed);
    input[name] = value;
  }
  return input;
}

/** The input without the values that the definition marks as secret, for records and events. */
export function withoutSecrets(operation: AnyOperation, input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const params = operation.params as Readonly<Record<string, Param>>;
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, params[name]?.secret || /password/i.test(name) ? '***' : value]),
  );
}

function sourcesOf({ query, form }: Envelope, habits: ParsingHabits): Readonly<Record<Place, readonly Pair[]>> {
  if (habits.misplacedParameters === 'ignored') return { query, body: form };
  return { query: [...query, ...form], body: [...form, ...query] };
}

function readRaw(name: string, param: Param, pairs: readonly Pair[]): unknown {
  if (param.encoding === 'flat') return unflatten(name, pairs);
  const text = pairs.find(([key]) => key === name)?.[1];
  // An empty value counts as none: no parameter of the API takes an empty text at its top level.
  if (text === undefined || text === '') return undefined;
  if (param.encoding === 'plain') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalidParameter(name, 'it is not JSON');
  }
}

function checkValue(name: string, param: Param, value: unknown, relaxed: ReadonlyMap<string, string>): void {
  const wrong = mismatches(param.schema, value).find(({ kind, path }) => {
    // Unknown keys inside an object pass, as a service in Java lets them pass.
    return kind !== 'unknown' && relaxed.get([name, ...path].join('.')) !== typeof valueAt(value, path);
  });
  if (wrong) throw invalidParameter([name, ...wrong.path].join('.'), wrong.text);
}

/** Fields of a combination by the type of their values: any value of the type passes, since the pair is judged when it is ordered. */
function relaxedTypes({ combination }: AnyOperation): Map<string, string> {
  return new Map(combination?.fields.map((field, index) => [field, typeof combination.values[0]?.[index]]) ?? []);
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce((inner: unknown, key) => (inner as Record<string | number, unknown> | undefined)?.[key], value);
}

function refuseUnknown(params: Readonly<Record<string, Param>>, { query, form }: Envelope): void {
  for (const [key] of [...query, ...form]) {
    const name = key.split('.')[0] as string;
    if (!envelopeNames.has(name) && !(name in params)) throw invalidParameter(name, 'this action does not have it');
  }
}
