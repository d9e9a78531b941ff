import type { EpochMs } from '../../shared/client/clock.ts';
import { zonedText } from '../../shared/planning/local-time.ts';
import { compile } from '../../shared/policy/compile.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { endingWarning } from '../../shared/policy/compiled-warnings.ts';
import type { PolicyDocument } from '../../shared/policy/document.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { formatProblem } from '../../shared/policy/problem.ts';
import { CommandFailure } from '../failure.ts';
import { readPolicyText } from '../policy-file.ts';
import { ruleModules } from '../registry.ts';

/**
 * The checked policy of a file.
 * @throws CommandFailure `PolicyBroken` with every error and its place, or when the file cannot be read
 */
export async function readPolicy(file: string): Promise<PolicyDocument> {
  const { document, problems } = loadPolicy(await readPolicyText(file), file, ruleModules);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (document !== undefined && errors.length === 0) return document;
  throw new CommandFailure('PolicyBroken', `The policy cannot be used:\n${errors.map(formatProblem).join('\n')}`);
}

/** The policy as planners read it, from an instant on; it warns when its end is near. */
export function compilePolicy(document: PolicyDocument, nowMs: EpochMs): CompiledPolicy {
  const policy = compile(document, nowMs, undefined, ruleModules);
  return { ...policy, warnings: [...policy.warnings, endingWarning(policy.untilMs, zonedText(policy.untilMs, { policy }))] };
}
