import type { ApproverEntry, CompiledPolicy } from './compiled.ts';

/** A RAM user: a name means somebody only together with the account that it belongs to. */
export interface RamUser {
  readonly account: string;
  readonly user: string;
}

/** A RAM user as STS names them. `userId` is never given again, while a name can be given to somebody else. */
export interface RamPerson extends RamUser {
  readonly userId: string;
}

type Approvers = Pick<CompiledPolicy, 'approvers' | 'approversAccount'>;

/** The names of one entry as written: more than one where a person has several users. */
export function namesOf(entry: ApproverEntry): readonly string[] {
  return typeof entry === 'string' ? [entry] : entry.user;
}

/** The RAM user that a name stands for. @param home account of names that state none */
export function userNamed(name: string, home: string): RamUser {
  const at = name.lastIndexOf('@');
  return at < 0 ? { account: home, user: name } : { account: name.slice(at + 1), user: name.slice(0, at) };
}

/** How people read a user: the bare name where the account goes without saying. */
export function userText({ account, user }: RamUser, home: string): string {
  return account === home ? user : `${user}@${account}`;
}

/** The users who may answer for a circle about a resource of an account; none for a circle that the policy does not have. */
export function votersOf({ approvers, approversAccount }: Approvers, circle: string, account: string): readonly RamUser[] {
  const entries = Object.hasOwn(approvers, circle) ? (approvers[circle] ?? []) : [];
  const users = entries.flatMap(namesOf).map((name) => userNamed(name, approversAccount ?? account));
  return [...new Map(users.map((each) => [idOf(each), each])).values()];
}

/** The same for the same user. Accounts are digits. */
function idOf({ account, user }: RamUser): string {
  return `${account}.${user}`;
}

/** How many different people a policy's circles name; several users of one person count once. */
export function peopleIn({ approvers }: Pick<CompiledPolicy, 'approvers'>): number {
  return joined(Object.values(approvers).flat().map(namesOf)).length;
}

/** Lists that share a member are one: a user of two lists makes all users of both one person's. */
function joined(lists: readonly (readonly string[])[]): readonly ReadonlySet<string>[] {
  const people: Set<string>[] = [];
  for (const names of lists) {
    const same = people.filter((known) => names.some((name) => known.has(name)));
    const whole = new Set([...names, ...same.flatMap((known) => [...known])]);
    for (const known of same) people.splice(people.indexOf(known), 1);
    people.push(whole);
  }
  return people;
}

/** True where a list of users holds one. */
export function includesUser(users: readonly RamUser[], { account, user }: RamUser): boolean {
  return users.some((each) => each.account === account && each.user === user);
}

/**
 * True where two sets of keys belong to one person: the same user by name or id, or users that a policy lists as one person's. Plain names in
 * such a list mean the users of `approversAccount`, and without one those of every target.
 */
export function isSamePerson(policies: readonly (Approvers & Pick<CompiledPolicy, 'targets'>)[], a: RamPerson, b: RamPerson): boolean {
  if (a.account === b.account && (a.user === b.user || a.userId === b.userId)) return true;
  const people = joined(policies.flatMap(peopleOf).map((users) => users.map(idOf)));
  return people.some((users) => users.has(idOf(a)) && users.has(idOf(b)));
}

/** True where a policy names the person at these keys as an approver. */
export function isApprover(policy: Approvers & Pick<CompiledPolicy, 'targets'>, person: RamUser): boolean {
  return peopleOf(policy).some((users) => includesUser(users, person));
}

/** The users of each person whom the circles of a policy name. */
function peopleOf({ approvers, approversAccount, targets }: Approvers & Pick<CompiledPolicy, 'targets'>): readonly RamUser[][] {
  const homes = approversAccount === undefined ? Object.values(targets).map(({ account }) => account) : [approversAccount];
  return Object.values(approvers)
    .flat()
    .map((entry) => homes.flatMap((home) => namesOf(entry).map((name) => userNamed(name, home))));
}
