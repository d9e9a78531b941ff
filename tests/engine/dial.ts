import { answer } from '../../shared/client/answer.ts';
import type { Client } from '../../shared/client/client.ts';
import type { Clock, EpochMs } from '../../shared/client/clock.ts';
import { query } from '../../shared/client/fields.ts';
import { operation } from '../../shared/client/operation.ts';
import type { Automation, Planner } from '../../shared/engine/automation.ts';
import type { Resource } from '../../shared/fleet/resource.ts';
import type { Action, Decision } from '../../shared/planning/decision.ts';
import type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import { anyText } from '../../shared/schema/schema.ts';

/** The smallest thing that can be automated: a dial that shows a value, and should show the one that is wanted. */
export interface Dial extends Resource {
  readonly kind: 'dial';
  readonly value: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** What a test wants of a dial; absent: not covered. */
export type Wishes = Map<string, { readonly value: string; readonly action?: Partial<Action> }>;

export const setDial = operation({
  action: 'SetDial',
  group: 'Dials',
  access: 'write',
  effect: 'write',
  params: {
    DialId: query(anyText),
    Value: query(anyText),
  },
  output: answer({}),
});

/** A service with dials. `onSet` and `onRead` run before the call; they may throw, or change the service. */
export class DialService {
  readonly dials = new Map<string, Dial>();
  readonly calls: string[] = [];
  onSet: (id: string) => void = () => {};
  /** After the value was set: a throw loses the answer. */
  afterSet: (id: string) => void = () => {};
  onRead: (id: string) => void = () => {};
  /** Whose keys the client has. Default: those of the tests' target. */
  account = '1000000000000001';
  /** What the list announces. Default: what there is. */
  announced: number | undefined;
  /** The list breaks off before this page. */
  breakAtPage = Number.POSITIVE_INFINITY;
  breakWith: unknown;

  put(id: string, value: string, more: Partial<Dial> = {}): this {
    this.dials.set(id, { id, kind: 'dial', value, ...more });
    return this;
  }

  valueOf(id: string): string | undefined {
    return this.dials.get(id)?.value;
  }

  readonly client: Client = {
    call: (async (op: { action: string }, input: { DialId: string; Value: string }) => {
      if (op.action === 'GetCallerIdentity') return { AccountId: this.account, Arn: `acs:ram::${this.account}:user/tests` };
      this.calls.push(`${op.action} ${input.DialId}=${input.Value}`);
      this.onSet(input.DialId);
      const dial = this.dials.get(input.DialId) as Dial;
      this.dials.set(input.DialId, { ...dial, value: input.Value });
      this.afterSet(input.DialId);
      return {};
    }) as unknown as Client['call'],
    pages: () => {
      throw new Error('the dial automation pages by itself');
    },
  };
}

/**
 * An automation of dials. `manual` is the contract with the journal: on a setting that we wrote with certainty, a value that is neither
 * wished nor meant by us is a person's and stands for an hour after it was first seen.
 */
export function dialAutomation(
  service: DialService,
  wishes: Wishes,
  options: { readonly pageSize?: number; readonly manual?: boolean } = {},
) {
  const planner: Planner<Dial> = {
    needs: () => [],
    decide(dial, { written, nowMs }): Decision {
      const resource = { id: dial.id };
      const wish = wishes.get(dial.id);
      if (!wish) return { verdict: 'keep', rule: null, resource, because: [{ code: 'not-covered', text: 'no rule' }] };
      if (wish.value === dial.value) return { verdict: 'keep', rule: 'r', resource, because: [{ code: 'as-wanted', text: 'as wanted' }] };
      if (wish.value === 'HOLD') return { verdict: 'hold', rule: 'r', resource, because: [{ code: 'unreadable', text: 'cannot be read' }] };
      const ours = written.values(dial.id, 'dial');
      if (options.manual && ours.some(({ outcome }) => outcome === 'done') && !ours.some(({ value }) => value === dial.value)) {
        const standing = written.external(dial.id, 'dial');
        const sinceMs = standing?.value === dial.value ? standing.sinceMs : nowMs;
        const because = [{ code: 'manual-change', text: 'set by a person', data: { setting: 'dial', value: dial.value } }];
        if (nowMs < sinceMs + 3_600_000) return { verdict: 'hold', rule: 'r', resource, because };
      }
      return {
        verdict: 'act',
        rule: 'r',
        resource,
        because: [{ code: 'wish', text: `wants ${wish.value}` }],
        action: actionOf(dial, wish),
      };
    },
  };
  const automation: Automation<Dial> = {
    name: 'dials',
    operations: { SetDial: setDial },
    planner,
    async *observe() {
      const all = [...service.dials.values()];
      const size = options.pageSize ?? 10;
      for (let start = 0, page = 0; page === 0 || start < all.length; start += size, page++) {
        if (page >= service.breakAtPage) throw service.breakWith;
        yield { resources: all.slice(start, start + size), total: service.announced ?? all.length };
      }
    },
    async reread(_client, _target, { id }) {
      service.onRead(id);
      return service.dials.get(id);
    },
  };
  return automation;
}

function actionOf(dial: Dial, wish: { value: string; action?: Partial<Action> }): Action {
  return {
    key: `dial/${dial.id}/${wish.value}`,
    operation: 'SetDial',
    input: { DialId: dial.id, Value: wish.value },
    effect: 'write',
    change: [{ field: 'value', from: dial.value, to: wish.value }],
    writes: { setting: 'dial', value: wish.value },
    ...wish.action,
  };
}

export const target: CompiledTarget = {
  name: 'cn',
  account: '1000000000000001',
  endpoint: 'cn-shanghai',
  timezone: 'Asia/Shanghai',
  shardByRegion: false,
};

/** Tuesday 2026-11-24, 12:00 in Shanghai. */
export const noon = Date.UTC(2026, 10, 24, 4);

/** A policy that lets `dials` act and limits nothing. */
export function policyWith(more: Partial<CompiledPolicy> = {}): CompiledPolicy {
  return {
    format: 1,
    sourceHash: 'f'.repeat(64),
    fromMs: noon - 86_400_000,
    untilMs: noon + 400 * 86_400_000,
    timezone: 'Asia/Shanghai',
    serviceTimeZone: 'Asia/Shanghai',
    mode: { default: 'observe', act: ['dials'] },
    targets: { cn: target },
    zones: { 'Asia/Shanghai': { transitions: [{ atMs: 0, offsetMs: 8 * 3_600_000 }] } },
    timelines: {},
    exceptions: [],
    protect: { users: [] },
    limits: {},
    freezes: [],
    channels: {},
    tell: {},
    approvers: {},
    rules: {},
    warnings: [],
    ...more,
  };
}

/** A clock that a test sets. */
export class HandClock implements Clock {
  nowMs: EpochMs;
  constructor(nowMs: EpochMs = noon) {
    this.nowMs = nowMs;
  }
  now(): EpochMs {
    return this.nowMs;
  }
  async sleep(ms: number): Promise<void> {
    this.nowMs += ms;
  }
}
