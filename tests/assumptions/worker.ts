/** A process of `npm run assumptions`: plays each task that it is sent, and answers with what was seen. */
import { answerWith } from '../harness/crew.ts';
import { sightingOf } from './sightings.ts';

answerWith(sightingOf);
