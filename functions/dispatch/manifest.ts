import type { Manifest } from '../../shared/planning/manifest.ts';

/** What there is to say of dispatch: it starts the runs of the functions that are spread, and observes nothing itself. */
export const manifest = {
  name: 'dispatch',
  begins: ['timer'],
  withoutRules: true,
  startsOthers: true,
  role: 'operator',
  calls: [],
  writes: [],
  settings: [],
  harms: [],
  never: [],
  protect: [],
  page: 'dispatch.md',
} as const satisfies Manifest<'dispatch'>;
