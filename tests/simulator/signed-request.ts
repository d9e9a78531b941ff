import { createHash, createHmac, randomUUID } from 'node:crypto';
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';

/** A key to sign with. */
export interface TestKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

/** A request to be signed by hand, so that each part of it can be made wrong. */
export interface TestCall {
  readonly action: string;
  readonly version?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly key: TestKey;
  readonly signature?: 'v3' | 'rpc';
  readonly dateMs?: number;
  readonly date?: string;
  readonly nonce?: string;
  /** Changes what is sent after it was signed. */
  readonly tamper?: (sent: { path: string; headers: Record<string, string>; body: string }) => void;
  readonly signal?: AbortSignal;
}

/** What came back, or how the connection failed. */
export interface TestAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

const agent = new Agent({ keepAlive: true });

/** Sends a signed request. Rejects where the connection ends before the answer does. */
export function send(url: string, call: TestCall): Promise<TestAnswer> {
  const host = new URL(url).host;
  const sent = (call.signature ?? 'v3') === 'v3' ? signedV3(host, call) : signedRpc(host, call);
  call.tamper?.(sent);
  return exchange(url, 'POST', sent.path, sent.headers, sent.body, call.signal);
}

/** Sends bytes as they are. */
export function exchange(
  url: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body = '',
  signal?: AbortSignal,
): Promise<TestAnswer> {
  return new Promise((resolve, reject) => {
    const options = { method, headers: { ...headers, 'content-length': Buffer.byteLength(body) }, agent, ...(signal ? { signal } : {}) };
    const request = httpRequest(new URL(path, url), options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Time in the form that both signatures want. */
export function stamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function signedV3(host: string, call: TestCall) {
  const body = encodePairs(call.form ?? {});
  const hash = createHash('sha256').update(body).digest('hex');
  const signed: Record<string, string> = {
    ...(call.form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    host,
    'x-acs-action': call.action,
    'x-acs-content-sha256': hash,
    'x-acs-date': call.date ?? stamp(call.dateMs ?? Date.now()),
    ...(call.key.securityToken ? { 'x-acs-security-token': call.key.securityToken } : {}),
    'x-acs-signature-nonce': call.nonce ?? randomUUID(),
    'x-acs-version': call.version ?? '2021-09-01',
  };
  const names = Object.keys(signed).sort();
  const query = encodePairs(call.query ?? {});
  const lines = names.map((name) => `${name}:${signed[name]}\n`).join('');
  const canonical = `POST\n/\n${query}\n${lines}\n${names.join(';')}\n${hash}`;
  const toSign = `ACS3-HMAC-SHA256\n${createHash('sha256').update(canonical).digest('hex')}`;
  const signature = createHmac('sha256', call.key.accessKeySecret).update(toSign).digest('hex');
  const authorization = `ACS3-HMAC-SHA256 Credential=${call.key.accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`;
  return { path: query ? `/?${query}` : '/', headers: { ...signed, authorization } as Record<string, string>, body };
}

function signedRpc(host: string, call: TestCall) {
  const envelope: Record<string, string> = {
    AccessKeyId: call.key.accessKeyId,
    Action: call.action,
    Format: 'JSON',
    SignatureMethod: 'HMAC-SHA1',
    SignatureNonce: call.nonce ?? randomUUID(),
    SignatureVersion: '1.0',
    Timestamp: call.date ?? stamp(call.dateMs ?? Date.now()),
    Version: call.version ?? '2021-09-01',
    ...(call.key.securityToken ? { SecurityToken: call.key.securityToken } : {}),
  };
  const all = { ...envelope, ...call.query, ...call.form };
  const toSign = `POST&%2F&${encode(encodePairs(all))}`;
  const Signature = createHmac('sha1', `${call.key.accessKeySecret}&`).update(toSign).digest('base64');
  const query = encodePairs({ ...envelope, ...call.query, Signature });
  return {
    path: `/?${query}`,
    headers: { host, 'content-type': 'application/x-www-form-urlencoded' } as Record<string, string>,
    body: encodePairs(call.form ?? {}),
  };
}

function encodePairs(values: Readonly<Record<string, string>>): string {
  return Object.keys(values)
    .sort()
    .map((name) => `${encode(name)}=${encode(values[name] as string)}`)
    .join('&');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
