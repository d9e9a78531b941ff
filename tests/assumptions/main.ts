/**
 * `npm run assumptions`: plays some days of the example policy under every single switched assumption about the service, with the faults,
 * restarts and people of the week, and compares what changes with what `docs/assumptions.md` says. `--write` writes it there;
 * `--only NAME` plays the settings of one switch and compares nothing. Exit code 1 when something goes wrong that is not known to, or when the
 * document says otherwise.
 */
import { bearable } from './bearable.ts';
import { playAll } from './crew.ts';
import { differences } from './differences.ts';
import { isWritten, nameOf, seenPart, settings, write } from './document.ts';
import type { Sighting, Switched } from './sightings.ts';

const startMs = Date.now();
const at = process.argv.indexOf('--only');
const only = at < 0 ? undefined : process.argv[at + 1];
const chosen = only === undefined ? settings : settings.filter(({ name }) => name === only);
if (chosen.length === 0) {
  console.error(`There is no switch '${only}'; they are listed in simulator/assumptions.ts.`);
  process.exit(1);
}
let usual: Sighting | undefined;
const unborne: string[] = [];

function tell(switched: Switched | undefined, sighting: Sighting): void {
  const name = switched ? nameOf(switched) : 'all as assumed';
  const known = bearable[name]?.wrongs ?? [];
  for (const [wrong, found] of Object.entries(sighting.wrongs)) {
    if (!known.includes(wrong)) unborne.push(`${name}: ${wrong}, ${found.slice(0, 5).join('; ')}`);
  }
  if (switched && usual) console.log(`${name}: ${differences(usual, sighting).join('; ') || 'nothing changes'}`);
}

[usual] = await playAll([undefined], tell);
const sightings = await playAll(chosen, tell);
if (usual === undefined) throw new Error('nothing was seen');
const part = only === undefined ? seenPart(usual, sightings) : undefined;
if (part !== undefined && process.argv.includes('--write')) write(part);
const agrees = part === undefined || isWritten(part);
for (const text of unborne) console.error(`wrong under ${text}`);
if (!agrees) console.error('docs/assumptions.md says otherwise: see what changed above; `npm run assumptions -- --write` writes it down.');
const changing = sightings.filter((sighting) => differences(usual as Sighting, sighting).length > 0).length;
console.log(
  `${chosen.length} settings played, ${changing} change something, ${unborne.length} go wrong, ${Math.round((Date.now() - startMs) / 1000)} s`,
);
process.exitCode = unborne.length > 0 || !agrees ? 1 : 0;
