/** What a check found. `unknown`: it cannot be told from here; a person has to look. */
export type FindingState = 'ok' | 'warn' | 'fail' | 'unknown';

/** One line of the examination. */
export interface Finding {
  readonly area:
    | 'identity'
    | 'endpoint'
    | 'clock'
    | 'permission'
    | 'billing'
    | 'store'
    | 'policy'
    | 'calendar'
    | 'channel'
    | 'deployed'
    | 'manual';
  readonly state: FindingState;
  readonly text: string;
  /** What to do about it; on everything that is not `ok`. */
  readonly todo?: string;
}

/** Findings of one area. */
export function findingsOf(area: Finding['area']) {
  return {
    ok: (text: string): Finding => ({ area, state: 'ok', text }),
    warn: (text: string, todo: string): Finding => ({ area, state: 'warn', text, todo }),
    fail: (text: string, todo: string): Finding => ({ area, state: 'fail', text, todo }),
    unknown: (text: string, todo: string): Finding => ({ area, state: 'unknown', text, todo }),
  };
}

/** The message of an error, for a finding. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
