import { callerIdentity } from '../client/caller-identity.ts';
import type { Client } from '../client/client.ts';
import type { CompiledTarget } from '../policy/compiled.ts';
import type { Reason } from './decision.ts';
import { isExpected } from './expected.ts';
import { reason } from './reasons.ts';
import { type RunError, runError } from './report.ts';

/** Whether the keys of a target belong to the account that the policy states for it; where not, why nothing may be done there. */
export type AccountCheck = { readonly ok: true } | { readonly ok: false; readonly because: Reason; readonly error: RunError };

/** Accounts as asked, by client: a client signs with one identity as long as it lives. */
const asked = new WeakMap<Client, string>();

/**
 * Asks whose the keys of a target are and compares (protocols, renewal, step 15): a mistyped number, or keys of another account, would make one
 * resource look like two. One call for each client; a failure is asked again. Never throws but defects.
 */
export async function checkAccount(client: Client, { name, account }: Pick<CompiledTarget, 'name' | 'account'>): Promise<AccountCheck> {
  let found = asked.get(client);
  if (found === undefined) {
    try {
      found = (await callerIdentity(client))?.account;
    } catch (error) {
      if (!isExpected(error)) throw error;
      return refused(
        'account-unknown',
        `whose keys act on target ${name} could not be asked (${runError(error).message}); nothing is done until it can`,
      );
    }
    if (found === undefined)
      return refused('account-unknown', `STS did not say whose keys act on target ${name}; nothing is done until it does`);
    asked.set(client, found);
  }
  if (found === account) return { ok: true };
  const text = `target ${name} is account ${account} in the policy, and its keys belong to account ${found}; correct targets.${name}.account, or the keys or role of the target`;
  return refused('account-mismatch', text);
}

function refused(code: 'account-mismatch' | 'account-unknown', text: string): AccountCheck {
  const error = { code: code === 'account-mismatch' ? 'AccountMismatch' : 'AccountUnknown', message: `Nothing is done: ${text}.` };
  return { ok: false, because: reason(code, text), error };
}
