import { type Manifest, recordsOfRuns } from '../../shared/planning/manifest.ts';
import type { FunctionName } from '../../shared/policy/known-functions.ts';

/** What there is to say of power-workstations: it starts and stops workstations by the clock. */
export const manifest = {
  name: 'power-workstations',
  begins: ['timer'],
  spread: 'regions',
  role: 'operator',
  calls: ['ListWuyingServer', 'StartWuyingServer', 'StopWuyingServer'],
  writes: recordsOfRuns('power-workstations'),
  settings: ['power'],
  harms: ['cut', 'stop'],
  never: ['cut-sessions', 'power-off'],
  keepsUp: { kind: 'workstations' },
  // Groups and tags are not of workstations.
  protect: ['users'],
  staleAfterMs: 15 * 60_000,
  page: 'power-workstations.md',
} as const satisfies Manifest<FunctionName>;
