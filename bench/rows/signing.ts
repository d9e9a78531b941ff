import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Credentials } from '../../shared/client/credentials.ts';
import { encodeInput } from '../../shared/client/encode.ts';
import { listAppInstances } from '../../shared/client/operations/list-app-instances.ts';
import { signedRequest } from '../../shared/client/wire.ts';
import { input } from '../input.ts';
import { officialEngine } from '../official-engine.ts';
import { type BenchRow, byPairs } from '../row.ts';

const rounds = 15;
const perRound = 2000;

/** From input to signed headers, ours against the same steps of the official SDKs' engine. */
export function signingRow(): BenchRow {
  const keys = new Credentials({ accessKeyId: 'bench', accessKeySecret: 'secret', securityToken: undefined }, 'The benchmark');
  const host = 'appstream-center.cn-shanghai.aliyuncs.com';
  const context = {
    signature: 'v3',
    version: '2021-09-01',
    nonce: randomUUID,
    userAgent: 'bench',
    transport: { endpoint: { host } },
  } as const;
  const ours = (): unknown => signedRequest(context, listAppInstances, encodeInput(listAppInstances, input), keys, Date.now());
  const theirs = theirSigning(host);
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (const warm of [ours, theirs]) for (let index = 0; index < perRound; index += 1) warm();
  // Side by side, so that a slow moment of the machine falls on both.
  for (let round = 0; round < rounds; round += 1) {
    times.ours.push(microsEach(ours));
    times.theirs.push(microsEach(theirs));
  }
  return byPairs('sign one request', 'µs', times, { limit: 0.35, goal: 0.3, side: 'at most' });
}

function microsEach(work: () => unknown): number {
  const startMs = performance.now();
  for (let index = 0; index < perRound; index += 1) work();
  return ((performance.now() - startMs) * 1000) / perRound;
}

interface Engine {
  query(value: object): Record<string, string>;
  toForm(value: object): string;
  hash(bytes: Buffer, algorithm: string): Buffer;
  getTimestamp(): string;
  getNonce(): string;
  getUserAgent(text: string): string;
  getAuthorization(request: object, algorithm: string, payload: string, id: string, secret: string): string;
}

function theirSigning(host: string): () => unknown {
  const { engine: core, base } = officialEngine() as {
    engine: { OpenApiUtil: Engine };
    base: { Request: new () => Record<string, unknown> };
  };
  const engine = core.OpenApiUtil;
  const algorithm = 'ACS3-HMAC-SHA256';
  const { AppInstanceGroupId, PageNumber, PageSize, Status } = input;
  return () => {
    const request = new base.Request();
    const form = engine.toForm(engine.query({ Status }));
    const hashed = engine.hash(Buffer.from(form, 'utf8'), algorithm).toString('hex');
    request['method'] = 'POST';
    request['pathname'] = '/';
    request['query'] = engine.query({ AppInstanceGroupId, PageNumber, PageSize });
    const headers: Record<string, string> = {
      host,
      'x-acs-version': '2021-09-01',
      'x-acs-action': 'ListAppInstances',
      'user-agent': engine.getUserAgent(''),
      'x-acs-date': engine.getTimestamp(),
      'x-acs-signature-nonce': engine.getNonce(),
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'x-acs-content-sha256': hashed,
    };
    request['headers'] = headers;
    headers['Authorization'] = engine.getAuthorization(request, algorithm, hashed, 'bench', 'secret');
    return request;
  };
}
