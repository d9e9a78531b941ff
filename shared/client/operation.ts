import type { ObjectOf, ObjectSchema, Schema } from '../schema/schema.ts';
import type { ObjectReader, ReadOf } from './answer.ts';

/** Where a parameter travels (API definition, `in`). */
export type Place = 'query' | 'body';

/** How a parameter travels: one plain value, `Name.1`, `Name.2` …, or one JSON text (API definition, `encoding`). */
export type Encoding = 'plain' | 'flat' | 'json';

/** What a call can do to the account, worst first in the order of limits: see the design's words on `effect`. */
export type Effect = 'none' | 'write' | 'disruptive' | 'purchase' | 'destructive';

/** One parameter of an operation. */
export interface Param<S extends Schema = Schema> {
  readonly place: Place;
  readonly encoding: Encoding;
  readonly schema: S;
  /** True where the value must appear in no log, error or event (passwords). */
  readonly secret?: true;
  /** True where the definition calls the parameter optional and this program demands it all the same. */
  readonly insisted?: true;
}

/** All parameters of an operation, by name. */
export type Params = Readonly<Record<string, Param>>;

/** The permission that RAM checks; names differ from operation names in places (service notes, Permissions). */
interface RamAction {
  readonly action: string;
  readonly level?: 'get' | 'list' | 'create' | 'update' | 'delete' | 'none';
  /** True where published pages contradict each other. */
  readonly contested?: true;
  /** True where no page names the permission and the operation's own name is assumed (service notes, unverified). */
  readonly assumed?: true;
  /** Other spellings of the same permission: a policy that grants this one grants those too. */
  readonly also?: readonly string[];
}

/**
 * Paging by page number, counted from 1. `total` is absent where the answer carries none. `id` names the fields that
 * identify a row; empty where the row is a bare value that identifies itself.
 */
interface PagePaging {
  readonly style: 'page';
  readonly pageParam: string;
  readonly sizeParam: string;
  readonly items: string;
  readonly total?: string;
  readonly maxSize?: number;
  readonly id: readonly string[];
}

/** Paging by continuation token. */
interface TokenPaging {
  readonly style: 'token';
  readonly tokenParam: string;
  readonly sizeParam: string;
  readonly items: string;
  readonly nextToken: string;
  readonly total?: string;
  readonly maxSize?: number;
  readonly id: readonly string[];
}

/** How a list operation is read to its end. */
export type Paging = PagePaging | TokenPaging;

/**
 * Fields whose values are legal only together. `V` is the union of the legal combinations: the input type is narrowed to
 * it, so that a wrong pair does not compile; `check` catches the same at run time.
 */
export interface Combination<V extends object = object> {
  /** Names of the fields; a dot leads into an object. */
  readonly fields: readonly string[];
  /** Each legal combination, in the order of `fields`. */
  readonly values: readonly (readonly (string | number | boolean)[])[];
  /** What is wrong with the combination; asked once each field is right by itself. */
  // biome-ignore lint/suspicious/noExplicitAny: the check only looks at `fields`, whatever else the input holds.
  readonly check: (input: any) => readonly Fault[];
  /** Carries the type only; never set. */
  readonly legal?: V;
}

/** How an HTTP 200 answer says that the call failed as a whole. */
interface Verdict {
  /** Values of `Code` that mean success, in small letters, besides `0`; an absent or empty `Code` does too unless `codeRequired`. */
  readonly codes: readonly string[];
  readonly codeRequired?: true;
  /** Boolean fields that must not be false (`Success`, and `Data` for DeleteImage). */
  readonly flags?: readonly string[];
  /** The field that decides alone where it is true, whatever `Code` says. */
  readonly word?: string;
}

/** A list in the answer that names the resources for which a call failed. */
export interface Partial {
  readonly list: string;
  readonly id: string;
  /** Field that is false on failure; absent: every row of the list is a failure. */
  readonly success?: string;
}

