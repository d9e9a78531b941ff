import type { operations } from '../client/operations/index.ts';
import type { CompiledProtect } from '../policy/compiled.ts';
import type { Spread } from '../policy/known-functions.ts';
import type { ExceptionBindings } from '../policy/rule-module.ts';
import type { Harm } from './decision.ts';

/** Roles that functions run in, from the least power to the most particular one. */
export const functionRoles = ['observer', 'digest', 'operator', 'tagger', 'enforcer', 'buyer', 'links', 'reporter'] as const;

/** A role that functions run in. */
export type FunctionRole = (typeof functionRoles)[number];

/** What begins a run: a timer (that of `dispatch`, for functions that it spreads), the audit trail, a request, the failure of another function. */
export type Begins = 'timer' | 'audit-events' | 'http' | 'failure';

/** Operations of billing that a function may call. All of them read: no function cancels an order, so the table itself, which has that too, is not named here. */
type BillingRead = 'GetOrderDetail' | 'QueryAccountBalance' | 'QueryAvailableInstances' | 'QueryOrders';

/**
 * All that is to be said of one function, in one place: whatever lists functions reads the catalog of manifests (`functions/catalog.ts`).
 * A manifest imports no code but this file's, so that a bundle can carry its own at no cost. Functions know no manifest but theirs.
 */
export interface Manifest<Name extends string = string> extends ExceptionBindings {
  /** Its name, which is that of its folder, of its rules in the policy, and the end of its name in Function Compute. */
  readonly name: Name;
  readonly begins: readonly Begins[];
  /** How its work is spread over invocations. Absent: it works for no target by itself. */
  readonly spread?: Spread;
  /** True where it has something to see to although the policy has no rule of it. */
  readonly withoutRules?: true;
  /** True where the command line runs it before the others, since they go by what it writes. */
  readonly runsFirst?: true;
  /** True where it starts the functions that are spread. Where there is one target only it runs them itself, and needs what they need. */
  readonly startsOthers?: true;
  /** The role that it needs to act. One that only observes can run in `observer`. */
  readonly role: FunctionRole;
  /** Every operation that its bundle calls. */
  readonly calls: readonly (keyof typeof operations)[];
  /** Every operation of billing that it calls for targets that say how they are billed; all of them read. Absent: none. */
  readonly billingCalls?: readonly BillingRead[];
  /** What the names of the records that it writes begin with. */
  readonly writes: readonly string[];
  /** What the names of the records that it reads begin with. Absent: all of the journal. */
  readonly reads?: readonly string[];
  /** The settings of resources that it writes, as the journal names them; `:` ends a name that an id follows. Each belongs to one function. */
  readonly settings: readonly string[];
  /** What its actions can do to people and to what is theirs, at once or later. */
  readonly harms: readonly Harm[];
  /** The words of `protect` that bind it. */
  readonly protect: readonly (keyof CompiledProtect)[];
  /** An event older than this begins nothing, since acting late does harm. Absent: it plans from now, however late. */
  readonly staleAfterMs?: number;
  /** Its page below `docs/`. */
  readonly page: string;
}

/** What every automation records: what it meant and did, what it told, and that it ran. */
export function recordsOfRuns(name: string): readonly string[] {
  return [`written/${name}/`, `claims/${name}/`, `heartbeats/${name}/`, 'runs/', `alerts/${name}/`];
}

/** What a function on events records: beside its runs what it heard, so that invocations that meet see to it together. */
export function recordsOfListener(name: string): readonly string[] {
  return [...recordsOfRuns(name), `events/${name}/`];
}
