import OSS from 'ali-oss';
import { describe, expect, test } from 'vitest';
import { encodePath, type OssParameter, signOss } from '../../shared/journal/store/oss-sign.ts';

// The vendor's library as an oracle that knows nothing of this project: what it would send is caught before it leaves.

interface Caught {
  readonly url: string;
  readonly method: 'GET' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
}

/** A method that the published types lack. */
interface WithVersioning {
  getBucketVersioning(bucket: string): Promise<unknown>;
}

interface Options {
  readonly token?: string;
  readonly region?: string;
}

const keys = { accessKeyId: 'LTAI5tInventedIdOfTests', accessKeySecret: 'InventedSecretOfTheTests0123456789' };
const token = 'CAIS/Invented+Token==';
const body = Buffer.from('{"owner":"me"}');

/** What the vendor's library sends for one call of its own. */
async function caught(call: (client: OSS) => Promise<unknown>, { token: stsToken, region = 'cn-shanghai' }: Options): Promise<Caught> {
  let sent: Caught | undefined;
  const urllib = {
    request: async (url: string, params: { method: 'GET' | 'PUT'; headers: Record<string, string> }) => {
      sent = { url, method: params.method, headers: lowerCased(params.headers) };
      throw new Error('caught');
    },
  };
  const options = { ...keys, ...(stsToken ? { stsToken } : {}), region: `oss-${region}`, bucket: 'journal', secure: true };
  const client = new OSS({ ...options, authorizationV4: true, refreshSTSTokenInterval: Number.POSITIVE_INFINITY, urllib } as OSS.Options);
  await call(client).catch(() => undefined);
  if (!sent) throw new Error('the library sent nothing');
  return sent;
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function instantOf(stamp: string): number {
  return Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

const put = (name: string, headers: Record<string, string> = {}) => ({
  object: name,
  call: (client: OSS) => client.put(name, body, { headers }),
});
const get = (name: string) => ({ object: name, call: (client: OSS) => client.get(name) });
const list = (query: Record<string, string>) => ({
  query: [['list-type', '2'], ...Object.entries(query)] as OssParameter[],
  call: (client: OSS) => client.listV2(query as unknown as OSS.ListV2ObjectsQuery, {}),
});
const versioning = {
  query: [['versioning']] as OssParameter[],
  call: (client: OSS) => (client as unknown as WithVersioning).getBucketVersioning('journal'),
};

interface Sample {
  readonly object?: string;
  readonly query?: readonly OssParameter[];
  readonly call: (client: OSS) => Promise<unknown>;
}

const forbid = { 'x-oss-forbid-overwrite': 'true' };

const samples: readonly (readonly [string, Sample, Options])[] = [
  ['a put', put('prod/policy/00000000'), {}],
  ['a put that forbids overwriting', put('prod/renewals/1/aig/00000001/claim', forbid), {}],
  ['a put with a content type', put('prod/a', { 'Content-Type': 'application/json', ...forbid }), {}],
  ['a put with temporary keys', put('prod/a', forbid), { token }],
  ['a put with a type by its name', put('prod/a.json'), {}],
  ['a Unicode name', put('prod/财务/ä 🙂/Ω', forbid), {}],
  ['a name with percent escapes of its own', put('prod/a%2Fb%20c/%E4%B8%AD', forbid), {}],
  ['a name with marks', put("prod/!'()*~ +&=?#:@,;$[]", forbid), {}],
  ['a get', get('prod/policy/00000000'), {}],
  ['a get of a Unicode name with temporary keys', get('prod/财务/ä'), { token }],
  ['a get in another region', get('prod/a'), { region: 'ap-southeast-1' }],
  ['a list', list({ prefix: 'prod/', 'max-keys': '1000' }), {}],
  ['a list from a token on', list({ prefix: 'prod/', 'continuation-token': 'Ch+0/w==', 'max-keys': '10' }), {}],
  ['a list with encoded names of a Unicode prefix', list({ prefix: 'prod/财务 ä+b/', 'encoding-type': 'url', 'max-keys': '1' }), { token }],
  ['a list after a name', list({ prefix: 'a%2Fb', 'start-after': 'a%2Fb/00000010' }), {}],
  ['the versioning state', versioning, {}],
  ['the versioning state with temporary keys', versioning, { token, region: 'cn-hangzhou' }],
];

describe('the V4 signature equals that of the vendor’s library', () => {
  test.each(samples)('%s', async (_name, { object, query = [], call }, options) => {
    const { url, method, headers } = await caught(call, options);
    const signed = Object.entries(headers).filter(([name]) => /^(content-type|content-md5|x-oss-.*)$/.test(name));
    const given = signed.filter(([name]) => !['x-oss-date', 'x-oss-content-sha256', 'x-oss-security-token'].includes(name));
    const ours = signOss(
      { method, bucket: 'journal', ...(object === undefined ? {} : { object }), query, headers: Object.fromEntries(given) },
      { ...keys, securityToken: options.token },
      options.region ?? 'cn-shanghai',
      instantOf(headers['x-oss-date'] as string),
    );
    expect(ours.headers['authorization']).toBe(headers['authorization']);
    for (const [name, value] of signed) expect(ours.headers[name], name).toBe(value);
    // What is signed and what travels must mean the same resource.
    const sent = new URL(url);
    expect(decodeURIComponent(sent.pathname)).toBe(decodeURIComponent(`/${encodePath(object ?? '')}`));
    expect([...new URLSearchParams(ours.query)].sort()).toEqual([...sent.searchParams].sort());
  });
});

test('signs a request in its canonical form', () => {
  const { canonicalRequest, stringToSign, query } = signOss(
    { method: 'GET', bucket: 'journal', query: [['prefix', 'a b/'], ['list-type', '2'], ['versioning']] },
    { ...keys, securityToken: token },
    'cn-shanghai',
    Date.UTC(2026, 10, 24, 1, 2, 3, 456),
  );
  expect(query).toBe('list-type=2&prefix=a%20b%2F&versioning');
  expect(canonicalRequest.split('\n')).toEqual([
    'GET',
    '/journal/',
    query,
    'x-oss-content-sha256:UNSIGNED-PAYLOAD',
    'x-oss-date:20261124T010203Z',
    `x-oss-security-token:${token}`,
    '',
    '',
    'UNSIGNED-PAYLOAD',
  ]);
  expect(stringToSign.split('\n').slice(0, 3)).toEqual([
    'OSS4-HMAC-SHA256',
    '20261124T010203Z',
    '20261124/cn-shanghai/oss/aliyun_v4_request',
  ]);
});
