import { ruleModule } from '../functions/scale-on-schedule/rule.ts';
import { compile } from '../shared/policy/compile.ts';
import type { CompiledPolicy } from '../shared/policy/compiled.ts';
import { loadPolicy } from '../shared/policy/load.ts';

/** The account of the large fleet. */
export const fleetAccount = '1234567890123456';
/** The large fleet's first instant: Wednesday 2026-11-25 08:40 in UTC+8. */
export const fleetNowMs = Date.UTC(2026, 10, 25, 0, 40);

/** A policy with one rule for each of `rules` departments; what the large fleet calls right is what it wants. */
export function fleetPolicy(rules: number): CompiledPolicy {
  const lines = Array.from({ length: rules }, (_, index) => {
    const department = `dept-${String(index).padStart(3, '0')}`;
    return `    - {name: ${department}, groups: {tags: {department: ${department}}, charge: pay-as-you-go}, schedule: office, peak: {tag: peak-nodes, otherwise: 2, atMost: 100}}`;
  });
  const text = [
    'version: 1',
    'timezone: Asia/Shanghai',
    'mode: {default: observe, act: [scale-on-schedule]}',
    `targets: {fleet: {account: "${fleetAccount}", endpoint: cn-shanghai, calendar: plain}}`,
    'calendars: {plain: {}}',
    'schedules: {office: {workday: {08:00-21:00: 100%}}}',
    'rules:',
    '  scale-on-schedule:',
    ...lines,
    '',
  ].join('\n');
  const { document, problems } = loadPolicy(text, 'fleet-policy.yaml', [ruleModule]);
  if (!document) throw new Error(problems.map((problem) => problem.text).join('\n'));
  return compile(document, fleetNowMs, undefined, [ruleModule]);
}
