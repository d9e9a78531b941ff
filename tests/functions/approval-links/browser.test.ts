import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linkProver, publicKeyOf } from '../../../shared/journal/people/approval-link.ts';
import { readApprovals } from '../../../shared/journal/people/approvals.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import { type HttpTrigger, httpTrigger } from '../../e2e/http-trigger.ts';
import { executablePath } from '../../fixtures/browser.ts';
import { installation, type LinkFixture, linkFixture, linkKey, subject, token } from './link-fixture.ts';

if (executablePath === undefined) console.warn('No Chromium is installed here: how the pages of approval links behave was not checked.');

describe.runIf(executablePath !== undefined)('in a browser the page of an approval link', () => {
  let fixture: LinkFixture;
  let trigger: HttpTrigger;
  let browser: Browser;
  let page: Page;
  const asked: string[] = [];
  const said: string[] = [];
  beforeAll(async () => {
    fixture = linkFixture();
    trigger = await httpTrigger(fixture.handler);
    const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync'];
    browser = await chromium.launch({ executablePath: executablePath as string, args: ['--no-sandbox', ...quiet] });
    page = await browser.newPage();
    page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}${new URL(request.url()).search}`));
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    // A browser takes its time to begin on a busy machine.
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await trigger?.close();
    fixture?.close();
  });

  test('is styled, runs nothing that a name brings along, and takes the word of whoever presses a button', async () => {
    const name = '<img src=x onerror="document.title=1">';
    await page.goto(`${trigger.url}/decide?token=${token({ name })}`);
    // The style sheet is let in by its hash alone.
    expect(await page.evaluate(`getComputedStyle(document.querySelector('dl')).display`)).toBe('grid');
    expect(await page.evaluate('document.images.length')).toBe(0);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')).toBe(true);

    await page.getByRole('textbox').fill('Li Wei');
    await page.getByRole('button', { name: 'Approve 1 Month for up to 234.00 CNY' }).click();
    await page.getByRole('heading', { name: 'You approved this renewal' }).waitFor();
    const proveLink = linkProver({ publicKeys: [publicKeyOf(linkKey)], installation });
    const { given: words } = await runStoring(fixture.store, readApprovals(subject, { voters: [], circles: [], links: true, proveLink }));
    expect(words).toMatchObject([{ verdict: 'approve', because: 'Li Wei' }]);
    expect(asked.filter((each) => !each.includes('favicon'))).toEqual([`GET /decide?token=${token({ name })}`, 'POST /decide']);
    expect(said).toEqual([]);
  });
});
