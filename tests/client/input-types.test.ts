import { describe, expect, it } from 'vitest';
import { checkInput, describeFaults } from '../../shared/client/check-input.ts';
import type { AnyOperation, InputOf } from '../../shared/client/operation.ts';
import { operations as op } from '../../shared/client/operations/index.ts';

type RenewInput = InputOf<typeof op.RenewAppInstanceGroup>;
type ModifyAppPolicyInput = InputOf<typeof op.ModifyAppPolicy>;

const group = { AppInstanceGroupId: 'aig-1', ProductType: 'CloudApp' } as const;

const taken = (operation: AnyOperation, input: unknown) => checkInput(operation, input).length === 0;

describe('secrets of an input', () => {
  const secretOnes = [op.CreateWuyingServer, op.ModifyWuyingServerAttribute];

  it.each([[{ pass: 'Hunter2!x' }], [['Hunter2!x']], [42424242]])('a password of the wrong type %j is in no fault', (Password) => {
    for (const row of secretOnes) {
      const faults = JSON.stringify(describeFaults(checkInput(row, { WuyingServerId: 'ws-1', Password })));
      expect(faults).toContain('Password');
      expect(faults).not.toMatch(/Hunter2|42424242/);
    }
  });
});

describe('types of an input', () => {
  it('let a legal pair compile and a wrong one not', () => {
    const legal: RenewInput[] = [
      { ...group, Period: 1, PeriodUnit: 'Week' },
      { ...group, Period: 6, PeriodUnit: 'Month', AutoPay: true },
      { ...group, Period: 3, PeriodUnit: 'Year' },
    ];
    const wrong: RenewInput[] = [
      // @ts-expect-error two weeks cannot be ordered
      { ...group, Period: 2, PeriodUnit: 'Week' },
      // @ts-expect-error six years cannot be ordered
      { ...group, Period: 6, PeriodUnit: 'Year' },
      // @ts-expect-error the unit is spelt with a capital
      { ...group, Period: 1, PeriodUnit: 'month' },
      // @ts-expect-error no such parameter
      { ...group, Period: 1, PeriodUnit: 'Month', Autopay: true },
      // @ts-expect-error the group is required
      { ProductType: 'CloudApp', Period: 1, PeriodUnit: 'Month' },
    ];
    for (const input of legal) expect(taken(op.RenewAppInstanceGroup, input)).toBe(true);
    for (const input of wrong) expect(taken(op.RenewAppInstanceGroup, input)).toBe(false);
  });

  it('let a legal picture mode compile and a wrong one not', () => {
    const base = { AppPolicyId: 'pg-1', ProductType: 'CloudApp' } as const;
    const legal: ModifyAppPolicyInput[] = [
      { ...base, VideoPolicy: { Webrtc: true, StreamingMode: 'video' } },
      { ...base, VideoPolicy: { Webrtc: false, StreamingMode: 'mix', FrameRate: 60 } },
      { ...base, VideoPolicy: { FrameRate: 30 } },
      base,
    ];
    const wrong: ModifyAppPolicyInput[] = [
      // @ts-expect-error WebRTC takes video only
      { ...base, VideoPolicy: { Webrtc: true, StreamingMode: 'mix' } },
      // @ts-expect-error one without the other
      { ...base, VideoPolicy: { StreamingMode: 'mix' } },
    ];
    for (const input of legal) expect(taken(op.ModifyAppPolicy, input)).toBe(true);
    for (const input of wrong) expect(taken(op.ModifyAppPolicy, input)).toBe(false);
  });

  it('demand what this program insists on, and offer the values of open sets', () => {
    // @ts-expect-error a list is demanded
    const start: InputOf<typeof op.StartWuyingServer> = {};
    // @ts-expect-error payment must be said
    const renew: InputOf<typeof op.RenewWuyingServer> = { WuyingServerId: 'ws-1', Period: 1, PeriodUnit: 'Month' };
    const other: InputOf<typeof op.ListAppInstanceGroup> = { ProductType: 'CloudApp', BizRegionId: 'cn-chengdu' };
    expect(taken(op.StartWuyingServer, start)).toBe(false);
    expect(taken(op.RenewWuyingServer, renew)).toBe(false);
    expect(taken(op.ListAppInstanceGroup, other)).toBe(true);
  });
});
