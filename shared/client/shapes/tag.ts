// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { list, object, optional, sized, text } from '../../schema/schema.ts';
import { readList, readObject, readOneOf, readText } from '../answer.ts';

/** Ids of resources of one kind. */
export const taggedIds = list(sized(1, 64), 50);

/** A key or a value of a tag, upper and lower case told apart. */
export const tagText = sized(1, 128);

/** A tag to filter by; without a value any value matches. */
export const tagFilter = object({ Key: optional(text), Value: optional(text) });

/** Tags as the service reports them; `System` ones steer the service itself. */
export const readTags = readList(readObject({ Key: readText, Scope: readOneOf<'Custom' | 'System'>(), Value: readText }));
