import type { ServerResponse } from 'node:http';
import type { Assumptions } from '../assumptions.ts';
import type { FaultPlan } from '../faults.ts';
import type { Connection, Holds } from '../front/holds.ts';
import type { KeyRing } from '../front/keys.ts';
import { Ledger, type RequestEntry } from '../front/ledger.ts';
import type { Timeline } from '../front/timeline.ts';
import { headerOf, type WireRequest } from '../front/wire.ts';
import { refusalAnswer } from './answers.ts';
import { Bucket, type Versioning } from './bucket.ts';
import type { OssCall } from './execution.ts';
import { OssInjection, type OssReply, wholeOss } from './injection.ts';
import { OssRefusal } from './oss-error.ts';
import { actionOf, targetOf } from './request.ts';
import { checkOssSignature } from './signature.ts';

/** A bucket that is there from the start. */
export interface BucketSeed {
  readonly name: string;
  /** Region in whose scope requests have to be signed. Default: any. */
  readonly region?: string;
  /** Default: `never`. */
  readonly versioning?: Versioning;
  /** Host name, without a port, of a domain that is bound to the bucket: no bucket stands in its paths. Default: none. */
  readonly cname?: string;
}

/** What the OSS of a simulator is made of. */
export interface OssFrontOptions {
  readonly keys: KeyRing;
  readonly timeline: Timeline;
  readonly faults: FaultPlan;
  readonly holds: Holds;
  /** The only buckets. Default: every bucket that is asked for exists, unversioned. */
  readonly buckets?: readonly BucketSeed[] | undefined;
  /** Whether data may be reached by public addresses, and whether the condition of a put holds. Default: yes to both. */
  readonly assumptions?: Partial<Pick<Assumptions, 'ossPublicEndpoint' | 'ossForbidOverwrite'>> | undefined;
  readonly onError: (error: unknown, action: string) => void;
}

/**
 * OSS as far as a journal needs it: PutObject with `x-oss-forbid-overwrite`, GetObject, ListObjectsV2, GetBucketVersioning; requests
 * signed with V4 only. Faults are those of the service, on actions such as `oss:PutObject`.
 */
export class OssFront {
  /** What every request came to, apart from the service's own. Actions are `oss:PutObject` and the like. */
  readonly ledger = new Ledger();
  readonly #options: OssFrontOptions;
  readonly #buckets = new Map<string, Bucket>();
  /** Names of buckets by the domain that is bound to them. */
  readonly #cnames = new Map<string, string>();
  readonly #injection: OssInjection;
  #requests = 0;

  constructor(options: OssFrontOptions) {
    this.#options = options;
    this.#injection = new OssInjection(options.holds, options.timeline);
    for (const { name, region, versioning, cname } of options.buckets ?? []) {
      this.#buckets.set(name, new Bucket(name, region, versioning ?? 'never'));
      if (cname !== undefined) this.#cnames.set(cname, name);
    }
  }

  /** A bucket by name, made where all buckets exist; undefined where there is none. */
  bucket(name: string): Bucket | undefined {
    const there = this.#buckets.get(name);
    if (there || this.#options.buckets !== undefined || !/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name)) return there;
    const made = new Bucket(name, undefined, 'never');
    this.#buckets.set(name, made);
    return made;
  }

  /** Answers one request. Never rejects. */
  async serve(request: WireRequest, connection: Connection, response: ServerResponse): Promise<void> {
    const { timeline, faults, onError } = this.#options;
    this.#requests += 1;
    const requestId = `SIMULATED${String(this.#requests).padStart(15, '0')}`;
    const entry = this.ledger.open(requestId, timeline.catchUp());
    const host = headerOf(request, 'host') ?? '';
    // By the clock by which signatures are judged, so that a caller can correct a wrong one.
    response.setHeader('date', new Date(timeline.gatewayNowMs()).toUTCString());
    try {
      const call = this.#check(request, entry);
      const access = call.action === 'oss:PutObject' || call.action === 'oss:DeleteObject' ? 'write' : 'read';
      const { accountId } = call;
      const fault = faults.next({ action: call.action, access, accountId, ramAction: call.action });
      if (fault) entry.faulted(fault.kind);
      send(response, await this.#injection.run(call, fault, entry, connection, host), entry);
    } catch (error) {
      const refusal = error instanceof OssRefusal ? error : new OssRefusal(500, 'InternalError', 'A defect of the simulator.');
      if (refusal !== error) onError(error, 'oss');
      entry.refused(refusal.code);
      send(response, wholeOss(refusalAnswer(refusal, requestId, host)), entry);
    }
  }

  #check(request: WireRequest, entry: RequestEntry): OssCall & { readonly accountId: string } {
    const { keys, timeline, assumptions = {} } = this.#options;
    const host = (headerOf(request, 'host') ?? '').replace(/:\d+$/, '');
    const bound = this.#cnames.get(host);
    const target = targetOf(request, bound);
    const action = actionOf(request.method, target);
    entry.received(action);
    const { key, region } = checkOssSignature(request, target, keys, timeline.gatewayNowMs());
    entry.identified(key.accountId, key.accessKeyId);
    entry.parsed({ bucket: target.bucket, object: target.object, ...Object.fromEntries(target.query) });
    const bucket = this.bucket(target.bucket);
    if (!bucket) throw new OssRefusal(404, 'NoSuchBucket', 'The specified bucket does not exist.');
    if (bucket.region !== undefined && bucket.region !== region) {
      throw new OssRefusal(400, 'InvalidArgument', 'Invalid signing region in Authorization header.');
    }
    // Questions about the bucket itself are no data operations.
    const isPublic = bound === undefined && !/^[^.]+\.oss-[a-z0-9-]+-internal\./.test(host);
    if (assumptions.ossPublicEndpoint === 'forbidden' && isPublic && action !== 'oss:GetBucketVersioning') {
      throw new OssRefusal(
        400,
        'PublicEndpointForbidden',
        'Data operations by the public endpoint are forbidden, please use CNAME instead.',
      );
    }
    const overwrites = assumptions.ossForbidOverwrite === 'ignored';
    return { action, request, target, bucket, overwrites, accountId: key.accountId };
  }
}

function send(response: ServerResponse, reply: OssReply, entry: RequestEntry): void {
  if (response.destroyed) return;
  if (reply.kind === 'none') {
    response.destroy();
    return;
  }
  // A page is a proxy's, which knows no request id of OSS.
  const own =
    reply.headers['content-type'] === 'text/html' ? {} : { server: 'Streamwarden simulator', 'x-oss-request-id': entry.requestId };
  response.writeHead(reply.status, { ...own, ...reply.headers, 'content-length': reply.body.length });
  if (reply.kind === 'cut') {
    response.write(reply.body.subarray(0, reply.keepBytes), () => response.socket?.end());
    return;
  }
  response.once('finish', () => entry.answered(reply.status));
  response.end(reply.body);
}
