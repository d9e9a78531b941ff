import type { RunReport } from '../../shared/engine/report.ts';

/** What an apply did, in a sentence or two. */
export function applied(reports: readonly RunReport[], interrupted: boolean): string[] {
  const outcomes = reports.flatMap((report) => report.outcomes);
  const count = (...kinds: readonly string[]): number => outcomes.filter(({ outcome }) => kinds.includes(outcome)).length;
  const wanted = reports.filter(({ functionMode }) => functionMode === 'act').reduce((sum, { counts }) => sum + counts.act, 0);
  const parts = [
    `${count('done')} done`,
    ...(count('already') > 0 ? [`${count('already')} as wanted meanwhile`] : []),
    ...(count('held') > 0 ? [`${count('held')} held`] : []),
    ...(count('failed') > 0 ? [`${count('failed')} failed`] : []),
    ...(count('unknown') > 0 ? [`${count('unknown')} unclear (the next plan tells)`] : []),
    ...(wanted > outcomes.length ? [`${wanted - outcomes.length} not begun`] : []),
  ];
  const records = reports.flatMap(({ record }) => record ?? []);
  return [
    `${interrupted ? 'Stopped. ' : ''}${wanted === 0 ? nothing(reports) : `${parts.join(', ')}.`}`,
    ...(records.length > 0 ? [`Journal: ${records.join(', ')}`] : []),
  ];
}

function nothing(reports: readonly RunReport[]): string {
  const failed = reports.filter(({ failed: each }) => each).length;
  if (failed === 0) return 'Nothing was to be done.';
  return `Nothing was done: ${failed} of ${reports.length} ${reports.length === 1 ? 'run' : 'runs'} failed, so not everything was decided.`;
}
