import { ApiError } from '../../shared/client/errors.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import { type RunOptions, run } from '../../shared/engine/run.ts';
import { parseRecord } from '../../shared/journal/log/record.ts';
import { memoryStore } from '../journal/memory-store.ts';
import { type Dial, DialService, dialAutomation, HandClock, policyWith, target, type Wishes } from './dial.ts';

export function fixture(options: Parameters<typeof dialAutomation>[2] = {}) {
  const service = new DialService();
  const wishes: Wishes = new Map();
  const store = memoryStore();
  const clock = new HandClock();
  const automation = dialAutomation(service, wishes, options);
  return {
    service,
    wishes,
    store,
    clock,
    automation,
    run: (mode: 'plan' | 'apply', more: Partial<RunOptions<Dial>> = {}) =>
      run({ automation, client: service.client, target, policy: policyWith(), store, clock, mode, world: 'a test', ...more }),
    later(ms: number) {
      clock.nowMs += ms;
    },
  };
}

export const apiError = (executed: 'no' | 'unknown') =>
  new ApiError({ code: 'Boom', message: 'it broke', operation: 'ListDials', executed, httpStatus: 503, requestId: 'R', attempts: 3 });
export const codes = ({ decisions }: RunReport) =>
  decisions.map(({ resource, verdict, because }) => `${resource.id} ${verdict} ${because[0]?.code}`);
export const kindsOf = (store: ReturnType<typeof memoryStore>, prefix: string) =>
  [...store.records].filter(([key]) => key.startsWith(prefix)).map(([key, bytes]) => parseRecord(key, bytes).kind);
