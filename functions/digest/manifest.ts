import type { Manifest } from '../../shared/planning/manifest.ts';
import type { FunctionName } from '../../shared/policy/known-functions.ts';

/** What there is to say of digest: it tells once a day what happened, and at once that a function is silent. */
export const manifest = {
  name: 'digest',
  begins: ['timer'],
  spread: 'together',
  withoutRules: true,
  role: 'digest',
  calls: ['GetResourcePrice', 'GetResourceRenewPrice', 'ListAppInstanceGroup', 'ListWuyingServer'],
  writes: ['digests/', 'heads/', 'covered/', 'usage/', 'alerts/digest/', 'runs/', 'heartbeats/digest/'],
  settings: [],
  harms: [],
  never: [],
  protect: [],
  page: 'digest.md',
} as const satisfies Manifest<FunctionName>;
