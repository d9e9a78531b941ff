import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRecordFile, differencesIn, openRecordFile } from './corpus.ts';
import { Coverage } from './coverage.ts';
import { playStory } from './play.ts';
import { lineOf, type StoryRecord } from './record.ts';

const seed = 1;
const indexes = Array.from({ length: 10 }, (_, index) => index);

async function playAll(): Promise<readonly StoryRecord[]> {
  const records: StoryRecord[] = [];
  for (const index of indexes) records.push(await playStory(seed, index));
  return records;
}

/** The text of the first reason in a line. */
function reasonIn(line: string): string {
  const [, text] = /"because":\[\{"code":"[^"]+",(?:"data":\{[^{}]*\},)?"text":"([^"\\]+)"/.exec(line) ?? [];
  if (text === undefined) throw new Error('the line has no reason');
  return text;
}

describe('the corpus of decisions', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-corpus-'));
  let first: readonly StoryRecord[];
  beforeAll(async () => {
    first = await playAll();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('has the same records to the byte when its stories are played again', async () => {
    expect((await playAll()).map(lineOf)).toEqual(first.map(lineOf));
  });

  test('has every function decide, and runs before some stories', () => {
    const coverage = new Coverage();
    for (const record of first) coverage.take(record);
    const decided = [...coverage.verdicts].map(([name, { act, hold, keep, notCovered }]) => [name, act + hold + keep + notCovered > 0]);
    expect(decided).toHaveLength(7);
    expect(decided.every(([, some]) => some)).toBe(true);
    const modes = first.flatMap((record) => ('refused' in record ? [] : record.runs.map(({ mode }) => mode)));
    expect(new Set(modes)).toEqual(new Set(['plan', 'apply']));
  });

  test('shows one changed text of a reason, and where it stands', () => {
    const line = lineOf(first[0] as StoryRecord);
    const text = reasonIn(line);
    const changed = line.replace(text, `${text} Or not.`);
    const found = differencesIn(line, changed);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ before: JSON.stringify(text), after: JSON.stringify(`${text} Or not.`) });
    expect(found[0]?.place).toMatch(/^runs\[\d+\]\(.+\)\..+\.because\[0\]\(.+\)\.text$/);
  });

  test('reads from a file what was written to it', async () => {
    const file = path.join(folder, 'records.jsonl.gz');
    const lines = first.map(lineOf);
    const writing = createRecordFile(file, { seed, stories: lines.length });
    for (const line of lines) await writing.add(line);
    await writing.close();
    const reading = await openRecordFile(file);
    expect(reading.head).toEqual({ seed, stories: lines.length });
    const read: (string | undefined)[] = [];
    for (const _ of lines) read.push(await reading.next());
    expect(read).toEqual(lines);
    expect(await reading.next()).toBeUndefined();
    reading.close();
  });

  test('ends with exit code 1 where a record of the file says another reason, and with 0 where all are the same', async () => {
    const line = lineOf(first[0] as StoryRecord);
    const text = reasonIn(line);
    for (const [name, before, code] of [
      ['same', line, 0],
      ['other', line.replace(text, 'Something else.'), 1],
    ] as const) {
      const file = path.join(folder, name);
      const writing = createRecordFile(file, { seed, stories: 1 });
      await writing.add(before);
      await writing.close();
      const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'tests/corpus/main.ts', '--compare', file], {
        encoding: 'utf8',
      });
      expect(status).toBe(code);
      expect(stderr).toContain(`${code} of 1 stories differ`);
      if (code === 1) expect(stderr).toContain(`before: "Something else."\n    after:  ${JSON.stringify(text)}`);
    }
  });
});
