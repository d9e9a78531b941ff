import type { UsersSeed } from './seed.ts';

/** Names of users with a common prefix, numbered from 1 with four digits at least. */
function numberedUser(prefix: string, index: number): string {
  return `${prefix}${String(index + 1).padStart(4, '0')}`;
}

const nobody: readonly UsersSeed[] = [];

/** Who may connect to a delivery group, in the order of authorization. Names made from a prefix exist only once they are asked for. */
export class AuthorizedUsers {
  #seeds: readonly UsersSeed[];
  #users: Set<string> | undefined;

  constructor(seeds: readonly UsersSeed[] = nobody) {
    this.#seeds = seeds;
  }

  /** Number of users. */
  get size(): number {
    return this.#all().size;
  }

  /** True where the user may connect. */
  has(user: string): boolean {
    return this.#all().has(user);
  }

  /** Gives access; false where the user had it already. */
  add(user: string): boolean {
    const users = this.#all();
    if (users.has(user)) return false;
    users.add(user);
    return true;
  }

  /** Takes access away; false where the user had none. */
  remove(user: string): boolean {
    return this.#all().delete(user);
  }

  /** All users. */
  list(): string[] {
    return [...this.#all()];
  }

  #all(): Set<string> {
    if (!this.#users) {
      this.#users = new Set();
      for (const seed of this.#seeds) for (const user of seededUsers(seed)) this.#users.add(user);
      this.#seeds = nobody;
    }
    return this.#users;
  }
}

/** The users that a seed stands for: the named ones, then the numbered ones. */
export function* seededUsers(seed: UsersSeed): Generator<string> {
  yield* seed.ids ?? [];
  for (let i = 0; i < (seed.count ?? 0); i += 1) yield numberedUser(seed.prefix ?? 'user-', i);
}
