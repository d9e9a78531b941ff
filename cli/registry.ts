import { ruleModule as approveOtaWindows } from '../functions/approve-ota-windows/rule.ts';
import { ruleModule as digest } from '../functions/digest/rule.ts';
import { ruleModule as enforcePolicy } from '../functions/enforce-policy/rule.ts';
import { ruleModule as logOffSessions } from '../functions/log-off-sessions/rule.ts';
import { ruleModule as powerWorkstations } from '../functions/power-workstations/rule.ts';
import { ruleModule as renewBeforeExpiry } from '../functions/renew-before-expiry/rule.ts';
import { ruleModule as scaleOnSchedule } from '../functions/scale-on-schedule/rule.ts';
import { ruleModule as tagNewResources } from '../functions/tag-new-resources/rule.ts';
import type { AnyRuleModule } from '../shared/policy/rule-module.ts';

/** The rule modules of all functions that are built; rules of any other function are only a warning. */
export const ruleModules: readonly AnyRuleModule[] = [
  scaleOnSchedule,
  renewBeforeExpiry,
  approveOtaWindows,
  logOffSessions,
  tagNewResources,
  enforcePolicy,
  powerWorkstations,
  digest,
];
