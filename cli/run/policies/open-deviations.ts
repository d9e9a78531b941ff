import { functionMode } from '../../../shared/engine/guard.ts';
import type { CompiledPolicy, CompiledTarget } from '../../../shared/policy/compiled.ts';
import { CommandFailure } from '../../failure.ts';
import type { World } from '../../world/world.ts';
import { runAll } from '../runs.ts';

const scaling = 'scale-on-schedule';

/** Reasons of a decision that say that the service has a deviation of ours; the first two where nothing else is wanted. */
const standing: ReadonlySet<string> = new Set(['day-deviates', 'protected-no-edge']);
const leftBehind: ReadonlySet<string> = new Set(['deviation-restored', 'deviation-stays']);

/** A group whose nodes differ from an ordinary week because we wrote it so. */
export interface OpenDeviation {
  readonly target: string;
  readonly resource: { readonly id: string; readonly name?: string | undefined };
  /** What deviates, in words. */
  readonly text: string;
}

/** What may be done about deviations before nobody takes them back any more. */
export type DeviationChoice = 'restore' | 'leave';

/** The targets on which scaling acts by one policy and no more by the next: what deviates there stays, since nothing is written any more. */
export function targetsLeft(before: CompiledPolicy | undefined, after: CompiledPolicy): readonly CompiledTarget[] {
  if (before === undefined || !scales(before)) return [];
  const place = ({ account, endpoint }: CompiledTarget): string => `${account} ${endpoint}`;
  const kept = new Set(scales(after) ? Object.values(after.targets).map(place) : []);
  return Object.values(before.targets).filter((target) => !kept.has(place(target)));
}

function scales(policy: CompiledPolicy): boolean {
  return functionMode(policy, scaling) === 'act' && (policy.rules[scaling] ?? []).length > 0;
}

/** The deviations that the service has on targets now, as the policy in force sees them. Reads only. */
export async function openDeviations(
  world: World,
  policy: CompiledPolicy,
  targets: readonly CompiledTarget[],
  signal?: AbortSignal,
): Promise<readonly OpenDeviation[]> {
  const open: OpenDeviation[] = [];
  let met: Omit<OpenDeviation, 'target'>[] = [];
  await runAll(
    { policy, world, targets: [...targets] },
    {
      ...{ mode: 'plan', only: scaling, localJournal: true, signal },
      onDecision: ({ id, name }, { verdict, because }) => {
        const said = because.find(({ code }) => leftBehind.has(code) || (verdict === 'keep' && standing.has(code)));
        if (said !== undefined) met.push({ resource: { id, name }, text: said.text });
      },
      onReport: ({ target }) => {
        open.push(...met.map((each) => ({ target, ...each })));
        met = [];
      },
    },
  );
  return open;
}

/**
 * Takes back what deviates on targets, as where no rule covers a group any more. Gives what is left: what would lower nodes may have to wait.
 */
export async function restoreDeviations(
  world: World,
  policy: CompiledPolicy,
  targets: readonly CompiledTarget[],
  signal?: AbortSignal,
): Promise<readonly OpenDeviation[]> {
  const without = { ...policy, rules: { ...policy.rules, [scaling]: [] } };
  // What gives capacity back is written alone and first, so it may take two.
  for (let pass = 0; pass < 2; pass++) {
    await runAll({ policy: without, world, targets: [...targets] }, { mode: 'apply', only: scaling, localJournal: true, signal });
  }
  return await openDeviations(world, without, targets, signal);
}

/** The deviations as people read them, and what becomes of them. */
export function deviationLines(open: readonly OpenDeviation[]): readonly string[] {
  if (open.length === 0) return [];
  const named = open.map(({ target, resource, text }) => `  ${resource.name ?? resource.id}  ${target}  ${text}`);
  return [`Nothing takes these deviations from an ordinary week back once ${scaling} only observes:`, ...named];
}

/** @throws CommandFailure `Usage` where somebody has to choose and there is nobody to ask */
export function mustChoose(open: readonly OpenDeviation[]): never {
  const count = `${open.length} ${open.length === 1 ? 'group differs' : 'groups differ'}`;
  throw new CommandFailure(
    'Usage',
    `${count} from an ordinary week, and nothing takes that back once ${scaling} only observes: say --restore-first to take it back before, or --leave to leave it as it is.`,
  );
}
