import * as z from 'zod/mini';

/** Where a parameter travels (API definition, `in`). */
export type Place = 'query' | 'body';

/** How a parameter travels: one plain value, `Name.1`, `Name.2` …, or one JSON text (API definition, `encoding`). */
export type Encoding = 'plain' | 'flat' | 'json';

/** What a call can do to the account, worst first in the order of limits: see the design's words on `effect`. */
export type Effect = 'none' | 'write' | 'disruptive' | 'purchase' | 'destructive';

/** One parameter of an operation. */
export interface Param<S extends z.core.$ZodType = z.core.$ZodType> {
  readonly place: Place;
  readonly encoding: Encoding;
  readonly schema: S;
}

export type Params = Readonly<Record<string, Param>>;

/** The permission that RAM checks; names differ from operation names in places (API notes, RAM). */
export interface RamAction {
  readonly action: string;
  readonly level?: 'get' | 'list' | 'create' | 'update' | 'delete' | 'none';
  /** True where published pages contradict each other. */
  readonly contested?: true;
}

/** Paging by page number. `total` is absent where the answer carries none. `id` names the fields that identify a row. */
export interface PagePaging {
  readonly style: 'page';
  readonly pageParam: string;
  readonly sizeParam: string;
  readonly items: string;
  readonly total?: string;
  readonly maxSize?: number;
  readonly id: readonly string[];
}

/** Paging by continuation token. */
export interface TokenPaging {
  readonly style: 'token';
  readonly tokenParam: string;
  readonly sizeParam: string;
  readonly items: string;
  readonly nextToken: string;
  readonly total?: string;
  readonly maxSize?: number;
  readonly id: readonly string[];
}

export type Paging = PagePaging | TokenPaging;

/** How an HTTP 200 answer says that the call failed as a whole. */
export interface Verdict {
  /** Values of `Code` that mean success; an absent or empty `Code` does too unless `codeRequired`. */
  readonly codes: readonly string[];
  readonly codeRequired?: true;
  /** Boolean fields that must not be false (`Success`, and `Data` for DeleteImage). */
  readonly flags?: readonly string[];
}

/** A list in the answer that names the resources for which a call failed. */
export interface Partial {
  readonly list: string;
  readonly id: string;
  /** Field that is false on failure; absent: every row of the list is a failure. */
  readonly success?: string;
}

/** One row of the operation table: all that the program knows of an operation. */
export interface Operation<
  P extends Params = Params,
  O extends z.core.$ZodType = z.core.$ZodType,
  G extends Paging | undefined = Paging | undefined,
  F extends Partial | undefined = Partial | undefined,
> {
  readonly action: string;
  readonly group: string;
  readonly access: 'read' | 'write';
  /** The default effect; a planner may state a milder or harsher one for a single action. */
  readonly effect: Effect;
  readonly ram: RamAction | undefined;
  readonly params: P;
  /** Strict object of all parameters, with combination checks; built from `params`. */
  readonly input: z.core.$ZodType<InputOfParams<P>, InputOfParams<P>>;
  readonly output: O;
  readonly paging: G;
  /** The list parameter that lets one call serve several resources, and how many it takes. */
  readonly batch?: { readonly param: string; readonly max: number };
  readonly verdict: Verdict;
  readonly partial: F;
  /** True where a repeat with the same token is safe (CreateWuyingServer only). */
  readonly token?: string;
}

type Shape<P extends Params> = { [K in keyof P]: P[K]['schema'] };
export type InputOfParams<P extends Params> = z.input<z.ZodMiniObject<Shape<P>, z.core.$strict>>;
/** What a caller passes for an operation. */
export type InputOf<T> = T extends Operation<infer P> ? InputOfParams<P> : never;
/** What an operation answers. */
export type OutputOf<T> = T extends Operation<infer _P, infer O> ? z.output<O> : never;

interface Definition<P extends Params, O extends z.core.$ZodType, G extends Paging | undefined, F extends Partial | undefined> {
  readonly action: string;
  readonly group: string;
  readonly access: 'read' | 'write';
  readonly effect: Effect;
  readonly ram?: RamAction;
  readonly params: P;
  readonly output: O;
  readonly paging?: G;
  readonly batch?: { readonly param: string; readonly max: number };
  readonly verdict?: Verdict;
  readonly partial?: F;
  readonly token?: string;
  /** Pairs of fields whose values form a closed set (Period with PeriodUnit). */
  readonly checks?: readonly z.core.$ZodCheck<InputOfParams<P>>[];
}

/** Absent, empty, `success`, `200` and `OK` are good; anything else in `Code` is a failure (API notes, inferred). */
const anyGoodCode: Verdict = { codes: ['success', '200', 'OK', 'Success'] };

/** Builds a row of the operation table. */
export function operation<
  const P extends Params,
  O extends z.core.$ZodType,
  G extends Paging | undefined = undefined,
  F extends Partial | undefined = undefined,
>(definition: Definition<P, O, G, F>): Operation<P, O, G, F> {
  const shape = Object.fromEntries(Object.entries(definition.params).map(([name, param]) => [name, param.schema]));
  const strict = z.strictObject(shape);
  const input = definition.checks?.length ? strict.check(...(definition.checks as never[])) : strict;
  return {
    action: definition.action,
    group: definition.group,
    access: definition.access,
    effect: definition.effect,
    ram: definition.ram,
    params: definition.params,
    input: input as never,
    output: definition.output,
    paging: definition.paging as G,
    ...(definition.batch ? { batch: definition.batch } : {}),
    verdict: definition.verdict ?? anyGoodCode,
    partial: definition.partial as F,
    ...(definition.token ? { token: definition.token } : {}),
  };
}

/** Any row, for code that handles all of them alike. */
// biome-ignore lint/suspicious/noExplicitAny: variance of input types makes a common supertype impossible.
export type AnyOperation = Operation<any, any, any, any>;
