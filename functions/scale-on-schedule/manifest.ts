import { type Manifest, recordsOfRuns } from '../../shared/planning/manifest.ts';
import type { FunctionName } from '../../shared/policy/known-functions.ts';

/** What there is to say of scale-on-schedule: nodes of delivery groups by the clock. */
export const manifest = {
  name: 'scale-on-schedule',
  begins: ['timer'],
  spread: 'regions',
  role: 'operator',
  calls: ['GetAppInstanceGroup', 'GetResourcePrice', 'ListAppInstanceGroup', 'ListAppInstances', 'ModifyNodePoolAttribute'],
  writes: recordsOfRuns('scale-on-schedule'),
  settings: ['node-pool:'],
  harms: ['cut', 'lower'],
  never: ['cut-sessions', 'scale-down'],
  keepsUp: { kind: 'groups', part: 'peak' },
  protect: ['users', 'groups', 'ownerTag'],
  page: 'scale-on-schedule.md',
} as const satisfies Manifest<FunctionName>;
