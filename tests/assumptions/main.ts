/**
 * `npm run assumptions`: plays some days of the example policy under every single switched assumption about the service, with the faults,
 * restarts and people of the week, and compares what changes with what `docs/assumptions.md` says.
 *
 * Which settings are played follows from a play with all defaults: a switch that the world never looks at in it cannot change it. Each of the others
 * is played for three days with functions a few times a day; and those at which the world looks while scale-on-schedule runs, for a day in which that
 * runs every five minutes, as deployed.
 *
 * Exit code 1 when something goes wrong that is not known to, when the document
 * says otherwise, or when `--all` finds a change under a switch that nothing looks at.
 */
import { fileURLToPath } from 'node:url';
import { developerCommand } from '../../build/developer-command.ts';
import { performAll } from '../harness/crew.ts';
import { bearable, type Changes, differences, isWritten, nameOf, seenPart, settings, taskName, write } from './document.ts';
import type { Sighting, Switched, Task } from './sightings.ts';

const startMs = Date.now();
const flags = developerCommand('assumptions', 'Plays days of the example policy under each switched assumption about the service.')
  .option('--only <switch>', 'the settings of one switch; compares nothing with the document')
  .option(
    '--all',
    'each setting of every switch for three days, with every function at its deployed pace; compares nothing with the document',
  )
  .option('--write', 'write what was seen into docs/assumptions.md')
  .parse()
  .opts<{ readonly only?: string; readonly all?: boolean; readonly write?: boolean }>();
const { only, all = false } = flags;
const chosen = only === undefined ? settings : settings.filter(({ name }) => name === only);
if (chosen.length === 0) {
  console.error(`There is no switch '${only}'; they are listed in simulator/assumptions.ts.`);
  process.exit(1);
}

const worker = fileURLToPath(new URL('worker.ts', import.meta.url));
const playAll = (tasks: readonly Task[], onAnswer?: (task: Task, sighting: Sighting) => void) =>
  performAll<Task, Sighting>(tasks, { worker, nameOf: taskName, ...(onAnswer ? { onAnswer } : {}) });

const usual = new Map<Task['cadence'], Sighting>();
const cadences = all ? (['deployed'] as const) : (['scaling', 'sparse'] as const);
const defaults = await playAll(cadences.map((cadence) => ({ switched: [], cadence })));
for (const [place, cadence] of cadences.entries()) usual.set(cadence, defaults[place] as Sighting);
const lookedAt = new Map(defaults.flatMap((sighting) => Object.entries(sighting.lookedAt)));
for (const { lookedAt: looks } of defaults) for (const [name, scaling] of Object.entries(looks)) if (scaling) lookedAt.set(name, true);

const wanted = (cadence: Task['cadence'], settingsOfIt: readonly Switched[]): readonly Task[] =>
  settingsOfIt.map((setting) => ({ switched: [setting], cadence }));
const tasks = all
  ? wanted('deployed', chosen)
  : [
      ...wanted(
        'scaling',
        chosen.filter(({ name }) => lookedAt.get(name)),
      ),
      ...wanted(
        'sparse',
        chosen.filter(({ name }) => lookedAt.has(name)),
      ),
    ];

const unborne: string[] = [];
const changesOf = ({ cadence }: Task, sighting: Sighting): readonly string[] => differences(usual.get(cadence) as Sighting, sighting);
function tell(task: Task, sighting: Sighting): void {
  const known = task.switched.flatMap((setting) => bearable[nameOf(setting)]?.wrongs ?? []);
  for (const [wrong, found] of Object.entries(sighting.wrongs)) {
    if (!known.includes(wrong)) unborne.push(`${taskName(task)}: ${wrong}, ${found.slice(0, 5).join('; ')}`);
  }
  if (task.switched.length > 0) console.log(`${taskName(task)}: ${changesOf(task, sighting).join('; ') || 'nothing changes'}`);
}

for (const [place, cadence] of cadences.entries()) tell({ switched: [], cadence }, defaults[place] as Sighting);
const sightings = await playAll(tasks, tell);
const seen = new Map(tasks.map((task, place) => [taskName(task), changesOf(task, sightings[place] as Sighting)]));
if (all) {
  for (const setting of chosen.filter(({ name }) => !lookedAt.has(name))) {
    const changes = seen.get(taskName({ switched: [setting], cadence: 'deployed' })) ?? [];
    if (changes.length > 0) unborne.push(`${nameOf(setting)}: nothing looks at this switch, and yet ${changes.join('; ')}`);
  }
}
const part =
  only === undefined && !all
    ? seenPart(
        settings.map((setting): Changes => {
          const of = (cadence: Task['cadence']) => seen.get(taskName({ switched: [setting], cadence }));
          return { days: of('sparse'), pace: of('scaling') };
        }),
      )
    : undefined;
if (part !== undefined && flags.write) write(part);
const agrees = part === undefined || isWritten(part);
for (const text of unborne) console.error(`wrong under ${text}`);
if (!agrees) console.error('docs/assumptions.md says otherwise: see what changed above; `npm run assumptions -- --write` writes it down.');
const changing = [...seen.values()].filter((changes) => changes.length > 0).length;
console.log(
  `${chosen.length} settings, ${tasks.length} plays, ${changing} of them change something, ${unborne.length} go wrong, ${Math.round((Date.now() - startMs) / 1000)} s`,
);
process.exitCode = unborne.length > 0 || !agrees ? 1 : 0;
