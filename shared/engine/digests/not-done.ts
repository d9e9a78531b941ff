import { writtenScope } from '../../journal/intents/intent-log.ts';
import { readWrittenStream, WrittenReader } from '../../journal/intents/intent-reader.ts';
import type { Store } from '../../journal/store/store.ts';
import { runStoring } from '../../journal/store/store-effect.ts';
import type { CompiledTarget } from '../../policy/compiled.ts';
import { holdIdentity } from '../report.ts';
import { changeText } from './change-text.ts';
import type { HeldLine, WouldLine } from './digest-facts.ts';
import type { HoldAges } from './held-since.ts';
import { readPastRun } from './run-records.ts';

/** What a function has not done on a target, although something is wanted. */
export interface NotDone {
  readonly held: readonly HeldLine[];
  /** Empty where the function acts. */
  readonly would: readonly WouldLine[];
}

/** What a function holds, or would do if it did not only observe, by the record that told it last. @throws StoreError @throws JournalError */
export async function notDoneBy(store: Store, functionName: string, target: CompiledTarget, ages: HoldAges | undefined): Promise<NotDone> {
  const log = new WrittenReader(await runStoring(store, readWrittenStream(functionName, writtenScope(target))));
  const told = log.toldHolds(target.name);
  const bytes = told && (await store.read(told.run));
  const run = told && bytes && readPastRun(told.run, bytes);
  const held: HeldLine[] = [];
  const would: WouldLine[] = [];
  for (const { verdict, resource, rule, because, action } of run?.decisions ?? []) {
    const atMs = run?.atMs ?? 0;
    if (verdict === 'hold') {
      const identity = holdIdentity({ resource: { id: resource.id }, because });
      const age = ages?.get(identity) ?? { sinceMs: atMs, orBefore: true };
      const [first] = because;
      held.push({ functionName, rule, resource, identity, code: first?.code ?? '', text: first?.text ?? 'no reason given', ...age });
    } else if (verdict === 'act' && run?.functionMode === 'observe') {
      would.push({ functionName, atMs, resource, text: changeText(action, 'a change') });
    }
  }
  return { held, would };
}
