import type { RunReport } from '../../shared/engine/report.ts';
import type { WorldOptions } from '../world/world.ts';

/** The options to repeat a command in the same world. */
function worldFlags(options: WorldOptions & { readonly policy: string }): string {
  const flags = [
    options.policy === 'policy.yaml' ? '' : ` --policy ${options.policy}`,
    options.target === undefined ? '' : ` --target ${options.target}`,
    options.simulator === undefined ? '' : ` --simulator ${options.simulator}`,
    options.state === undefined ? '' : ` --state ${options.state}`,
  ];
  return flags.join('');
}

/** What to do after a plan: one line for each thing that a person can do now. Of a plan that was stopped nothing follows. */
export function nextSteps(
  reports: readonly RunReport[],
  options: WorldOptions & { readonly policy: string },
  interrupted: boolean,
): string[] {
  if (interrupted) return ['Stopped. Not everything was read and decided: run the command again for the whole plan.'];
  const flags = worldFlags(options);
  const acting = reports.filter(({ counts, functionMode }) => counts.act > 0 && functionMode === 'act');
  const observing = reports.filter(({ counts, functionMode }) => counts.act > 0 && functionMode === 'observe');
  const held = reports.flatMap(({ decisions }) => decisions.filter(({ verdict }) => verdict === 'hold'));
  const lines: string[] = [];
  if (reports.some(({ failed }) => failed))
    lines.push('Something failed; what was not read was not decided. Fix what is said above and plan again.');
  if (acting.length > 0) lines.push(`Next: streamwarden apply${flags}`);
  if (observing.length > 0) {
    const names = [...new Set(observing.map((report) => report.function))];
    const [observe, them] = names.length === 1 ? ['only observes', 'it'] : ['only observe', 'them'];
    lines.push(`${names.join(', ')} ${observe}: list ${them} under mode.act in the policy to have this done.`);
  }
  if (held[0]) lines.push(`Held: streamwarden explain ${held[0].resource.id}${flags} tells more.`);
  if (lines.length === 0) lines.push('Nothing to do: everything covered is as the policy wants it.');
  return lines;
}
