import { streamKey } from '../store/key.ts';
import { isStray, stray, widestGap } from './stream.ts';

/** A record of a chain, as it was found. */
export interface ChainRecord {
  readonly key: string;
  /** Undefined where the record cannot be read, which is told already. */
  readonly record: { readonly kind: string; readonly prev: string | null; readonly body: Readonly<Record<string, unknown>> } | undefined;
  /** Link of its bytes. */
  readonly link: string;
}

/** A record of a numbered stream. */
export interface NumberedRecord extends ChainRecord {
  readonly sequence: number;
}

/** What is wrong with a record. */
export interface ChainProblem {
  readonly key: string;
  readonly code: 'MissingRecord' | 'BrokenChain' | 'StrayRecord';
  readonly text: string;
}

/** What is wrong with a record that a list names and a read does not find. */
export function listedOnly(key: string): ChainProblem {
  return { key, code: 'MissingRecord', text: 'It is listed but cannot be read. Something deletes from the journal.' };
}

/** Which records are known to be changed or gone by other means: what a chain says of them needs no saying again. */
export type Known = (key: string) => boolean;

/** Where a chain is entered in its middle: the record before the first one is known to have this number and this link. */
export interface ChainStart {
  readonly sequence: number;
  readonly link: string;
}

/**
 * Checks one numbered stream, given its records in order: numbers without a gap, and each record carries the link of the one before it. Of two
 * that do not fit together it names the one that was changed: the latter where it fits the one behind it no better, else the former.
 */
export function checkNumbered(
  stream: string,
  records: readonly NumberedRecord[],
  { start, isKnown = () => false }: { readonly start?: ChainStart | undefined; readonly isKnown?: Known } = {},
): readonly ChainProblem[] {
  const problems: ChainProblem[] = [];
  let expected = start === undefined ? 0 : start.sequence + 1;
  let before: { readonly key: string; readonly link: string } | undefined = start && {
    key: streamKey(stream, start.sequence),
    link: start.link,
  };
  let blamed: string | undefined;
  for (const [index, each] of records.entries()) {
    const { key, sequence, record, link } = each;
    if (isStray(sequence, records[index - 1]?.sequence ?? start?.sequence)) {
      // Whatever is behind it is behind the same gap.
      for (const { key: beyond } of records.slice(index, index + widestGap))
        problems.push({ key: beyond, code: 'StrayRecord', text: stray(beyond).message });
      break;
    }
    if (sequence !== expected) {
      for (let gone = expected; gone < sequence && gone < expected + widestGap; gone += 1) {
        const missing = streamKey(stream, gone);
        if (!isKnown(missing))
          problems.push({ key: missing, code: 'MissingRecord', text: `It is missing, though record ${sequence} is there.` });
      }
    } else if (record && record.prev !== (before?.link ?? null)) {
      const next = records[index + 1];
      const fitsNext = next?.sequence === sequence + 1 && next.record?.prev === link;
      const guilty = before === undefined || (next?.record && !fitsNext) ? key : before.key;
      const seen = isKnown(key) || (before !== undefined && isKnown(before.key)) || guilty === blamed;
      if (!seen) problems.push(guilty === key ? replaced(key) : { ...replaced(guilty), text: changedText(sequence, fitsNext) });
      blamed = guilty;
    }
    before = { key, link };
    expected = sequence + 1;
  }
  return problems;
}

/** A record that does not fit what stands around it. */
export function replaced(key: string): ChainProblem {
  return { key, code: 'BrokenChain', text: 'It was changed or replaced: it does not fit the records before and behind it.' };
}

function changedText(next: number, isSure: boolean): string {
  const doubt = isSure ? '' : `, or record ${next} was`;
  return `It was changed or replaced${doubt}: record ${next} was written behind another one.`;
}
