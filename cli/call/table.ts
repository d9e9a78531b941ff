import type { AnyOperation } from '../../shared/client/operation.ts';
import { nearest } from '../../shared/policy/suggest.ts';
import { CommandFailure } from '../failure.ts';
import { alignColumns } from '../render/columns.ts';

/** The row of an operation by its name, whatever its case. @throws CommandFailure with the nearest name */
export function operationNamed(name: string, operations: Readonly<Record<string, AnyOperation>>): AnyOperation {
  const exact = Object.values(operations).find(({ action }) => action.toLowerCase() === name.toLowerCase());
  if (exact) return exact;
  const near = nearest(name, Object.keys(operations));
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  throw new CommandFailure(
    'UnknownOperation',
    `Streamwarden knows no operation '${name}'.${hint} 'streamwarden call list' shows those that it knows.`,
  );
}

/** All operations with what they do to the account, as text or JSON. */
export function operationList(rows: readonly AnyOperation[], json: boolean): string {
  if (json) {
    return JSON.stringify(
      rows.map(({ action, group, access, effect, ram, params }) => ({
        action,
        group,
        access,
        effect,
        ram,
        parameters: Object.keys(params),
      })),
    );
  }
  const cells = rows.map(({ action, group, access, effect }) => [action, group, effect === 'none' ? access : effect]);
  return alignColumns(cells, [{}, {}, {}]).join('\n');
}
