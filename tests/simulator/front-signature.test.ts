import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseV3Authorization, percentEncode, verifyRpc, verifyV3 } from '../../simulator/front/signature.ts';
import { decodePairs, type Pair, type WireRequest } from '../../simulator/front/wire.ts';

interface V3Vector {
  readonly id: string;
  readonly input: { method: string; path: string; credentials: { accessKeySecret: string } };
  readonly expected: {
    wireQuery?: string;
    wireBody: string;
    canonicalQuery: string;
    headers: Record<string, string>;
    authorization: string;
  };
  readonly alternatives?: { strictFormBody?: { wireBody: string; authorization: string; hashedPayload: string } };
}

interface RpcVector {
  readonly id: string;
  readonly input: { method: string; credentials: { accessKeySecret: string }; signedParams: Pair[] };
  readonly expected: { signature: string; wireQuery?: string; wireBody?: string };
}

const vectors = JSON.parse(readFileSync(new URL('../fixtures/signing-vectors.json', import.meta.url), 'utf8')) as {
  v3: V3Vector[];
  rpc: RpcVector[];
};

describe('V3 signatures', () => {
  test.each(vectors.v3.map((vector) => [vector.id, vector] as const))('%s is accepted', (_id, vector) => {
    expect(check(requestOf(vector), vector)).toBe(true);
  });

  test.each(vectors.v3.map((vector) => [vector.id, vector] as const))('%s is refused with any one part changed', (_id, vector) => {
    const request = requestOf(vector);
    for (const changed of variations(request)) expect(check(changed, vector)).toBe(false);
    expect(check(request, vector, `${vector.input.credentials.accessKeySecret}x`)).toBe(false);
  });

  test.each(vectors.v3.map((vector) => [vector.id, vector] as const))(
    '%s is refused with any byte of the signature changed',
    (_id, vector) => {
      const authorization = authorizationOf(vector);
      for (let at = 0; at < authorization.signature.length; at += 1) {
        const signature = flip(authorization.signature, at, '0', '1');
        expect(verifyV3(requestOf(vector), { ...authorization, signature }, vector.input.credentials.accessKeySecret).valid).toBe(false);
      }
    },
  );

  test('the same form encoded strictly is accepted with its own hash and signature', () => {
    const alternatives = vectors.v3.filter((vector) => vector.alternatives?.strictFormBody);
    expect(alternatives.length).toBe(3);
    for (const vector of alternatives) {
      const strict = vector.alternatives?.strictFormBody as NonNullable<NonNullable<V3Vector['alternatives']>['strictFormBody']>;
      const request = requestOf(vector, strict.wireBody, strict.hashedPayload);
      const authorization = parseV3Authorization(strict.authorization);
      expect(authorization && verifyV3(request, authorization, vector.input.credentials.accessKeySecret)).toEqual({ valid: true });
    }
  });

  test.each([
    ['Bearer abc'],
    ['ACS3-HMAC-SHA256 Credential=a,Signature=b'],
    ['ACS3-HMAC-SHA256 Credential=a;SignedHeaders'],
    ['acs3-hmac-sha256 Credential=a,SignedHeaders=host,Signature=b'],
    [''],
  ])('the header %j is not a complete authorization', (header) => {
    expect(parseV3Authorization(header)).toBeUndefined();
  });
});

describe('classic RPC signatures', () => {
  test.each(vectors.rpc.map((vector) => [vector.id, vector] as const))('%s is accepted', (_id, vector) => {
    expect(
      verifyRpc(vector.input.method, parametersOf(vector), vector.expected.signature, vector.input.credentials.accessKeySecret),
    ).toEqual({
      valid: true,
    });
  });

  test.each(vectors.rpc.map((vector) => [vector.id, vector] as const))('%s is refused with any one part changed', (_id, vector) => {
    const { method, credentials } = vector.input;
    const { signature } = vector.expected;
    const parameters = parametersOf(vector);
    const refused = (pairs: Pair[], otherMethod = method, secret = credentials.accessKeySecret, other = signature) =>
      expect(verifyRpc(otherMethod, pairs, other, secret).valid).toBe(false);
    parameters.forEach(([name, value], index) => {
      if (name === 'Signature') return;
      refused(parameters.with(index, [name, `${value}x`]));
      refused(parameters.with(index, [`${name}x`, value]));
      refused(parameters.toSpliced(index, 1));
    });
    refused(parameters, method === 'GET' ? 'POST' : 'GET');
    refused(parameters, method, `${credentials.accessKeySecret}x`);
    refused(parameters, method, credentials.accessKeySecret, flip(signature, 0, 'A', 'B'));
  });

  test('what the gateway tells of its calculation does not hold a security token', () => {
    const verdict = verifyRpc('GET', [['SecurityToken', 'very-secret-token']], 'wrong', 'secret');
    expect(JSON.stringify(verdict)).not.toContain('very-secret-token');
  });
});

test('percent encoding agrees with the platform for every character below 128 and beyond', () => {
  const text = `${String.fromCharCode(...Array.from({ length: 128 }, (_, code) => code))}é夜😀`;
  const oracle = encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  expect(percentEncode(text)).toBe(oracle);
});

function check(request: WireRequest, vector: V3Vector, secret = vector.input.credentials.accessKeySecret): boolean {
  return verifyV3(request, authorizationOf(vector), secret).valid;
}

function authorizationOf(vector: V3Vector) {
  const authorization = parseV3Authorization(vector.expected.authorization);
  if (!authorization) throw new Error(`${vector.id} has no readable authorization`);
  return authorization;
}

function requestOf(vector: V3Vector, body = vector.expected.wireBody, hash?: string): WireRequest {
  const headers = new Map(Object.entries(vector.expected.headers).map(([name, value]) => [name, [value]] as const));
  if (hash) headers.set('x-acs-content-sha256', [hash]);
  return {
    method: vector.input.method,
    path: vector.input.path,
    rawQuery: vector.expected.wireQuery ?? vector.expected.canonicalQuery,
    headers,
    body: Buffer.from(body, 'utf8'),
  };
}

/** The request with one thing changed: the method, the path, each byte-carrying part and each signed header. */
function variations(request: WireRequest): WireRequest[] {
  const changed: WireRequest[] = [
    { ...request, method: request.method === 'POST' ? 'PUT' : 'POST' },
    { ...request, path: `${request.path}x` },
    { ...request, rawQuery: request.rawQuery === '' ? 'x=1' : `${request.rawQuery}x` },
    { ...request, body: Buffer.concat([request.body, Buffer.from('x')]) },
  ];
  if (request.body.length > 0) {
    const body = Buffer.from(request.body);
    const middle = body.length >> 1;
    body[middle] = (body[middle] as number) ^ 1;
    changed.push({ ...request, body });
  }
  for (const [name, values] of request.headers) {
    changed.push({ ...request, headers: new Map([...request.headers, [name, [`${values[0]}x`]]]) });
  }
  return changed;
}

function parametersOf(vector: RpcVector): Pair[] {
  const { wireQuery, wireBody } = vector.expected;
  return wireQuery === undefined && wireBody === undefined
    ? vector.input.signedParams
    : [...decodePairs(wireQuery ?? ''), ...decodePairs(wireBody ?? '')];
}

function flip(text: string, at: number, one: string, other: string): string {
  return text.slice(0, at) + (text[at] === one ? other : one) + text.slice(at + 1);
}
