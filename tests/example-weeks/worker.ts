/** A process of `npm run example-weeks`: plays in the way that it is sent, and answers with what it came to. */
import { answerWith } from '../harness/crew.ts';
import { playAsked } from './ways.ts';

answerWith(playAsked);
