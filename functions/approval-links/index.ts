import { createLinkHandler } from './handle-link.ts';
import { pages } from './pages.ts';

/** The Function Compute handler: answers the approval links in messages to approvers, on an HTTP trigger. */
export const handler = createLinkHandler(pages);
