import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { ruleModules } from '../../cli/registry.ts';
import { runners } from '../../cli/runners.ts';
import { createLinkHandler } from '../../functions/approval-links/handle-link.ts';
import { pages } from '../../functions/approval-links/pages.ts';
import { digest } from '../../functions/digest/digesting.ts';
import { digestRunner } from '../../functions/digest/run-digest.ts';
import { createDispatcher } from '../../functions/dispatch/dispatcher.ts';
import { planDispatch } from '../../functions/dispatch/plan.ts';
import { subscribedOperations as enforceOperations } from '../../functions/enforce-policy/automation.ts';
import { createFailureReporter } from '../../functions/report-failure/failure-reporter.ts';
import { subscribedOperations as tagOperations } from '../../functions/tag-new-resources/automation.ts';
import { closeConnections } from '../../shared/client/agents.ts';
import type { Runner } from '../../shared/engine/runner.ts';
import { approvalLinks } from '../../shared/fc/approval-links.ts';
import { createHandler } from '../../shared/fc/handle.ts';
import type { FunctionContext } from '../../shared/fc/settings.ts';
import { subscriptionTo } from '../../shared/fc/work.ts';
import { publicKeyOf } from '../../shared/journal/people/approval-link.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import { compile } from '../../shared/policy/compile.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { demoScenario } from '../../simulator/scenario.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { passingClock } from '../fixtures/clocks.ts';
import { listen, urlOf } from '../fixtures/http.ts';

const account = '1234567890123456';

/** Secrets that a deployment is given, each so that it is known again wherever it turns up. */
const given = {
  webhookPath: 'whsec-path-of-a-robot-4711',
  webhookSecret: 'whsec-signing-key-of-a-robot-4712',
  linkKey: 'linksec-key-that-signs-approvals-4713',
  oldLinkKey: 'linksec-key-of-the-year-before-4714',
  password: 'Pa55word-inside-of-an-event-4715',
  wrongSecret: 'wrongsec-of-an-identity-that-is-refused-4716',
};

/** Something that a person or a program can read afterwards, and where. */
export interface Seen {
  readonly where: string;
  readonly text: string;
}

type Handler = (event: Uint8Array, context: FunctionContext) => Promise<unknown>;

/** Every function at work on simulated accounts, with everything that it leaves behind. */
export interface SecretsStory {
  readonly simulator: Simulator;
  readonly folder: string;
  /** What must turn up nowhere: what the deployment was given, what STS issued, and the tokens of links. */
  secrets(): ReadonlyMap<string, string>;
  /** What was left behind so far: log lines, errors, answers, reports, journal. */
  seen(): readonly Seen[];
  /** Messages as the receiver got them. */
  readonly messages: readonly { readonly path: string; readonly body: string }[];
  /** Address at which messages are taken: a secret. */
  readonly receiver: string;
  readonly names: readonly string[];
  invoke(name: string, event?: unknown, more?: { readonly environment?: object; readonly credentials?: object }): Promise<unknown>;
  close(): Promise<void>;
}

/** Takes what channels post, and refuses what is not for it with an answer that repeats all that it was sent. */
async function echoServer(messages: { path: string; body: string }[]) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const welcome = request.url === `/hook/${given.webhookPath}`;
    if (welcome) messages.push({ path: request.url ?? '', body });
    response.writeHead(welcome ? 200 : 403, { 'content-type': 'application/json' });
    response.end(
      welcome ? '{"ok": true}' : JSON.stringify({ Code: 'Refused', Message: `${request.url} ${inspect(request.headers)} ${body}` }),
    );
  });
  await listen(server);
  return { server, url: urlOf(server) };
}

/** The example policy with links, and with all channels at the local receiver. */
function policyText(): string {
  const text = readFileSync(new URL('../../policy.example.yaml', import.meta.url), 'utf8');
  return text
    .replace('default: observe', 'default: act')
    .replace(/who: finance, remind/, 'who: finance, links: true, remind')
    .replace('above: [6000 CNY, 900 USD]', 'above: [1 CNY, 1 USD]')
    .replaceAll(/kind: (dingtalk|wecom)/g, 'kind: webhook')
    .replaceAll(/"env:\w+_URL"/g, '"env:HOOK_URL"')
    .replaceAll(/"env:\w+_SECRET"/g, '"env:HOOK_SECRET"');
}

