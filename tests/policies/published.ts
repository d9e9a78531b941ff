import { sha256 } from '../../shared/client/hmac.ts';
import { encodeRecord, linkOf } from '../../shared/journal/log/record.ts';
import { emptyStream } from '../../shared/journal/log/stream.ts';
import { policyBody, publishPolicy } from '../../shared/journal/people/policies.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { noon, policyWith } from '../engine/dial.ts';

/** Key of a policy's record. */
export const policyKey = (sequence: number) => `policy/${String(sequence).padStart(8, '0')}`;

/** A whole body: a policy whose source is `text`. */
export function bodyOf(text: string, more: Partial<CompiledPolicy> = {}) {
  return policyBody({ by: 'li.wei' }, text, encodePolicy(policyWith({ sourceHash: sha256(text), ...more })));
}

/** Publishes a policy behind what is there. Gives its number. */
export async function publishTo(store: Store, text: string, more: Partial<CompiledPolicy> = {}): Promise<number> {
  const keys: string[] = [];
  for await (const key of store.list('policy/')) keys.push(key);
  const last = keys.at(-1);
  const bytes = last === undefined ? undefined : await store.read(last);
  const end = bytes ? { next: keys.length, prev: linkOf(bytes) } : emptyStream;
  const signed = { owner: `owner-${keys.length}`, atMs: noon };
  return (await runStoring(store, publishPolicy(end, signed, bodyOf(text, more)))).sequence;
}

/** Ways in which a record can be of no use, by name. */
export const brokenRecords: Readonly<Record<string, (sequence: number) => string>> = {
  'no JSON': () => '{"at":',
  nothing: () => '',
  'no record': () => '{"format":1}',
  'a record of a later format': (sequence) => recordOf(sequence, bodyOf('later')).replace('"v":1', '"v":2'),
  'a policy of a later format': (sequence) => {
    const compiled = encodePolicy(policyWith({ sourceHash: sha256('x') })).replace('"format":1', '"format":2');
    return recordOf(sequence, policyBody({ by: 'li.wei' }, 'x', compiled));
  },
  'a compiled policy that was edited': (sequence) => recordOf(sequence, bodyOf('edited')).replace('Asia/Shanghai', 'Asia/Singapore'),
  'a source that was edited': (sequence) => recordOf(sequence, { ...bodyOf('edited'), source: 'another' }),
  'the policy of another source': (sequence) => {
    const { compiled } = bodyOf('one');
    return recordOf(sequence, policyBody({ by: 'li.wei' }, 'two', compiled));
  },
  'a body without a policy': (sequence) => recordOf(sequence, { by: 'li.wei' }),
  'another kind of record': (sequence) => recordOf(sequence, bodyOf('kind')).replace('"kind":"policy"', '"kind":"policies"'),
};

function recordOf(sequence: number, body: object): string {
  return new TextDecoder().decode(encodeRecord({ kind: 'policy', atMs: noon, owner: `owner-${sequence}`, prev: null, body: { ...body } }));
}
