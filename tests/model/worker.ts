/** A process of `npm run model`: does each task that it is sent, and answers with what came of it. */
import { answerWith } from '../harness/crew.ts';
import { perform } from './task.ts';

answerWith(perform);
