import * as z from 'zod/mini';
import { operation } from '../../shared/client/operation.ts';

/** Rows of the tests: one of each class, and what the client has to tell apart. */
export const readThing = operation({
  action: 'ReadThing',
  group: 'Things',
  access: 'read',
  effect: 'none',
  params: {
    Id: { place: 'query', encoding: 'plain', schema: z.string().check(z.minLength(1)) },
    Filter: { place: 'body', encoding: 'flat', schema: z.optional(z.array(z.string())) },
  },
  output: z.looseObject({ Value: z.optional(z.string()) }),
});

export const writeThing = operation({
  action: 'WriteThing',
  group: 'Things',
  access: 'write',
  effect: 'write',
  params: {
    Id: { place: 'query', encoding: 'plain', schema: z.string() },
    Settings: { place: 'body', encoding: 'json', schema: z.optional(z.strictObject({ Amount: z.int(), Name: z.optional(z.string()) })) },
    Password: { place: 'body', encoding: 'plain', schema: z.optional(z.string().check(z.maxLength(8))), secret: true },
  },
  output: z.looseObject({ Value: z.optional(z.string()) }),
});

export const buyThing = operation({
  action: 'BuyThing',
  group: 'Things',
  access: 'write',
  effect: 'purchase',
  params: {
    Id: { place: 'query', encoding: 'plain', schema: z.string() },
    Token: { place: 'body', encoding: 'plain', schema: z.optional(z.string()) },
  },
  output: z.looseObject({ OrderId: z.optional(z.string()) }),
  token: 'Token',
});

export const tagThings = operation({
  action: 'TagThings',
  group: 'Things',
  access: 'write',
  effect: 'write',
  params: { Ids: { place: 'body', encoding: 'flat', schema: z.array(z.string()) } },
  output: z.looseObject({ FailedResources: z.optional(z.array(z.looseObject({}))) }),
  partial: { list: 'FailedResources', id: 'ResourceId' },
});

export const deleteThings = operation({
  action: 'DeleteThings',
  group: 'Things',
  access: 'write',
  effect: 'destructive',
  params: { Ids: { place: 'body', encoding: 'flat', schema: z.array(z.string()) } },
  output: z.looseObject({ Models: z.optional(z.array(z.looseObject({}))) }),
  partial: { list: 'Models', id: 'ThingId', success: 'Success' },
});

export const deleteImage = operation({
  action: 'DeletePicture',
  group: 'Things',
  access: 'write',
  effect: 'destructive',
  params: {},
  output: z.looseObject({}),
  verdict: { codes: ['200'], codeRequired: true, flags: ['Success', 'Data'] },
});

const page = { style: 'page', pageParam: 'PageNumber', sizeParam: 'PageSize', items: 'Things' } as const;
const pageParams = {
  PageNumber: { place: 'body', encoding: 'plain', schema: z.int() },
  PageSize: { place: 'body', encoding: 'plain', schema: z.int() },
} as const;
const things = z.optional(z.array(z.looseObject({ Id: z.optional(z.string()) })));

export const listThings = operation({
  action: 'ListThings',
  group: 'Things',
  access: 'read',
  effect: 'none',
  params: { ...pageParams, Name: { place: 'query', encoding: 'plain', schema: z.optional(z.string()) } },
  output: z.looseObject({ TotalCount: z.optional(z.int()), Things: things }),
  paging: { ...page, total: 'TotalCount', maxSize: 3, id: ['Id'] },
});

/** No maximum, and a total under another name. */
export const countThings = operation({
  action: 'CountThings',
  group: 'Things',
  access: 'read',
  effect: 'none',
  params: pageParams,
  output: z.looseObject({ Count: z.optional(z.union([z.int(), z.string()])), Things: things }),
  paging: { ...page, total: 'Count', id: ['Id'] },
});

/** No total at all, and bare values as rows. */
export const listNames = operation({
  action: 'ListNames',
  group: 'Things',
  access: 'read',
  effect: 'none',
  params: pageParams,
  output: z.looseObject({ Names: z.optional(z.array(z.string())) }),
  paging: { ...page, items: 'Names', maxSize: 3, id: [] },
});

export const listByToken = operation({
  action: 'ListByToken',
  group: 'Things',
  access: 'read',
  effect: 'none',
  params: {
    NextToken: { place: 'body', encoding: 'plain', schema: z.optional(z.string()) },
    MaxResults: { place: 'body', encoding: 'plain', schema: z.int() },
  },
  output: z.looseObject({ NextToken: z.optional(z.string()), Things: z.optional(z.array(z.looseObject({}))) }),
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
