/** A process of `npm run estimates`: measures the plan that it is sent. */
import { answerWith } from '../harness/crew.ts';
import { measure } from './measure.ts';

answerWith(measure);
