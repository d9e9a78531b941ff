import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeHtml } from '../../../functions/digest/page/escape-html.ts';
import { htmlPage } from '../../../functions/digest/page/html-page.ts';
import { roundTicks } from '../../../functions/digest/page/plot-svg.ts';
import { busyFacts, factsOf, hostile, pageOf } from './facts-fixture.ts';

const html = htmlPage(pageOf(busyFacts()));

describe('the page', () => {
  test('needs nothing but itself: no address, no script, no style sheet, no font from elsewhere', () => {
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(html) ?? [];
    const elements = (html.match(/<[^>]+>/g) ?? []).join('\n');
    expect(`${style}${elements}`).not.toMatch(/https?:|\/\/[a-z]|url\(|@import|@font-face|<script|<link|<iframe|<img|srcset|\bsrc=/i);
    expect(html).toContain(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`);
  });

  test('follows light and dark by preference, and has a narrow form', () => {
    for (const media of ['prefers-color-scheme: dark', 'max-width: 640px']) expect(html).toContain(media);
    expect(html).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">');
  });

  test('has a card for each part that the rule shows, in its order, and a plot for each kind', () => {
    const titles = [...html.matchAll(/<h2>([^<]+)/g)].map((match) => match[1]);
    expect(titles).toEqual([
      ...['Spend by day', 'Spend by day', 'Capacity against schedule', 'Expiries ahead'],
      ...['Done', 'Held', 'Orders', 'Expiring in 30 days', 'Not covered', 'Drift', 'Exceptions ending', 'Silent'],
      ...['Costs by department', 'Saved', 'Journal head'],
    ]);
  });

  test('says in words what each plot shows', () => {
    const summaries = [...html.matchAll(/role="img" aria-label="([^"]+:[^"]+)"/g)].map((match) => match[1]);
    expect(summaries).toContain(
      'Capacity against schedule, pay-as-you-go nodes, this day and the six after it: now wanted by the schedules 116, set in the service 116.',
    );
    expect(summaries.some((text) => text?.startsWith('Expiries ahead, subscriptions that end, next 30 days: highest 2 on 2026-'))).toBe(
      true,
    );
  });

  test('shows names as text, whatever they are', () => {
    expect(html).toContain(escapeHtml(hostile));
    expect(html).not.toContain('<img src');
    expect(html).not.toContain('\u202e');
  });

  test('is the same for the same facts', () => {
    expect(htmlPage(pageOf(busyFacts()))).toBe(html);
  });

  test('closes every element that it opens', () => {
    const voids = new Set(['meta', 'line', 'rect', 'path', '!doctype']);
    const open: string[] = [];
    for (const [, close, name = '', self] of html.matchAll(/<(\/?)([a-z0-9!]+)[^>]*?(\/?)>/g)) {
      if (voids.has(name) && (self === '/' || name === 'meta' || name === '!doctype')) continue;
      if (close === '/') expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });

  test('of a quiet day has no plot and says of each part that there is nothing', () => {
    const quiet = htmlPage(pageOf(factsOf()));
    expect(quiet).not.toContain('<svg');
    for (const lead of ['Nothing was changed.', 'Nothing is held.', 'Nothing was ordered.', 'No exception ends within a week.']) {
      expect(quiet).toContain(lead);
    }
  });
});

const character = fc
  .integer({ min: 0, max: 0x10ffff })
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));

test('no text gets out of its place on the page', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...'<>"\'&;=\n\0\u202e\u2066'), character), { maxLength: 30 }), (characters) => {
      const text = characters.join('');
      const escaped = escapeHtml(text);
      expect(escaped).not.toMatch(/[<>"']|[\p{C}\p{Zl}\p{Zp}]|&(?!(amp|lt|gt|quot|#39);)/u);
      const back = escaped.replace(
        /&(amp|lt|gt|quot|#39);/g,
        (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] ?? '',
      );
      expect(back).toBe(text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '�'));
    }),
  );
});

test('axes begin at zero, reach over the highest value, and have at most five steps of one size', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.boolean(), (highest, whole) => {
      const ticks = roundTicks(highest, whole);
      const step = (ticks[1] as number) - (ticks[0] as number);
      expect(ticks[0]).toBe(0);
      expect(ticks.at(-1) as number).toBeGreaterThanOrEqual(highest * (1 - 1e-9));
      expect(ticks.length).toBeLessThanOrEqual(6);
      expect(ticks.every((tick, index) => Math.abs(tick - index * step) <= step * 1e-6)).toBe(true);
      if (whole) expect(ticks.every(Number.isInteger)).toBe(true);
    }),
  );
});
