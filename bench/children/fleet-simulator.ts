/** Serves a large fleet; prints its address. */
import { startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { generateFleet } from '../../simulator/world/large-seed.ts';
import { fleetAccount } from '../fleet-policy.ts';

const [groups = '1000', changed = '10'] = process.argv.slice(2);
const world = buildWorld(generateFleet({ groups: Number(groups), changed: Number(changed), account: fleetAccount }));
const simulator = await startSimulator({ world });
process.stdout.write(`${simulator.url}\n`);
