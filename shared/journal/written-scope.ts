/** What a `written` stream is about, beside its function: an account, or one of its regions where runs are made for each region apart. */
interface ScopeOwner {
  readonly account: string;
  /** The only region that is looked at. Default: all. */
  readonly shard?: string | undefined;
}

/**
 * Name of the stream of a target: `<account>`, or `<account>.<region>`, so that runs of several regions at once never write into one stream,
 * where each would find the other in its way. Accounts are digits.
 */
export function writtenScope({ account, shard }: ScopeOwner): string {
  return shard === undefined ? account : `${account}.${shard}`;
}

/** True for the streams of an account: its own and those of its regions. */
export function isScopeOf(scope: string, account: string): boolean {
  return scope === account || scope.startsWith(`${account}.`);
}
