import { type Manifest, recordsOfRuns } from '../../shared/planning/manifest.ts';
import type { FunctionName } from '../../shared/policy/known-functions.ts';

/** What there is to say of approve-ota-windows: it approves agent updates for the next maintenance window. */
export const manifest = {
  name: 'approve-ota-windows',
  begins: ['timer'],
  spread: 'targets',
  role: 'operator',
  calls: ['ApproveOtaTask', 'GetAppInstanceGroup', 'ListAppInstanceGroup', 'ListAppInstances', 'ListOtaTask'],
  writes: recordsOfRuns('approve-ota-windows'),
  settings: ['ota-approval'],
  harms: ['cut'],
  never: ['cut-sessions', 'approve-ota'],
  protect: ['users', 'groups', 'ownerTag'],
  staleAfterMs: 15 * 60_000,
  page: 'approve-ota-windows.md',
} as const satisfies Manifest<FunctionName>;