/** What is wrong with an input, and what to do about it. Texts never quote a value, which may be a secret. */
export interface Fault {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** One row of the operation table: all that the program knows of an operation. `I` is what a caller passes. */
export interface Operation<
  P extends Params = Params,
  O extends ObjectReader = ObjectReader,
  G extends Paging | undefined = Paging | undefined,
  F extends Partial | undefined = Partial | undefined,
  I = InputOfParams<P>,
> {
  readonly action: string;
  /** Heading under which the definition lists the operation. */
  readonly group: string;
  readonly access: 'read' | 'write';
  /** Another service than the client's, by host and API version. A simulator plays it at its own address. Default: the client's. */
  readonly service?: { readonly host: string; readonly version: string };
  /** The default effect; a planner may state a milder or harsher one for a single action. */
  readonly effect: Effect;
  readonly ram: RamAction;
  readonly params: P;
  /** All parameters as one strict object. The combination and `check` come on top: `checkInput` asks all three. */
  readonly input: ObjectSchema<I>;
  /** Reads the body of an answer. */
  readonly output: O;
  readonly paging: G;
  /** The list parameter that lets one call serve several resources, and how many it takes. */
  readonly batch?: { readonly param: string; readonly max: number };
  readonly combination?: Combination;
  /** Rules over several parameters that the definition does not express (source: service notes); stricter than the service in places. */
  // biome-ignore lint/suspicious/noExplicitAny: rules are written for the row's own input, and asked of any.
  readonly check?: (input: any) => readonly Fault[];
  readonly verdict: Verdict;
  readonly partial: F;
  /** Changes the text of an answer before it is parsed. Default: whole numbers beyond 2^53 become text. */
  readonly readJson?: (json: string) => string;
  /** Parameter that makes a repeat with the same value safe (CreateWuyingServer only). */
  readonly token?: string;
}

/** What a set of parameters accepts, before combinations narrow it. */
export type InputOfParams<P extends Params> = ObjectOf<{ readonly [K in keyof P]: P[K]['schema'] }>;

/** What a caller passes for an operation. */
// biome-ignore lint/suspicious/noExplicitAny: only the last parameter is asked for.
export type InputOf<T> = T extends Operation<any, any, any, any, infer I> ? I : never;

/** What an operation answers. */
// biome-ignore lint/suspicious/noExplicitAny: only the second parameter is asked for.
export type OutputOf<T> = T extends Operation<any, infer O, any, any, any> ? ReadOf<O> : never;

interface Definition<
  P extends Params,
  O extends ObjectReader,
  G extends Paging | undefined,
  F extends Partial | undefined,
  V extends object,
> {
  readonly action: string;
  readonly group: string;
  /** Default: a read where it has no effect. */
  readonly access?: 'read' | 'write';
  readonly effect: Effect;
  /** Default: the operation's own name, marked `assumed`; without an action its own name, which a page confirms. */
  readonly ram?: Omit<RamAction, 'action'> & { readonly action?: string };
  /** See `Operation`. */
  readonly service?: { readonly host: string; readonly version: string };
  readonly params: P;
  readonly output: O;
  readonly paging?: G;
  readonly batch?: { readonly param: string; readonly max: number };
  /** Default: absent, empty, `success`, `200` and `OK` in `Code` are good. */
  readonly verdict?: Verdict;
  readonly partial?: F;
  /** See `Operation`. */
  readonly readJson?: (json: string) => string;
  readonly token?: string;
  readonly combination?: Combination<V>;
  /** Rules over several parameters that the definition does not express (source: service notes). */
  readonly check?: (input: InputOfParams<P>) => readonly Fault[];
}

/** Absent, empty, `success`, `200`, `ok` and `0` are good in any case of letters; anything else in `Code` is a failure (service notes, inferred). */
const anyGoodCode: Verdict = { codes: ['success', '200', 'ok'] };

/** Builds a row of the operation table; the types of input and answer follow from the parameters and the output schema. */
export function operation<
  const P extends Params,
  O extends ObjectReader,
  const G extends Paging | undefined = undefined,
  const F extends Partial | undefined = undefined,
  V extends object = object,
>(definition: Definition<P, O, G, F, V>): Operation<P, O, G, F, InputOfParams<P> & V> {
  const { action, access, effect, params, ram, paging, verdict, partial } = definition;
  return {
    ...definition,
    access: access ?? (effect === 'none' ? 'read' : 'write'),
    ram: { action: `appstreaming:${action}`, ...(ram ?? { assumed: true }) },
    input: { kind: 'object', fields: Object.fromEntries(Object.entries(params).map(([name, { schema }]) => [name, schema])) },
    paging: paging as G,
    verdict: verdict ?? anyGoodCode,
    partial: partial as F,
  };
}

/** Any row, for code that handles all of them alike. */
// biome-ignore lint/suspicious/noExplicitAny: variance of input types makes a common supertype impossible.
export type AnyOperation = Operation<any, any, any, any, any>;
