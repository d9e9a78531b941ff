/**
 * `npm run corpus`: plays generated pairs of account and policy, and records byte for byte what every function decides about each. A change that
 * must not change decisions, such as one of structure, leaves every record as it was: write the records before it, compare with them after it.
 *
 * Standard output has `index sha256` of each story and a hash of all of them, standard error how often each verdict and each reason came up.
 * Exit code 1 where a record differs from that of the file that is compared with.
 */
import { developerCommand, wholeNumber } from '../../build/developer-command.ts';
import { createRecordFile, differenceLines, differencesIn, hashOf, openRecordFile, type ReadRecords } from './corpus.ts';
import { Coverage } from './coverage.ts';
import { playStory } from './play.ts';
import { lineOf } from './record.ts';

interface Flags {
  readonly stories?: number;
  readonly seed?: number;
  readonly only?: number;
  readonly write?: string;
  readonly compare?: string;
}

/** So many stories that differ are shown. */
const shownStories = 10;
const defaultStories = 2_000;

const flags = developerCommand('corpus', 'Plays generated accounts and policies, and records what every function decides.')
  .option('--stories <n>', `how many; default ${defaultStories}, or as many as the file has`, wholeNumber())
  .option('--seed <n>', 'other stories; default 1, or the seed of the file', wholeNumber(0))
  .option('--only <index>', 'this story only, printed whole or compared', wholeNumber(0))
  .option('--write <file>', 'write all records as compressed JSON lines')
  .option('--compare <file>', 'compare with such a file, and show what differs')
  .parse()
  .opts<Flags>();

const former = flags.compare === undefined ? undefined : await opened(flags.compare);
const seed = flags.seed ?? former?.head.seed ?? 1;
const stories = flags.stories ?? former?.head.stories ?? defaultStories;
if (former && former.head.seed !== seed) refuse(`${flags.compare} has the stories of seed ${former.head.seed}, not of ${seed}.`);
if (former && stories > former.head.stories) refuse(`${flags.compare} has ${former.head.stories} stories, fewer than ${stories}.`);
if (flags.only !== undefined && flags.only >= stories) refuse(`There is no story ${flags.only}: they count from 0 to ${stories - 1}.`);

if (flags.only !== undefined && former === undefined) {
  console.log(JSON.stringify(JSON.parse(lineOf(await playStory(seed, flags.only))), undefined, 2));
} else {
  const file = flags.write === undefined ? undefined : createRecordFile(flags.write, { seed, stories });
  const coverage = new Coverage();
  const hashes: string[] = [];
  let differing = 0;
  for (let index = 0; index < stories; index++) {
    const before = await former?.next();
    if (flags.only !== undefined && index !== flags.only) continue;
    const record = await playStory(seed, index);
    const line = lineOf(record);
    coverage.take(record);
    await file?.add(line);
    hashes.push(`${index} ${hashOf(line)}`);
    console.log(hashes.at(-1));
    const differences = former === undefined ? [] : differencesIn(before, line);
    if (differences.length === 0) continue;
    differing += 1;
    if (differing <= shownStories) console.error(differenceLines(index, differences).join('\n'));
  }
  await file?.close();
  former?.close();
  console.log(`all ${hashOf(hashes.join('\n'))}`);
  console.error(coverage.lines().join('\n'));
  if (former !== undefined) console.error(`${differing} of ${hashes.length} stories differ from ${flags.compare}`);
  process.exitCode = differing > 0 ? 1 : 0;
}

async function opened(file: string): Promise<ReadRecords> {
  try {
    return await openRecordFile(file);
  } catch (error) {
    return refuse(`${file} cannot be read: ${(error as Error).message}. Write one with --write.`);
  }
}

function refuse(text: string): never {
  console.error(text);
  process.exit(1);
}
