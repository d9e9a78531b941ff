import { startWuyingServer } from '../../shared/client/operations/start-wuying-server.ts';
import { stopWuyingServer } from '../../shared/client/operations/stop-wuying-server.ts';
import type { Automation } from '../../shared/engine/automation.ts';
import { rulesCheck } from '../../shared/engine/policy-format.ts';
import { observeWorkstations, rereadWorkstation } from '../../shared/fleet/observe-workstations.ts';
import type { Workstation } from '../../shared/fleet/workstation.ts';
import { compiledPowerRule } from './compiled-rule.ts';
import { planner } from './plan.ts';

/** Starts and stops workstations as the schedules of the policy want. */
export const powerWorkstations: Automation<Workstation> = {
  name: 'power-workstations',
  rules: rulesCheck('power-workstations', compiledPowerRule),
  operations: { StartWuyingServer: startWuyingServer, StopWuyingServer: stopWuyingServer },
  planner,
  observe: (client, target, signal) => observeWorkstations(client, signal, target),
  reread: (client, _target, { id }, signal) => rereadWorkstation(client, id, signal),
  // The list shows the sessions already, so nothing more is read; one that names nobody leaves it unknown who is there.
  async sessionUsers(_client, _target, { sessions }) {
    const users = sessions?.map(({ user }) => user);
    return users === undefined || users.includes(undefined) ? undefined : (users as readonly string[]);
  },
};
