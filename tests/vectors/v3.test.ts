import { describe, expect, it } from 'vitest';
import { addJson, canonicalQuery, flatten, joinPairs, type Pair } from '../../shared/client/encode.ts';
import {
  authorizationV3,
  canonicalHeadersV3,
  canonicalRequestV3,
  hashPayload,
  signatureV3,
  signV3,
  stringToSignV3,
  type V3Request,
} from '../../shared/client/sign.ts';
import file from '../fixtures/signing-vectors.json' with { type: 'json' };

type Vector = (typeof file.v3)[number];
type Param = { name: string; in: string; style?: string; value?: unknown };

/** Bytes to sign: raw ones, JSON text, or the form as the vector's client sent it. */
function bodyOf(vector: Vector): string | Uint8Array {
  const { rawBody } = vector.input as { rawBody?: string };
  return rawBody ?? vector.expected.wireBody;
}

function requestOf(vector: Vector, body: string | Uint8Array): V3Request {
  const { input } = vector;
  const extraHeaders = input.extraHeaders as Record<string, string>;
  return {
    method: input.method,
    host: input.host,
    path: input.path,
    query: canonicalQuery(input.query as unknown as Pair[]),
    body,
    contentType: input.contentType ?? undefined,
    action: input.action,
    version: input.version,
    date: input.date,
    nonce: input.nonce,
    securityToken: (input.credentials as { securityToken?: string }).securityToken,
    extraHeaders: Object.keys(extraHeaders).length > 0 ? extraHeaders : undefined,
  };
}

function flattened(params: readonly Param[], place: string): Pair[] {
  const pairs: Pair[] = [];
  for (const param of params.filter((each) => each.in === place)) {
    if (param.style === 'json') addJson(param.name, param.value, pairs);
    else flatten(param.name, param.value, pairs);
  }
  return pairs;
}

describe('V3 signature vectors', () => {
  it('has all 46 vectors', () => {
    expect(file.v3).toHaveLength(46);
  });

  it.each(file.v3.map((vector) => [vector.id, vector] as const))('%s: each intermediate string', (_id, vector) => {
    const { expected, input } = vector;
    const request = requestOf(vector, bodyOf(vector));
    expect(request.query).toBe(expected.canonicalQuery);
    const hashedPayload = hashPayload(request.body);
    expect(hashedPayload).toBe(expected.hashedPayload);
    const headers = canonicalHeadersV3(request, hashedPayload);
    const asObject: Record<string, string> = {};
    for (let index = 0; index < headers.headers.length; index += 2)
      asObject[headers.headers[index] as string] = headers.headers[index + 1] as string;
    expect(asObject).toEqual(expected.headers);
    const canonicalRequest = canonicalRequestV3(request, headers, hashedPayload);
    expect(canonicalRequest).toBe(expected.canonicalRequest);
    const stringToSign = stringToSignV3(canonicalRequest);
    expect(stringToSign).toBe(expected.stringToSign);
    const signature = signatureV3(input.credentials.accessKeySecret, stringToSign);
    expect(signature).toBe(expected.signature);
    expect(authorizationV3(input.credentials.accessKeyId, headers.signed, signature)).toBe(expected.authorization);
    expect(signV3(request, input.credentials)).toEqual({
      hashedPayload,
      canonicalRequest,
      stringToSign,
      signature,
      authorization: expected.authorization,
      headers: headers.headers,
    });
  });

  const documented = file.v3.filter((vector) => 'documented' in vector);
  it.each(documented.map((vector) => [vector.id, vector] as const))('%s: what the documentation prints', (_id, vector) => {
    const { hashedCanonicalRequest, signature } = vector.documented as { hashedCanonicalRequest: string; signature: string };
    const signed = signV3(requestOf(vector, ''), vector.input.credentials);
    expect(signed.stringToSign).toBe(`ACS3-HMAC-SHA256\n${hashedCanonicalRequest}`);
    expect(signed.signature).toBe(signature);
  });

  const strict = file.v3.filter((vector) => 'alternatives' in vector);
  it('has three vectors with a strictly encoded form', () => {
    expect(strict).toHaveLength(3);
  });
  it.each(strict.map((vector) => [vector.id, vector] as const))('%s: the form as this client encodes it', (_id, vector) => {
    const alternative = (vector.alternatives as unknown as { strictFormBody: Record<string, string> }).strictFormBody;
    const body = joinPairs(vector.input.form as unknown as Pair[]);
    expect(body).toBe(alternative['wireBody']);
    const signed = signV3(requestOf(vector, body), vector.input.credentials);
    for (const [name, value] of Object.entries(alternative)) {
      if (name !== 'wireBody' && name in signed) expect(signed[name as keyof typeof signed], name).toBe(value);
    }
    expect(signed.signature).toBe(alternative['signature']);
  });

  const computed = file.v3.filter((vector) => 'params' in vector.input);
  it.each(computed.map((vector) => [vector.id, vector] as const))('%s: parameters flatten to the pairs of the vector', (_id, vector) => {
    const params = (vector.input as { params: Param[] }).params;
    expect(flattened(params, 'query')).toEqual(vector.input.query);
    const form = flattened(params, 'formData');
    if (form.length > 0) expect(form).toEqual(vector.input.form);
    else expect(vector.input.form ?? []).toEqual([]);
  });

  it('deviates from the official client only where the documentation does, in encoding names', () => {
    const vector = file.v3.find((each) => 'sdkActual' in each) as Vector;
    const actual = vector.sdkActual as unknown as { canonicalQuery: string };
    expect(actual.canonicalQuery).not.toBe(canonicalQuery(vector.input.query as unknown as Pair[]));
    expect(decodeURIComponent(canonicalQuery(vector.input.query as unknown as Pair[]))).toBe(decodeURIComponent(actual.canonicalQuery));
  });
});
