import type { Manifest } from '../../shared/planning/manifest.ts';

/** What there is to say of report-failure: it tells people that an invocation of another function failed. */
export const manifest = {
  name: 'report-failure',
  begins: ['failure'],
  withoutRules: true,
  role: 'reporter',
  calls: [],
  writes: ['alerts/report-failure/'],
  reads: ['policy/', 'alerts/report-failure/', 'skipped/'],
  settings: [],
  harms: [],
  never: [],
  protect: [],
  page: 'deploy.md',
} as const satisfies Manifest<'report-failure'>;
