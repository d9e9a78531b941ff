// Generated from api/bssopenapi-2017-12-14.json and api/overlay/billing.ts: change those, and run `npm run generate`.
import { matching } from '../../schema/schema.ts';

/** An instant as parameters of billing write it: UTC, to the second. */
export const utcInstant = matching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, 'write an instant in UTC such as 2026-11-25T08:30:00Z');
