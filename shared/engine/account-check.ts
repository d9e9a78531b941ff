import { callerIdentity, mismatchText } from '../client/caller-identity.ts';
import type { Client } from '../client/client.ts';
import type { Reason } from '../planning/decision.ts';
import type { CompiledTarget } from '../policy/compiled.ts';
import { reason } from './reasons.ts';
import { isExpected, type RunError, runError } from './report.ts';

/** Whether the keys of a target belong to the account that the policy states for it; where not, why nothing may be done there. */
export type AccountCheck = { readonly ok: true; readonly account: string } | RefusedAccount;

/** Keys that are another account's (`account-mismatch`), or of which nobody could say whose they are (`account-unknown`). */
export interface RefusedAccount {
  readonly ok: false;
  readonly because: Reason;
  readonly error: RunError;
}

/** True where the keys are known to be another account's. */
export function isOthers(check: AccountCheck): boolean {
  return !check.ok && check.because.code === 'account-mismatch';
}

/**
 * Asks whose the keys of a target are and compares (purchase protocol, P15): a mistyped number, or keys of another account, would make one
 * resource look like two, and a run that finds nothing to do in another account would look healthy. One call for each key and process; a failure is asked again by the next run. Never throws but defects.
 */
export async function checkAccount(client: Client, { name, account }: Pick<CompiledTarget, 'name' | 'account'>): Promise<AccountCheck> {
  try {
    const caller = await callerIdentity(client);
    if (caller?.account === account) return { ok: true, account };
    if (caller) return refused('account-mismatch', mismatchText(account, `targets.${name}.account`, caller));
    return refused('account-unknown', `STS did not say whose keys act on target ${name}; nothing is done there until it does.`);
  } catch (error) {
    if (!isExpected(error)) throw error;
    const { message } = runError(error);
    return refused('account-unknown', `Nothing is done on target ${name} until STS says whose keys act there: ${message}`);
  }
}

function refused(code: 'account-mismatch' | 'account-unknown', text: string): AccountCheck {
  const error = { code: code === 'account-mismatch' ? 'AccountMismatch' : 'AccountUnknown', message: `Nothing is done: ${text}` };
  return { ok: false, because: reason(code, text), error };
}
