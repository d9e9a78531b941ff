/** Nobody could be told of something critical, so whoever runs it must fail. `code` is `NotTold`; the message says what to do. */
export class NotToldError extends Error {
  readonly code = 'NotTold';
  /** `what`: of what, as the rest of a sentence. `why`: the channels and why they did not deliver; no address, no secret. */
  constructor(what: string, why: readonly string[]) {
    const because = why.length > 0 ? why.join('; ') : 'the policy names no channel';
    super(`Nobody could be told ${what}: ${because}. Name channels that work under tell, and try 'streamwarden notify test'.`);
    this.name = 'NotToldError';
  }
}
