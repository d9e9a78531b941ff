import type { OssPlace } from '../../shared/journal/store/oss-client.ts';
import type { RamUser } from '../../shared/policy/approvers.ts';
import type { TargetBilling } from '../../shared/policy/compiled.ts';
import { type Powers, powers } from './powers.ts';

/** What the permissions of an installation depend on. */
export interface RamSetup {
  /** The account in which the functions run. Undefined: not known; then resources name any account. */
  readonly account: string | undefined;
  /** What the names of functions and roles begin with. */
  readonly prefix: string;
  /** Undefined: no journal in OSS, so no access to one. */
  readonly store: OssPlace | undefined;
  /** The accounts that are governed. `role` undefined: the functions act as themselves. */
  readonly targets: readonly { readonly account: string; readonly role?: string | undefined; readonly billing?: TargetBilling }[];
  /** Who may approve, by circle: each person has a policy of their own. */
  readonly approvers: readonly { readonly circle: string; readonly voter: RamUser }[];
  /** Functions that are in use. */
  readonly functions: readonly string[];
  /** Those of them that the policy lets act: no observer writes what they go by. Default: none. */
  readonly acting?: readonly string[];
  /** What each function needs. Default: what the catalog says. */
  readonly powers?: Powers;
  readonly logProject: string;
  readonly logstore: string;
}

/** What each function needs in an installation. */
export function powersIn(setup: Pick<RamSetup, 'powers'>): Powers {
  return setup.powers ?? powers;
}
