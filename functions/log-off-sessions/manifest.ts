import { type Manifest, recordsOfRuns } from '../../shared/planning/manifest.ts';
import type { FunctionName } from '../../shared/policy/known-functions.ts';

/** What there is to say of log-off-sessions: it ends sessions after hours, and keeps new users out shortly before. */
export const manifest = {
  name: 'log-off-sessions',
  begins: ['timer'],
  spread: 'regions',
  // A drain that it set is lifted, whatever rules there are by then.
  withoutRules: true,
  role: 'operator',
  calls: [
    'GetAppInstanceGroup',
    'ListAppInstanceGroup',
    'ListAppInstances',
    'ListPersistentAppInstances',
    'LogOffAllSessionsInAppInstanceGroup',
    'TagCloudResources',
    'Unbind',
    'UntagCloudResources',
  ],
  writes: recordsOfRuns('log-off-sessions'),
  settings: ['sessions', 'new-users', 'drain-lift'],
  harms: ['cut', 'restrict'],
  never: ['cut-sessions'],
  protect: ['users', 'groups', 'ownerTag'],
  staleAfterMs: 15 * 60_000,
  page: 'log-off-sessions.md',
} as const satisfies Manifest<FunctionName>;
