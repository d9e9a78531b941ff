import { namesOf, type RamUser, userNamed, userText } from '../approvers.ts';
import type { ApproverEntry } from '../compiled.ts';
import type { PolicyDraft } from '../draft.ts';
import type { Findings } from '../problem.ts';

/** Checks who may approve: one person who stands twice in a circle, and names that mean somebody else in each account. */
export function checkApprovers(draft: PolicyDraft, findings: Findings): void {
  for (const [circle, entries] of draft.approvers) {
    checkTwice(draft, circle, entries, findings);
    checkAccounts(draft, circle, entries, findings);
  }
}

function homesOf({ approversAccount, targets }: PolicyDraft): readonly string[] {
  return approversAccount === undefined ? [...new Set([...targets.values()].map(({ account }) => account))] : [approversAccount];
}

/** Two entries that are one user would look like two people who can answer. */
function checkTwice(draft: PolicyDraft, circle: string, entries: readonly ApproverEntry[], findings: Findings): void {
  const seen: RamUser[] = [];
  for (const [index, entry] of entries.entries()) {
    const users = namesOf(entry).flatMap((name) => homesOf(draft).map((home) => userNamed(name, home)));
    const twice = users.find((user) => seen.some((other) => other.account === user.account && other.user === user.user));
    if (twice !== undefined) {
      const name = userText(twice, homesOf(draft)[0] ?? '');
      findings.warning(
        ['approvers', circle, index],
        `${name} stands in ${circle} a second time: one person answers once; remove one of the two`,
      );
    }
    seen.push(...users);
  }
}

/** A plain name is a user of the account that is asked about, so with several accounts it is several people. */
function checkAccounts(draft: PolicyDraft, circle: string, entries: readonly ApproverEntry[], findings: Findings): void {
  const homes = homesOf(draft);
  if (homes.length < 2) return;
  const plain = entries.flatMap(namesOf).find((name) => !name.includes('@'));
  if (plain === undefined) return;
  const text = `${plain} is another user in each account of the targets (${homes.join(', ')}); add approversAccount with the account whose users answer for all`;
  findings.warning(['approvers', circle], text);
}
