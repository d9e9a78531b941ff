import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { performAll } from './crew.ts';

interface Doubled {
  readonly number?: number;
}

const crew = {
  worker: fileURLToPath(new URL('../fixtures/harness/crew.cjs', import.meta.url)),
  execArgv: [],
  processes: 2,
  nameOf: ({ number }: Doubled) => `the double of ${number}`,
};
const numbers = (...all: readonly number[]): readonly Doubled[] => all.map((number) => ({ number }));

test('answers come in the order of the tasks, and each is heard of', async () => {
  const heard: number[] = [];
  const tasks = numbers(5, 4, 3, 2, 1);
  expect(await performAll<Doubled, number>(tasks, { ...crew, onAnswer: (_task, answer) => heard.push(answer) })).toEqual([10, 8, 6, 4, 2]);
  expect(heard.sort((a, b) => a - b)).toEqual([2, 4, 6, 8, 10]);
});

test('a process that ends before it has answered is an error that names its task, and no other task is begun', async () => {
  const heard: Doubled[] = [];
  const play = performAll<Doubled, number>([{}, ...numbers(1, 2, 3)], { ...crew, processes: 1, onAnswer: (task) => heard.push(task) });
  await expect(play).rejects.toThrow("The process that did 'the double of undefined' ended with code 3; see above.");
  expect(heard).toEqual([]);
});

test('nothing is begun once the time is over', async () => {
  expect(await performAll<Doubled, number>(numbers(1, 2), { ...crew, untilMs: 0 })).toEqual([]);
});
