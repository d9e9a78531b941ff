import type { FunctionName } from '../compiled.ts';

/** Every function that the policy language knows, whether built or not, in the order in which documents list them. */
export const functionNames = [
  'scale-on-schedule',
  'renew-before-expiry',
  'approve-ota-windows',
  'log-off-sessions',
  'tag-new-resources',
  'enforce-policy',
  'power-workstations',
  'digest',
] as const satisfies readonly FunctionName[];
