import type { AnyAutomation } from '../shared/engine/automation.ts';
import type { Runner } from '../shared/engine/runner.ts';
import type { Manifest } from '../shared/planning/manifest.ts';
import type { FunctionName } from '../shared/policy/known-functions.ts';
import type { AnyRuleModule } from '../shared/policy/rule-module.ts';
import { manifest as approvalLinks } from './approval-links/manifest.ts';
import { manifest as approveOtaWindows } from './approve-ota-windows/manifest.ts';
import { manifest as digest } from './digest/manifest.ts';
import { manifest as dispatch } from './dispatch/manifest.ts';
import { manifest as enforcePolicy } from './enforce-policy/manifest.ts';
import { manifest as logOffSessions } from './log-off-sessions/manifest.ts';
import { manifest as powerWorkstations } from './power-workstations/manifest.ts';
import { manifest as renewBeforeExpiry } from './renew-before-expiry/manifest.ts';
import { manifest as reportFailure } from './report-failure/manifest.ts';
import { manifest as scaleOnSchedule } from './scale-on-schedule/manifest.ts';
import { manifest as tagNewResources } from './tag-new-resources/manifest.ts';

/** A function with the code that the command line needs of it, which is loaded when somebody asks for it and not before. */
export interface CatalogEntry<Name extends string = string> {
  readonly manifest: Manifest<Name>;
  /** What it adds to the policy language. Absent: it has no rules. */
  readonly rules?: () => Promise<{ readonly ruleModule: AnyRuleModule }>;
  /** What `plan` and `apply` run. Absent: they leave it out. */
  readonly runs?: () => Promise<AnyAutomation | Runner>;
}

/** Name of a function that the policy language does not know, since it has no rules. */
type WithoutRules = 'dispatch' | 'approval-links' | 'report-failure';

/**
 * Every function, once, in the order in which documents list them. Whatever lists functions reads this, and `tests/planning/catalog.test.ts`
 * compares it with all that cannot. No function may import it: a bundle would carry the manifests of others.
 */
export const catalog: readonly CatalogEntry<FunctionName | WithoutRules>[] = [
  {
    manifest: scaleOnSchedule,
    rules: () => import('./scale-on-schedule/rule.ts'),
    runs: async () => (await import('./scale-on-schedule/automation.ts')).scaleOnSchedule,
  },
  { manifest: renewBeforeExpiry, rules: () => import('./renew-before-expiry/rule.ts'), runs: renewals },
  {
    manifest: approveOtaWindows,
    rules: () => import('./approve-ota-windows/rule.ts'),
    runs: async () => (await import('./approve-ota-windows/automation.ts')).approveOtaWindows,
  },
  {
    manifest: logOffSessions,
    rules: () => import('./log-off-sessions/rule.ts'),
    runs: async () => (await import('./log-off-sessions/automation.ts')).logOffSessions,
  },
  {
    manifest: tagNewResources,
    rules: () => import('./tag-new-resources/rule.ts'),
    runs: async () => (await import('./tag-new-resources/automation.ts')).tagNewResources,
  },
  {
    manifest: enforcePolicy,
    rules: () => import('./enforce-policy/rule.ts'),
    runs: async () => (await import('./enforce-policy/automation.ts')).enforcePolicy,
  },
  {
    manifest: powerWorkstations,
    rules: () => import('./power-workstations/rule.ts'),
    runs: async () => (await import('./power-workstations/automation.ts')).powerWorkstations,
  },
  { manifest: digest, rules: () => import('./digest/rule.ts') },
  { manifest: dispatch },
  { manifest: approvalLinks },
  { manifest: reportFailure },
];

/** Functions for which the policy's mode means nothing: they write no setting, but tell, start others or take answers. */
export const tellsOnly: ReadonlySet<string> = new Set(
  catalog.flatMap(({ manifest }) => (manifest.settings.length === 0 ? [manifest.name] : [])),
);

/** Renewals have a run of their own, which the purchase protocol goes through. */
async function renewals(): Promise<Runner> {
  const [{ renewalRunner }, { renewBeforeExpiry }] = await Promise.all([
    import('./renew-before-expiry/run/run-renewals.ts'),
    import('./renew-before-expiry/renewals.ts'),
  ]);
  return renewalRunner(renewBeforeExpiry);
}
