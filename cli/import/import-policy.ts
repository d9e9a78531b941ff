import type { Reason } from '../../shared/planning/decision.ts';
import type { ImportSettings, ObservedAccount } from './account.ts';
import { draftPolicy, type PolicyDraft } from './policy-draft.ts';
import { policyText } from './policy-text.ts';
import { prove } from './prove.ts';
import { reason } from './reasons.ts';

/** A policy made from an account. */
export interface ImportedPolicy {
  readonly text: string;
  readonly draft: PolicyDraft;
  /** Warnings that `validate` has about it. */
  readonly warnings: readonly string[];
}

/** The policy that was made is not one under which everything stays as it is: a defect of this program. `code` is `ImportUnproven`. */
export class ImportError extends Error {
  readonly code = 'ImportUnproven';
  constructor(what: string) {
    super(`The policy was made and does not hold: ${what}. Nothing was written; please report this.`);
    this.name = 'ImportError';
  }
}

/**
 * Makes a policy whose plan is empty, and proves it before giving it: the planners decide about every resource under the very text. A group that they
 * would change or hold is left alone instead, with what they say as the reason, and the policy is made anew without it. Pure.
 * @param proveText default: \`prove\`
 * @throws ImportError where the text is no valid policy, or nothing can be left out any more
 */
export function importPolicy(observed: ObservedAccount, settings: ImportSettings, proveText: typeof prove = prove): ImportedPolicy {
  const scale = new Map<string, Reason>();
  const enforce = new Set<string>();
  for (;;) {
    const draft = draftPolicy(observed, settings, { scale, enforce });
    const text = policyText(draft);
    const { problems, objections } = proveText(text, observed, settings);
    const errors = problems.filter((line) => line.includes('  error  '));
    if (errors[0] !== undefined) throw new ImportError(errors[0]);
    if (objections.length === 0) return { text, draft, warnings: problems };
    let isNew = false;
    for (const { function: name, id, because } of objections) {
      if (name === 'power-workstations') throw new ImportError(`${id}: ${because.text}`);
      isNew ||= name === 'enforce-policy' ? !enforce.has(id) : !scale.has(id);
      if (name === 'enforce-policy') enforce.add(id);
      else scale.set(id, reason('would-change', `a rule for it would not leave it as it is: ${because.text}`, { code: because.code }));
    }
    const [first] = objections;
    if (!isNew) throw new ImportError(`${first?.id}: ${first?.because.text}`);
  }
}
