import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable } from '../../shared/client/printable.ts';
import { joinAlike } from '../../shared/notify/alike.ts';
import type { Message } from '../../shared/notify/message.ts';
import { forChannel } from '../../shared/notify/notifier.ts';
import { robotText } from '../../shared/notify/robot-text.ts';

const matter = (title: string, text: string, link?: string) => ({
  message: { id: title, timeMs: 0, severity: 'warning', title, text, ...(link === undefined ? {} : { link }) } as Message,
});

test('up to three stay as they are, one more is one message for all', () => {
  const matters = ['a', 'b', 'c'].map((name) => matter(name, 'x'));
  expect(joinAlike(matters)).toEqual(matters.map((each) => ({ message: each.message, carries: [each] })));
  const [only, ...more] = joinAlike([...matters, matter('d', 'x')]);
  expect(more).toEqual([]);
  expect(forChannel('webhook', only?.message as Message)).toMatchObject({
    title: 'a, and 3 more alike',
    text: '4 in all:\nx\n• a\n• b\n• c\n• d',
    data: { alike: [{ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' }] },
  });
});

test('a text of one stands behind its name, one of several above them, and each link below its own line', () => {
  const matters = [
    matter('a', 'shared', 'https://l/a'),
    matter('b', 'of b\nalone'),
    matter('c', 'shared', 'https://l/c'),
    matter('d', 'shared'),
  ];
  const [only] = joinAlike(matters);
  const lines = ['4 in all:', 'shared', '• a', 'Decide here: https://l/a', '• c', 'Decide here: https://l/c', '• d', '• b: of b alone'];
  expect(forChannel('dingtalk', only?.message as Message).text.split('\n')).toEqual(lines);
  expect(forChannel('file', only?.message as Message).text).not.toContain('https://');
});

test('the same matters have the same id, others another', () => {
  const ids = (names: readonly string[]) => joinAlike(names.map((name) => matter(name, 'x'))).map(({ message: { id } }) => id);
  expect(ids(['a', 'b', 'c', 'd'])).toEqual(ids(['a', 'b', 'c', 'd']));
  expect(ids(['a', 'b', 'c', 'd'])).not.toEqual(ids(['a', 'b', 'c', 'e']));
});

test('whatever the matters are, each is carried once, no text of several is cut, and each name and link is in the message that carries it', () => {
  const short = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((text) => text.trim() !== '' && !/[\n<]/.test(text));
  const some = fc.array(fc.record({ title: short, text: fc.oneof(fc.constant('the same'), short), linked: fc.boolean() }), {
    minLength: 4,
    maxLength: 60,
  });
  fc.assert(
    fc.property(some, fc.constantFrom(2_048, 9_000), (drafts, textBytes) => {
      const matters = drafts.map(({ title, text, linked }, index) =>
        matter(`${index} ${title}`, text, linked ? `https://links.example.com/?token=${index}` : undefined),
      );
      const packs = joinAlike(matters, textBytes);
      expect(new Set(packs.flatMap(({ carries }) => carries))).toEqual(new Set(matters));
      expect(packs.flatMap(({ carries }) => carries)).toHaveLength(matters.length);
      for (const { message, carries } of packs) {
        const text = robotText(forChannel('dingtalk', message), textBytes);
        expect(text).not.toContain('… (cut)');
        // No channel shows a name's separators of lines, marks of direction or unassigned characters as they are.
        for (const { message: own } of carries) expect(text).toContain(printable(own.title));
        for (const { message: own } of carries) if (own.link !== undefined) expect(text).toContain(`Decide here: ${own.link}`);
      }
    }),
  );
});
