import type { Manifest } from '../../shared/planning/manifest.ts';

/** What there is to say of approval-links: it takes the answer of an approver who follows a signed link. */
export const manifest = {
  name: 'approval-links',
  begins: ['http'],
  withoutRules: true,
  role: 'links',
  calls: [],
  writes: ['approvals-link/'],
  reads: ['policy/', 'approvals/', 'approvals-link/', 'renewals/', 'skipped/'],
  settings: [],
  harms: [],
  never: [],
  protect: [],
  page: 'approval-links.md',
} as const satisfies Manifest<'approval-links'>;
