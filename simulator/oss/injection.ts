import type { EpochMs } from '../../shared/client/clock.ts';
import type { Fault } from '../faults.ts';
import type { Connection, Holds } from '../front/holds.ts';
import type { RequestEntry } from '../front/ledger.ts';
import type { Timeline } from '../front/timeline.ts';
import { type OssAnswer, refusalAnswer } from './answers.ts';
import { type OssCall, runOss } from './execution.ts';
import { accessDenied, OssRefusal } from './oss-error.ts';

/** What goes back to the caller; as for the service, but of bytes. */
export type OssReply =
  | (OssAnswer & { readonly kind: 'whole' })
  | (OssAnswer & { readonly kind: 'cut'; readonly keepBytes: number })
  | { readonly kind: 'none' };

type FaultOf<K extends Fault['kind']> = Extract<Fault, { kind: K }>;

/** The answer as a reply that arrives whole. */
export function wholeOss(answer: OssAnswer): OssReply {
  return { ...answer, kind: 'whole' };
}

/** Former answers kept for each list. */
const listsKept = 16;

/** Runs calls, with or without a fault. */
export class OssInjection {
  readonly #holds: Holds;
  readonly #timeline: Timeline;
  readonly #formerLists = new Map<string, { readonly atMs: EpochMs; readonly answer: OssAnswer }[]>();

  constructor(holds: Holds, timeline: Timeline) {
    this.#holds = holds;
    this.#timeline = timeline;
  }

  /**
   * Answers a call. A fault decides whether it runs, when, and what of the answer arrives. Lists alone can be stale: they show what
   * they showed before, or nothing where they were never asked. Faults that mean nothing here are as none.
   */
  async run(call: OssCall, fault: Fault | undefined, entry: RequestEntry, connection: Connection, host: string): Promise<OssReply> {
    const execute = () => this.#execute(call, entry, host);
    const refuse = (error: OssRefusal) => {
      entry.refused(error.code);
      return wholeOss(refusalAnswer(error, entry.requestId, host));
    };
    switch (fault?.kind) {
      case 'fail':
        return refuse(new OssRefusal(fault.httpStatus ?? 500, fault.code ?? 'InternalError', fault.message ?? 'Injected failure.'));
      case 'throttle':
        return refuse(new OssRefusal(fault.httpStatus ?? 503, fault.code ?? 'SlowDown', 'Please reduce your request rate.'));
      case 'deny':
        return refuse(accessDenied());
      case 'drop':
        return { kind: 'none' };
      case 'lose-answer':
        execute();
        return { kind: 'none' };
      case 'delay':
        return this.#delayed(fault, execute, connection);
      case 'html':
        if (fault.execute) execute();
        return page(fault.httpStatus ?? 503, {});
      case 'redirect':
        return page(fault.httpStatus ?? 307, { location: fault.location ?? 'http://127.0.0.1:9/elsewhere' });
      case 'cut-body':
      case 'malformed':
      case 'empty':
        return distorted(fault, fault.execute === false ? blank : execute());
      case 'stale':
        return wholeOss(this.#formerList(call, fault.ageMs ?? 0) ?? execute());
      default:
        return wholeOss(execute());
    }
  }

  #execute(call: OssCall, entry: RequestEntry, host: string): OssAnswer {
    const nowMs = this.#timeline.catchUp();
    try {
      const answer = runOss(call, nowMs);
      entry.executed(nowMs);
      if (call.action === 'oss:ListObjectsV2') this.#keepList(call, nowMs, answer);
      return answer;
    } catch (error) {
      if (!(error instanceof OssRefusal)) throw error;
      entry.refused(error.code);
      return refusalAnswer(error, entry.requestId, host);
    }
  }

  async #delayed(fault: FaultOf<'delay'>, execute: () => OssAnswer, connection: Connection): Promise<OssReply> {
    const worldNow = () => this.#timeline.catchUp();
    const until = {
      ...(fault.worldMs === undefined ? {} : { worldMs: worldNow() + fault.worldMs }),
      ...(fault.realMs === undefined ? {} : { realMs: fault.realMs }),
    };
    // A put that waits for the world is on its way for good: it arrives whether or not anybody still listens.
    const why = await this.#holds.wait(fault.worldMs === undefined ? connection : neverGone, until, worldNow);
    if (why === 'closing') return { kind: 'none' };
    const answer = execute();
    return why === 'gone' ? { kind: 'none' } : wholeOss(answer);
  }

  #keepList(call: OssCall, atMs: EpochMs, answer: OssAnswer): void {
    const key = listKey(call);
    const former = this.#formerLists.get(key) ?? [];
    former.push({ atMs, answer });
    this.#formerLists.set(key, former.slice(-listsKept));
  }

  #formerList(call: OssCall, ageMs: number): OssAnswer | undefined {
    if (call.action !== 'oss:ListObjectsV2') return undefined;
    const latestMs = this.#timeline.catchUp() - ageMs;
    const former = this.#formerLists.get(listKey(call))?.findLast(({ atMs }) => atMs <= latestMs);
    if (former) return former.answer;
    const xml = '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>\n';
    return { status: 200, headers: { 'content-type': 'application/xml' }, body: Buffer.from(xml) };
  }
}

const neverGone: Connection = { onGone: () => () => {} };

const blank: OssAnswer = { status: 200, headers: {}, body: Buffer.alloc(0) };

function listKey({ bucket, request }: OssCall): string {
  return `${bucket.name}?${request.rawQuery}`;
}

function distorted(fault: FaultOf<'cut-body' | 'malformed' | 'empty'>, answer: OssAnswer): OssReply {
  if (fault.kind === 'empty') return wholeOss({ ...answer, body: Buffer.alloc(0) });
  if (fault.kind === 'malformed') return wholeOss({ ...answer, body: Buffer.from(`<html>${answer.body.length}`) });
  return { ...answer, kind: 'cut', keepBytes: fault.keepBytes ?? answer.body.length >> 1 };
}

function page(status: number, headers: Readonly<Record<string, string>>): OssReply {
  const body = `<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>${status}</h1><hr>proxy</body></html>\n`;
  return { kind: 'whole', status, headers: { 'content-type': 'text/html', ...headers }, body: Buffer.from(body) };
}
