// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { open } from '../../schema/schema.ts';

/** Region of a resource; ListRegions names those that exist today. */
export const businessRegion = open('cn-shanghai', 'cn-hangzhou');
