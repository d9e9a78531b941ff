import type { Workstation } from '../../shared/fleet/workstation.ts';
import type { Power } from './wish.ts';

/**
 * What a status says about power: it is on or off, or on its way there. Undefined: neither started nor stopped from it. No list of states is
 * published, so whatever is not named here is left alone (API notes, Workstation Status).
 */
export type PowerState = { readonly kind: 'settled' | 'moving'; readonly power: Power };

const states: ReadonlyMap<string, PowerState> = new Map([
  ['RUNNING', { kind: 'settled', power: 'on' }],
  ['STOPPED', { kind: 'settled', power: 'off' }],
  ['STARTING', { kind: 'moving', power: 'on' }],
  ['STOPPING', { kind: 'moving', power: 'off' }],
]);

/** The power of a workstation as observed; undefined where its status is missing or another. */
export function powerState({ status }: Workstation): PowerState | undefined {
  return status === undefined ? undefined : states.get(status);
}
