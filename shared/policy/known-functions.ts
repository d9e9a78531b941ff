/**
 * How the work of a function is spread over invocations. `regions`: one for each target, and for each of its regions where the target says
 * `shardByRegion`. `targets`: one for each target, since it compares resources of all regions, or decides about the account itself.
 * `together`: all targets in turn within one, since it buys, or tells once of all of them.
 */
export type Spread = 'regions' | 'targets' | 'together';

/**
 * The functions that the policy language knows, in the order in which documents list them, and how each spreads. The one list of names below
 * `functions/`: their manifests say the same, which a test compares, since no bundle may carry the manifests of others.
 */
export const spreads = {
  'scale-on-schedule': 'regions',
  // One at a time: concurrent runs of a function that buys would be throttled for hours.
  'renew-before-expiry': 'together',
  // A ring waits for the ring before it, wherever its groups are.
  'approve-ota-windows': 'targets',
  'log-off-sessions': 'regions',
  'tag-new-resources': 'regions',
  // It looks after the account too, which has no region.
  'enforce-policy': 'targets',
  'power-workstations': 'regions',
  digest: 'together',
} as const satisfies Readonly<Record<string, Spread>>;

/** Name of an automation, as `rules` and `mode` spell it. */
export type FunctionName = keyof typeof spreads;

/** Every function that the policy language knows. */
export const functionNames: readonly FunctionName[] = /* @__PURE__ */ Object.keys(spreads) as FunctionName[];
