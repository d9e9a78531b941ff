import type { PlanContext } from '../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import type { WrittenValue, WrittenView } from '../../shared/journal/written.ts';
import type { Draft } from './verdict.ts';

/** So many drafts of one context are remembered that nobody has asked for again: some pages of a fleet. */
const most = 500;

/** Something that a draft asked of the journal, with the answer. */
type Asked =
  | { readonly resource: string; readonly setting: string; readonly values: readonly WrittenValue[] }
  | { readonly resource: string; readonly setting: string; readonly foreign: ReturnType<WrittenView['foreign']> };

interface Remembered {
  readonly draft: Draft;
  readonly asked: readonly Asked[];
}

/** The drafts of one context, and the context in which they are made: its journal notes what it is asked. */
interface Memory {
  readonly drafts: Map<DeliveryGroup, Remembered>;
  readonly context: PlanContext;
  asked: Asked[];
}

type MakeDraft = (group: DeliveryGroup, context: PlanContext) => Draft;

const memories = new WeakMap<PlanContext, Memory>();

/** Makes the draft of a group in a context, and remembers it for the next `takeDraft`. */
export function keepDraft(group: DeliveryGroup, context: PlanContext, make: MakeDraft): Draft {
  const memory = memoryOf(context);
  memory.asked = [];
  const draft = make(group, memory.context);
  if (memory.drafts.size >= most) memory.drafts.clear();
  memory.drafts.set(group, { draft, asked: memory.asked });
  return draft;
}

/**
 * The draft of a group in a context, the one that was kept where there is one; it is forgotten then. A journal may learn more while a run
 * goes on, since it reads old histories only when they are asked for: what the draft had asked is asked again, and another answer makes
 * a new one.
 */
export function takeDraft(group: DeliveryGroup, context: PlanContext, make: MakeDraft): Draft {
  const drafts = memories.get(context)?.drafts;
  const known = drafts?.get(group);
  if (known === undefined) return make(group, context);
  drafts?.delete(group);
  return answersStand(known.asked, context.written) ? known.draft : make(group, context);
}

function memoryOf(context: PlanContext): Memory {
  let memory = memories.get(context);
  if (memory === undefined) {
    memory = newMemory(context);
    memories.set(context, memory);
  }
  return memory;
}

function newMemory(context: PlanContext): Memory {
  const { written } = context;
  const noting: WrittenView = {
    values: (resource, setting) => {
      const values = written.values(resource, setting);
      memory.asked.push({ resource, setting, values });
      return values;
    },
    foreign: (resource, setting) => {
      const foreign = written.foreign(resource, setting);
      memory.asked.push({ resource, setting, foreign });
      return foreign;
    },
  };
  const memory: Memory = { drafts: new Map(), context: { ...context, written: noting }, asked: [] };
  return memory;
}

/** Asks all of it again, whatever the first answers are: the journal notes what was asked for in vain. */
function answersStand(asked: readonly Asked[], written: WrittenView): boolean {
  let stand = true;
  for (const each of asked) {
    const { resource, setting } = each;
    if ('values' in each) {
      stand = sameValues(written.values(resource, setting), each.values) && stand;
    } else {
      const foreign = written.foreign(resource, setting);
      stand = foreign?.value === each.foreign?.value && foreign?.sinceMs === each.foreign?.sinceMs && stand;
    }
  }
  return stand;
}

function sameValues(a: readonly WrittenValue[], b: readonly WrittenValue[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ value, atMs, outcome }, i) => value === b[i]?.value && atMs === b[i]?.atMs && outcome === b[i]?.outcome)
  );
}