export async function secretsStory(): Promise<SecretsStory> {
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-secrets-'));
  const { world } = await demoScenario();
  const simulator = await startSimulator({ world: buildWorld(world), gatewayClock: 'virtual' });
  const issued: string[] = [];
  const issue = simulator.keys.issue.bind(simulator.keys);
  simulator.keys.issue = (...args) => {
    const key = issue(...args);
    issued.push(key.accessKeySecret, key.securityToken);
    return key;
  };
  const role = simulator.keys.issue(account, 'function', 'instance', simulator.world.clock.nowMs, 30 * 24 * 3_600_000);

  const messages: { path: string; body: string }[] = [];
  const { server, url } = await echoServer(messages);
  writeFileSync(path.join(folder, 'policy.yaml'), policyText());
  // The second lies in a folder of its own and names no store.
  for (const [below, text] of [
    ['.', policyText()],
    ['local', policyText().replace(/^store: .*$/m, '')],
  ] as const) {
    const { document, problems } = loadPolicy(text, 'policy.yaml', ruleModules);
    if (!document) throw new Error(problems.map(({ text: said }) => said).join('\n'));
    mkdirSync(path.join(folder, below), { recursive: true });
    const compiled = encodePolicy(compile(document, simulator.world.clock.nowMs, 400, ruleModules));
    writeFileSync(path.join(folder, below, 'policy.json'), compiled);
  }

  const seen: Seen[] = [];
  const base = {
    ...{ FC_FUNC_CODE_PATH: folder, STREAMWARDEN_SIMULATOR: simulator.url, STREAMWARDEN_FC_ENDPOINT: url },
    ...{ HOOK_URL: `${url}/hook/${given.webhookPath}`, HOOK_SECRET: given.webhookSecret, STREAMWARDEN_CHANNEL_HOSTS: '127.0.0.1' },
    ...{
      STREAMWARDEN_LINK_URL: 'https://approve.example.com/',
      STREAMWARDEN_LINK_KEY: given.linkKey,
      STREAMWARDEN_LINK_PUBLIC_KEY: publicKeyOf(given.linkKey),
      STREAMWARDEN_LINK_PUBLIC_KEY_OLD: publicKeyOf(given.oldLinkKey),
    },
  };
  const clock = passingClock(simulator);
  const watched = (runner: Runner): Runner => ({
    ...runner,
    run: async (options) => {
      const report = await runner.run(options);
      seen.push({
        where: `report of ${runner.name}`,
        text: JSON.stringify(report, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)),
      });
      return report;
    },
  });
  const heardBy: Readonly<Record<string, readonly string[]>> = { 'tag-new-resources': tagOperations, 'enforce-policy': enforceOperations };
  const makers: Readonly<Record<string, (parts: object) => Handler>> = {
    ...Object.fromEntries(
      [...runners, digestRunner(digest)].map((runner) => {
        const heard = heardBy[runner.name];
        return [
          runner.name,
          (parts: object) =>
            createHandler(watched(runner), { ...parts, links: approvalLinks, ...(heard ? { subscription: subscriptionTo(heard) } : {}) }),
        ];
      }),
    ),
    'report-failure': (parts) => createFailureReporter(parts),
    'approval-links': (parts) => createLinkHandler(pages, parts),
    dispatch: (parts) => createDispatcher(planDispatch, parts),
  };

  return {
    ...{ simulator, folder, messages, receiver: base.HOOK_URL, names: Object.keys(makers) },
    secrets() {
      const tokens = messages.flatMap(({ body }) => [...body.matchAll(/token=([\w.-]+)/g)].map(([, token]) => token ?? ''));
      return new Map([
        ...Object.entries(given),
        ...issued.map((secret, index) => [`issued ${index}`, secret] as const),
        ...tokens.map((token, index) => [`token ${index}`, token] as const),
        ...tokens.map((token, index) => [`private key in token ${index}`, token.split('.')[1] ?? token] as const),
      ]);
    },
    seen() {
      const bucket = simulator.oss.bucket('acme-streamwarden');
      const objects = (bucket?.list('', '', 100_000).names ?? []).map((name) => ({
        where: `journal ${name}`,
        text: `${name} ${bucket?.get(name)?.bytes}`,
      }));
      return [...seen, ...objects, ...filesBelow(path.join(folder, 'state'))];
    },
    async invoke(name, event = '', { environment = {}, credentials = role } = {}) {
      const parts = {
        clock,
        environment: { ...base, ...environment },
        write: (line: string) => void seen.push({ where: `log of ${name}`, text: line }),
      };
      const make = makers[name];
      if (!make) throw new Error(`there is no function ${name}`);
      const bytes =
        event instanceof Uint8Array ? event : new TextEncoder().encode(typeof event === 'string' ? event : JSON.stringify(event));
      const context = { requestId: `of-${name}`, credentials, function: { name: `streamwarden-${name}`, timeout: 600 } };
      try {
        const answer = await make(parts)(bytes, context);
        // A page is for who has the link; its form has to carry the token.
        if (name !== 'approval-links') seen.push({ where: `answer of ${name}`, text: everyText(answer) });
        return answer;
      } catch (error) {
        seen.push({ where: `error of ${name}`, text: everyText(error) });
        return error;
      }
    },
    async close() {
      closeConnections();
      server.closeAllConnections();
      await Promise.all([simulator.close(), new Promise((done) => server.close(done))]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Every text that somebody could print of a value, the causes of an error included. */
function everyText(value: unknown): string {
  const texts = [inspect(value, { depth: 20, showHidden: true, getters: true }), String(value)];
  for (let error: unknown = value; error instanceof Error; error = error.cause) texts.push(`${error.stack}`, JSON.stringify(error) ?? '');
  return texts.join('\n');
}

function filesBelow(folder: string): readonly Seen[] {
  let entries: ReturnType<typeof readEntries>;
  try {
    entries = readEntries(folder);
  } catch {
    return [];
  }
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return { where: `file ${file}`, text: `${file} ${readFileSync(file, 'utf8')}` };
    });
}

const readEntries = (folder: string) => readdirSync(folder, { recursive: true, withFileTypes: true });
