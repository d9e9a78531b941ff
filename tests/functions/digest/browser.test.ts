import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { htmlPage } from '../../../functions/digest/page/html-page.ts';
import { executablePath } from '../../fixtures/browser.ts';
import { busyFacts, pageOf } from './facts-fixture.ts';

if (executablePath === undefined) console.warn('No Chromium is installed here: how the page of a digest looks was not checked.');

describe.runIf(executablePath !== undefined)('in a browser the page of a digest', () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  const asked: string[] = [];
  const said: string[] = [];
  const address = () => pathToFileURL(path.join(folder, 'page.html')).href;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-page-'));
    writeFileSync(path.join(folder, 'page.html'), htmlPage(pageOf(busyFacts())));
    const quiet = [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ];
    browser = await chromium.launch({ executablePath: executablePath as string, args: ['--no-sandbox', ...quiet] });
    page = await browser.newPage();
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(address());
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    ['light', 1280, 'rgb(244, 245, 247)', 'medium'],
    ['dark', 1280, 'rgb(16, 20, 24)', 'medium'],
    ['light', 390, 'rgb(244, 245, 247)', 'small'],
    ['dark', 390, 'rgb(16, 20, 24)', 'small'],
  ] as const)('fits in %s at %i pixels, asks for nothing, and reports nothing', async (colorScheme, width, ground, size) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    const seen = await page.evaluate(inPage);
    expect({ asked, said }).toEqual({ asked: [address()], said: [] });
    expect(seen).toMatchObject({ ground, wider: 0, outside: [], overlapping: [], unreadable: [] });
    expect(seen.sizes).toContain(size);
  });
});

/** Runs in the page: what sticks out of it, which labels of plots lie over each other, and which texts are hard to read on what is behind them. */
const inPage = `(() => {
  const shown = (element) => element.getClientRects().length > 0;
  const all = [...document.querySelectorAll('main *')].filter(shown);
  const width = document.documentElement.clientWidth;
  const outside = all.filter((element) => element.getBoundingClientRect().right > width + 0.5).map((element) => element.outerHTML.slice(0, 80));
  const overlapping = [];
  for (const plot of all.filter((element) => element.matches('svg.plot'))) {
    const labels = [...plot.querySelectorAll('text')].map((element) => element.getBoundingClientRect());
    const frame = plot.getBoundingClientRect();
    labels.forEach((a, index) => {
      if (a.left < frame.left - 1 || a.right > frame.right + 1) overlapping.push('cut at the edge of ' + plot.getAttribute('aria-label'));
      for (const b of labels.slice(index + 1)) {
        if (a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom) overlapping.push(plot.getAttribute('aria-label'));
      }
    });
  }
  const channel = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = (color) => { const [r, g, b] = color.match(/[\\d.]+/g).map(Number); return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b); };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = getComputedStyle(each).backgroundColor;
      if (!/, 0\\)$|transparent/.test(color)) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const unreadable = all.filter((element) => element.matches('h1, h2, p, dt, dd, li, .name, .text, .aside, .count, summary, text, footer')).flatMap((element) => {
    const style = getComputedStyle(element);
    const [a, b] = [light(element.matches('text') ? style.fill : style.color), light(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    return contrast >= 4.5 ? [] : [element.textContent.slice(0, 40) + ' ' + contrast.toFixed(2)];
  });
  const sizes = [...new Set(all.filter((element) => element.matches('svg.plot')).map((element) => element.classList[1]))];
  return { ground: getComputedStyle(document.body).backgroundColor, wider: document.documentElement.scrollWidth - width, outside, overlapping, unreadable, sizes };
})()` as unknown as () => {
  readonly ground: string;
  readonly wider: number;
  readonly outside: readonly string[];
  readonly overlapping: readonly string[];
  readonly unreadable: readonly string[];
  readonly sizes: readonly string[];
};
