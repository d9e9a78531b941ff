// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { oneOf } from '../../schema/schema.ts';

/** The only product type of delivery groups. */
export const cloudApp = oneOf('CloudApp');
