import type { Fault } from '../faults.ts';
import { type CheckedCall, type ExecutionPlace, execute, identityOf, refuse } from './execution.ts';
import { GatewayError, noPermission } from './gateway-error.ts';
import { History } from './history.ts';
import type { Connection, Holds } from './holds.ts';
import { type Answer, gatewayHeaders, type Reply, wholeReply } from './reply.ts';
import { shiftedPage } from './shifted-page.ts';

/** What faults need besides the place of execution. */
export interface InjectionPlace extends ExecutionPlace {
  readonly holds: Holds;
  readonly history: History;
}

type FaultOf<K extends Fault['kind']> = Extract<Fault, { kind: K }>;

/** Runs a call under a fault: the fault decides whether it runs, when, and what of the answer arrives. */
export async function runWithFault(checked: CheckedCall, fault: Fault, place: InjectionPlace, connection: Connection): Promise<Reply> {
  const { requestId } = checked.entry;
  const whole = (answer: Answer) => wholeReply(answer, requestId, place.timeline.gatewayNowMs());
  const refusal = (error: GatewayError) => whole(refuse(checked, place, error));
  switch (fault.kind) {
    case 'fail':
      return refusal(new GatewayError(fault.code ?? 'InternalError', fault.message ?? 'Injected failure.', fault.httpStatus ?? 500));
    case 'throttle':
      return refusal(throttling(fault));
    case 'deny':
      return refusal(denial(checked));
    case 'body-code': {
      checked.entry.refused(fault.code);
      return whole({ status: 200, body: { RequestId: requestId, Code: fault.code, Message: fault.message ?? 'Injected failure.' } });
    }
    case 'drop':
      return { kind: 'none' };
    case 'lose-answer':
      execute(checked, place);
      return { kind: 'none' };
    case 'delay':
      return delayed(checked, fault, place, connection);
    case 'redirect':
      return pageReply(checked, place, fault.httpStatus ?? 302, { location: fault.location ?? 'http://127.0.0.1:9/elsewhere' });
    case 'html':
      if (fault.execute) execute(checked, place);
      return pageReply(checked, place, fault.httpStatus ?? 503, {});
    case 'cut-body':
    case 'malformed':
    case 'empty':
      return distorted(fault, fault.execute === false ? blank(checked) : execute(checked, place), whole);
    case 'stale':
      return whole(stale(checked, fault.ageMs ?? 0, place));
    case 'late':
      return whole(execute(checked, place, undefined, fault.seconds * 1_000));
    case 'shifted-page':
      return whole(
        execute(checked, place, (run) => shiftedPage(checked.call.paging, checked.input, fault.rows ?? -1, (input) => run({ ...input }))),
      );
  }
}

function throttling(fault: FaultOf<'throttle'>): GatewayError {
  return new GatewayError(fault.code ?? 'Throttling.User', 'Request was denied due to user flow control.', fault.httpStatus ?? 400, {
    headers: {
      ...(fault.retryAfterMs === undefined ? {} : { 'x-acs-retry-after': String(fault.retryAfterMs) }),
      ...(fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) }),
    },
  });
}

function denial({ call, key }: CheckedCall): GatewayError {
  const identity = identityOf(key);
  const type = identity.type === 'ram-user' ? 'SubUser' : 'AssumedRoleUser';
  return noPermission(call.ramAction, { type, name: identity.userName, accountId: key.accountId });
}

async function delayed(checked: CheckedCall, fault: FaultOf<'delay'>, place: InjectionPlace, connection: Connection): Promise<Reply> {
  const worldNow = () => place.world.clock.nowMs;
  const until = {
    ...(fault.worldMs === undefined ? {} : { worldMs: worldNow() + fault.worldMs }),
    ...(fault.realMs === undefined ? {} : { realMs: fault.realMs }),
  };
  const why = await place.holds.wait(connection, until, worldNow);
  if (why === 'closing') return { kind: 'none' };
  const answer = execute(checked, place);
  return why === 'gone' ? { kind: 'none' } : wholeReply(answer, checked.entry.requestId, place.timeline.gatewayNowMs());
}

function distorted(fault: FaultOf<'cut-body' | 'malformed' | 'empty'>, answer: Answer, whole: (answer: Answer) => Reply): Reply {
  const reply = whole(answer);
  if (reply.kind !== 'whole') return reply;
  if (fault.kind === 'empty') return { ...reply, body: '' };
  if (fault.kind === 'malformed') return { ...reply, body: `${reply.body.slice(0, -1)},` };
  return { ...reply, kind: 'cut', keepBytes: fault.keepBytes ?? Buffer.byteLength(reply.body) >> 1 };
}

function blank({ entry }: CheckedCall): Answer {
  return { status: 200, body: { RequestId: entry.requestId } };
}

function stale(checked: CheckedCall, ageMs: number, place: InjectionPlace): Answer {
  const { call, key, entry, input } = checked;
  const nowMs = place.timeline.catchUp();
  const former = call.access === 'read' ? place.history.find(History.key(key.accountId, call.action, input), nowMs - ageMs) : undefined;
  if (!former) return execute(checked, place);
  entry.executed(nowMs);
  return { status: 200, body: { ...former, RequestId: entry.requestId } };
}

function pageReply({ entry }: CheckedCall, place: InjectionPlace, status: number, headers: Readonly<Record<string, string>>): Reply {
  const body = `<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>${status}</h1><hr>proxy</body></html>\n`;
  return {
    kind: 'whole',
    status,
    headers: { ...gatewayHeaders(entry.requestId, place.timeline.gatewayNowMs(), 'text/html'), ...headers },
    body,
  };
}
