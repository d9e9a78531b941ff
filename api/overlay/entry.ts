import type { Field } from '../../build/generate/definition.ts';
import type * as checks from '../../shared/client/checks.ts';

/** What a definition cannot say about an operation, or says wrongly. All of it is optional for a read. */
export interface OverlayEntry {
  /** What the operation does and what a caller has to know, as lines of the comment on it. */
  readonly note: readonly string[];
  /** What a call can do to the account at worst. A write must say it. */
  readonly effect?: 'write' | 'disruptive' | 'purchase' | 'destructive';
  /** Further notes on parameters, by name; defaults, units and internal parameters are noted by themselves. */
  readonly notes?: Readonly<Record<string, string>>;
  /** Parameters that are optional on paper and demanded all the same, each with the reason. */
  readonly insist?: Readonly<Record<string, string>>;
  /** Facts that the definition lacks or has wrong. */
  readonly facts?: {
    readonly group?: string;
    readonly access?: 'read' | 'write';
    readonly ram?: {
      readonly action: string;
      readonly level?: 'get' | 'list' | 'create' | 'update' | 'delete' | 'none';
      readonly also?: readonly string[];
    };
    readonly paging?: Readonly<Record<string, string | number>>;
  };
  /** Fields that the answer has although the definition names none: a path to their object, and their types. */
  readonly answersToo?: readonly { readonly at: string; readonly field: string; readonly type: string; readonly because: string }[];
  /** Why text inside JSON may be empty; elsewhere empty text is refused, since it would travel as an absent parameter. */
  readonly emptyText?: string;
  /** Fields that tell a row of a list from others; empty where rows are bare values. */
  readonly rowId?: readonly string[];
  /** The list parameter that lets one call serve several resources, and how many where the definition does not say it. */
  readonly batch?: { readonly param: string; readonly max?: number; readonly because?: string };
  /** How success looks with HTTP 200, where the usual codes do not say it. */
  readonly verdict?: {
    readonly codes: readonly string[];
    readonly codeRequired?: true;
    readonly flags?: readonly string[];
    readonly word?: string;
  };
  /** The list of the answer that names the resources for which a call failed. */
  readonly partial?: { readonly list: string; readonly id: string; readonly success?: string };
  /** The parameter that makes a repeat safe. */
  readonly token?: string;
  /** Rules over several parameters: the name of a function of `shared/client/checks.ts`. */
  readonly check?: keyof typeof checks;
}

/** The entries of operations, by name. */
export type Entries = Readonly<Record<string, OverlayEntry>>;

/**
 * A part of requests or answers that several operations have: it gets a name in `shared/client/shapes/`, and a bundle carries it once. Its content is
 * that of the definition at a path such as `ListImage.TagList[]`; wherever else the same content occurs, the name takes its place.
 */
export interface Shape {
  readonly file: string;
  readonly name: string;
  readonly note: string;
  /** A value of requests, or of answers. */
  readonly of: { readonly request: string } | { readonly answer: string };
  /** The fields of the object instead of the object: other objects may have more of them. With `and`: those that both have. */
  readonly fields?: { readonly and?: string };
  /** Notes on fields, by name. */
  readonly notes?: Readonly<Record<string, string>>;
}

/** A set of values that are legal only together, by the operation that has them; wherever else they occur, the name takes their place. */
export interface Combined {
  readonly file: string;
  readonly name: string;
  readonly note: string;
  readonly operation: string;
  /** The field that a fault names. */
  readonly at: string;
  /** A name for the values alone, in a file of their own: who needs no check carries none. */
  readonly values?: { readonly file: string; readonly name: string; readonly note: string };
  /** The type of the legal values. */
  readonly type: { readonly name: string; readonly note: string; readonly exported?: true };
}

/** Where the table of a service is, and what it is called. */
export interface Table {
  /** The definition, below the root. */
  readonly definition: string;
  /** The overlay, as the first line of files says it. */
  readonly overlay: string;
  /** The folders that hold generated files of this service and nothing else, side by side in `shared/client/`. */
  readonly operations: string;
  readonly shapes: string;
  /** What the list of all rows is exported as. */
  readonly exportedAs: string;
}

/** The overlay of a service. */
export interface Overlay {
  readonly table: Table;
  readonly entries: Entries;
  readonly shapes: readonly Shape[];
  readonly combined: readonly Combined[];
  /** What stands before the name of an operation in its RAM action. */
  readonly ramPrefix: string;
  /** Where its calls go, if not to the endpoint of the client. The version is that of the definition. */
  readonly host?: string;
  /** A field as it is meant, where the definition is too coarse for all of them alike: every number is a `number` there, money too. */
  readonly restated?: (field: Field) => Field;
  /** How to write text of a pattern, by the format of the definition. */
  readonly advice: Readonly<Record<string, string>>;
}
