import { answer, readInt, readList, readObject, readText } from '../../shared/client/answer.ts';
import { body, query } from '../../shared/client/fields.ts';
import { operation } from '../../shared/client/operation.ts';
import { anyText, int, list, object, optional, sized, text } from '../../shared/schema/schema.ts';

/** Rows of the tests: one of each class, and what the client has to tell apart. */
export const readThing = operation({
  action: 'ReadThing',
  group: 'Things',
  access: 'read',
  effect: 'none',
  params: {
    Id: query(text),
    Filter: body.flat(optional(list(anyText))),
  },
  output: answer({ Value: readText }),
});

export const writeThing = operation({
  action: 'WriteThing',
  group: 'Things',
  access: 'write',
  effect: 'write',
  params: {
    Id: query(anyText),
    Settings: body.json(optional(object({ Amount: int(), Name: optional(anyText) }))),
    Password: body.secret(optional(sized(0, 8))),
  },
  output: answer({ Value: readText }),
});

export const buyThing = operation({
  action: 'BuyThing',
  group: 'Things',
  access: 'write',
  effect: 'purchase',
  params: {
    Id: query(anyText),
    Token: body(optional(anyText)),
  },
  output: answer({ OrderId: readText }),
  token: 'Token',
});

export const tagThings = operation({
  action: 'TagThings',
  group: 'Things',
  access: 'write',
  effect: 'write',
  params: { Ids: body.flat(list(anyText)) },
  output: answer({ FailedResources: readList(readObject({})) }),
  partial: { list: 'FailedResources', id: 'ResourceId' },
});

export const deleteThings = operation({
  action: 'DeleteThings',
  group: 'Things',
  access: 'write',
  effect: 'destructive',
  params: { Ids: body.flat(list(anyText)) },
  output: answer({ Models: readList(readObject({})) }),
  partial: { list: 'Models', id: 'ThingId', success: 'Success' },
});

export const deleteImage = operation({
  action: 'DeletePicture',
  group: 'Things',
  access: 'write',
  effect: 'destructive',
  params: {},
  output: answer({}),
  verdict: { codes: ['200'], codeRequired: true, flags: ['Success', 'Data'] },
});

const page = { style: 'page', pageParam: 'PageNumber', sizeParam: 'PageSize', items: 'Things' } as const;
const pageParams = { PageNumber: body(int()), PageSize: body(int()) };
const things = readList(readObject({ Id: readText }));

export const listThings = operation({
  action: 'ListThings',
  group: 'Things',
  access: 'read',
  effect: 'none',
  params: { ...pageParams, Name: query(optional(anyText)) },
  output: answer({ TotalCount: readInt, Things: things }),
  paging: { ...page, total: 'TotalCount', maxSize: 3, id: ['Id'] },
});

/** No maximum, and a total under another name. */
export const countThings = operation({
  action: 'CountThings',
  group: 'Things',
  access: 'read',
  effect: 'none',
  params: pageParams,
  output: answer({ Count: readText, Things: things }),
  paging: { ...page, total: 'Count', id: ['Id'] },
});

/** No total at all, and bare values as rows. */
export const listNames = operation({
  action: 'ListNames',
  group: 'Things',
  access: 'read',
  effect: 'none',
  params: pageParams,
  output: answer({ Names: readList(readText) }),
  paging: { ...page, items: 'Names', maxSize: 3, id: [] },
});

export const listByToken = operation({
  action: 'ListByToken',
  group: 'Things',
  access: 'read',
  effect: 'none',
  params: {
    NextToken: body(optional(anyText)),
    MaxResults: body(int()),
  },
  output: answer({ NextToken: readText, Things: readList(readObject({})) }),
  paging: {
    style: 'token',
    tokenParam: 'NextToken',
    sizeParam: 'MaxResults',
    nextToken: 'NextToken',
    items: 'Things',
    maxSize: 3,
    id: ['Kind', 'Id'],
  },
});
