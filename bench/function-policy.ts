import { ruleModules } from '../cli/registry.ts';
import { encodePolicy } from '../shared/policy/codec.ts';
import { compile } from '../shared/policy/compile.ts';
import { loadPolicy } from '../shared/policy/load.ts';

const text = `version: 1
timezone: Asia/Shanghai
mode: {default: observe}
targets: {home: {account: "1234567890123456", endpoint: cn-shanghai}}
schedules: {office: {everyday: {00:00-24:00: 2 nodes}}}
limits: {spendPerMonth: [1000 CNY]}
channels: {ops: {kind: console}}
rules:
  scale-on-schedule: [{name: all, groups: all, schedule: office}]
  renew-before-expiry:
    - {name: all, groups: {charge: subscription}, consoleAutoRenew: disabled, daysBefore: 7, period: 1 Month, autoPay: true}
  approve-ota-windows:
    - {name: all, type: Fota, rings: [{name: all, groups: all, window: {days: everyday, at: 00:00-23:59}}]}
  log-off-sessions: [{name: all, groups: all, at: "00:30", days: everyday, who: disconnected, resetAfterUnbind: disabled}]
  tag-new-resources: [{name: all, groups: {missingTag: owner}, set: {owner: unassigned}}]
  enforce-policy: [{name: all, groups: all, sessionTimeout: 15m}]
  power-workstations: [{name: all, workstations: all, schedule: office}]
  digest: [{name: daily, to: ops, days: everyday, at: "09:00", show: [done, held]}]
`;

/** A small policy with a rule of every function, as a function reads it. @throws Error where it cannot be used */
export function functionPolicy(nowMs: number): string {
  const { document, problems } = loadPolicy(text, 'function-policy.yaml', ruleModules);
  if (!document) throw new Error(problems.map(({ line, text: said }) => `${line}: ${said}`).join('\n'));
  return encodePolicy(compile(document, nowMs, undefined, ruleModules));
}
