import { type Manifest, recordsOfListener } from '../../shared/planning/manifest.ts';
import type { FunctionName } from '../../shared/policy/known-functions.ts';

/** What there is to say of tag-new-resources: it adds the tags that new delivery groups lack. */
export const manifest = {
  name: 'tag-new-resources',
  begins: ['audit-events', 'timer'],
  spread: 'regions',
  runsFirst: true,
  // What hears events has a role of its own: an event that somebody made up can do no more than that one function does.
  role: 'tagger',
  calls: ['GetAppInstanceGroup', 'ListAppInstanceGroup', 'ListTagCloudResources', 'TagCloudResources'],
  writes: recordsOfListener('tag-new-resources'),
  settings: ['tags'],
  harms: [],
  never: ['tag'],
  protect: [],
  page: 'tag-new-resources.md',
} as const satisfies Manifest<FunctionName>;
