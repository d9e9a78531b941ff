import { describe, expect, it } from 'vitest';
import { addJson, flatten, type Pair, sortPairs } from '../../shared/client/encode.ts';
import { percentEncode } from '../../shared/client/percent.ts';
import { canonicalizedQueryRpc, keyRpc, signatureRpc, signRpc, stringToSignRpc } from '../../shared/client/sign-rpc.ts';
import file from '../fixtures/signing-vectors.json' with { type: 'json' };

type Param = { name: string; in: string; style?: string; value?: unknown };

function flattened(params: readonly Param[], place: string): Pair[] {
  const pairs: Pair[] = [];
  for (const param of params.filter((each) => each.in === place)) {
    if (param.style === 'json') addJson(param.name, param.value, pairs);
    else flatten(param.name, param.value, pairs);
  }
  return pairs;
}

describe('classic RPC signature vectors', () => {
  it('has all 20 vectors', () => {
    expect(file.rpc).toHaveLength(20);
  });

  it.each(file.rpc.map((vector) => [vector.id, vector] as const))('%s: each intermediate string', (_id, vector) => {
    const { expected, input } = vector;
    const signedParams = input.signedParams as unknown as Pair[];
    expect(sortPairs([...signedParams].reverse())).toEqual(signedParams);
    const canonicalizedQuery = canonicalizedQueryRpc(signedParams);
    expect(canonicalizedQuery).toBe(expected.canonicalizedQuery);
    const stringToSign = stringToSignRpc(input.method, canonicalizedQuery);
    expect(stringToSign).toBe(expected.stringToSign);
    const key = keyRpc(input.credentials.accessKeySecret);
    expect(key).toBe(expected.hmacKey);
    const signature = signatureRpc(key, stringToSign);
    expect(signature).toBe(expected.signature);
    expect(percentEncode(signature)).toBe(expected.signatureEncoded);
    if (vector.documented) expect(signature).toBe(vector.documented.signature);
  });

  const sent = file.rpc.filter((vector) => vector.kind !== 'documented');
  it('has 16 vectors that a client sent', () => {
    expect(sent).toHaveLength(16);
  });
  it.each(sent.map((vector) => [vector.id, vector] as const))('%s: the whole signature, from parameters to the URL', (_id, vector) => {
    const { expected, input } = vector;
    const query = flattened(input.params as Param[], 'query');
    const form = flattened(input.params as Param[], 'formData');
    const { method, action, version, timestamp, nonce, credentials } = input;
    const format = new Map(input.signedParams as unknown as Pair[]).get('Format') as string;
    const signed = signRpc({ method, action, version, timestamp, nonce, format, query, form }, credentials);
    expect(signed.signedParams).toEqual(input.signedParams);
    expect(signed.canonicalizedQuery).toBe(expected.canonicalizedQuery);
    expect(signed.stringToSign).toBe(expected.stringToSign);
    expect(signed.signature).toBe(expected.signature);
    expect(signed.query.endsWith(`&Signature=${expected.signatureEncoded}`)).toBe(true);
    // What travels is what was signed: the URL and the form together are the signed parameters.
    const inUrl = signed.query
      .split('&')
      .slice(0, -1)
      .map((pair) => pair.split('=').map(decodeURIComponent));
    expect(sortPairs([...(inUrl as unknown as Pair[]), ...form])).toEqual(input.signedParams);
  });
});
