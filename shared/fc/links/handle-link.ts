import { createHash, randomBytes } from 'node:crypto';
import { EventError } from '../../../events/event-error.ts';
import { type HttpRequest, type HttpResponse, parseHttpEvent } from '../../../events/http.ts';
import type { Clock } from '../../client/clock.ts';
import { functionRoleCredentials } from '../../client/credentials/function-role.ts';
import { systemClock } from '../../client/system-clock.ts';
import { tokenField } from '../../engine/renewals/approval-link.ts';
import type { LinkPages } from '../../engine/renewals/link-pages.ts';
import { runError } from '../../engine/report.ts';
import { recordLinkWord, wordOfLink } from '../../journal/link-approvals.ts';
import { runStoring } from '../../journal/store-effect.ts';
import type { CompiledPolicy } from '../../policy/compiled.ts';
import type { FunctionContext } from '../context.ts';
import type { HandlerParts } from '../handle.ts';
import { jsonLog, type Log } from '../log.ts';
import { policySource, readBundled } from '../policy-source.ts';
import { readSettings } from '../settings.ts';
import { agreedAddress, openStore } from '../store.ts';
import { readForm } from './link-form.ts';
import { linkKeys } from './link-settings.ts';
import { readLink } from './read-link.ts';

/**
 * The handler of the function that answers approval links, on an HTTP trigger. GET shows a page and changes nothing, so that programs which look
 * at links in chats decide nothing. POST writes the word, once per link. It never throws: a gateway would show the error to whoever asks.
 */
export function createLinkHandler(
  pages: LinkPages,
  { clock = systemClock, environment = process.env, write }: HandlerParts = {},
): (event: Uint8Array, context: FunctionContext) => Promise<HttpResponse> {
  const headers = headersOf(pages.style);
  const answer = (statusCode: number, body: string): HttpResponse => ({ statusCode, headers, isBase64Encoded: false, body });
  const source = policySource();
  return async (event, context) => {
    const log = jsonLog({ requestId: context?.requestId ?? 'unknown', function: 'approval-links' }, write);
    try {
      const request = parseHttpEvent(event);
      const [statusCode, body] = await reply(request, { pages, clock, environment, context, log, source });
      return answer(statusCode, request.method === 'HEAD' ? '' : body);
    } catch (error) {
      const ours = !(error instanceof EventError);
      log(ours ? 'error' : 'warn', ours ? 'failed' : 'link-refused', { ...runError(error) });
      return ours ? answer(503, pages.failed()) : answer(400, pages.refused());
    }
  };
}

interface Surroundings {
  readonly pages: LinkPages;
  readonly clock: Clock;
  readonly environment: NonNullable<HandlerParts['environment']>;
  readonly context: FunctionContext;
  readonly log: Log;
  readonly source: ReturnType<typeof policySource>;
}

type Reply = readonly [statusCode: number, body: string];

async function reply(request: HttpRequest, { pages, clock, environment, context, log, source }: Surroundings): Promise<Reply> {
  const from = request.sourceIp;
  const refuse = (why: string): Reply => {
    log('warn', 'link-refused', { why, from });
    return [403, pages.refused()];
  };
  const posted = request.method === 'POST' ? readForm(request) : undefined;
  if (!['GET', 'HEAD', 'POST'].includes(request.method) || (request.method === 'POST' && !posted)) return refuse('no-form');
  const token = posted ? posted.token : request.query.get(tokenField);
  const link = readLink(token, linkKeys(environment), clock.now());
  if (!link.ok) return refuse(link.why);

  const settings = readSettings(environment);
  const bundled = await readBundled(settings.policyFile);
  if (!bundled.policy && settings.store === undefined) throw bundled.error;
  const credentials = functionRoleCredentials(context?.credentials, environment);
  const place = openStore(settings, bundled.policy?.store, { credentials, clock, environment, simulator: settings.simulator });
  const { policy, store } = await source({ bundled, address: agreedAddress(settings.store, bundled.policy?.store), log, store: place });
  const { subject, id } = link;
  const { target: named, account, resource, circle, expiresAtMs, period, highest, untilMs } = subject;
  const target = Object.hasOwn(policy.targets, named) ? policy.targets[named] : undefined;
  if (target?.account !== account) return refuse('wrong-target');
  if (!asksByLink(policy, circle)) return refuse('links-off');
  const question = { subject, target, policy };
  const about = { circle, account, resource, expiresAtMs };
  const known = { link: id, target: named, resource, from };

  if (settings.observe) return [409, pages.observing()];
  if (!posted) {
    const word = await runStoring(store, wordOfLink(about, id));
    log('info', 'link-opened', { ...known, decided: word?.verdict });
    return [200, word ? pages.decided(question, word, false) : pages.ask(question, token ?? '')];
  }
  const { verdict, because } = posted;
  const said = { verdict, because, by: `${circle} (link)`, target: named, period, highest, atMs: clock.now(), untilMs };
  const { word, fresh } = await runStoring(store, recordLinkWord(about, id, randomBytes(16).toString('hex'), said));
  log('info', fresh ? 'link-answered' : 'link-repeated', { ...known, verdict: word.verdict, record: word.key });
  return [200, pages.decided(question, word, fresh)];
}

/** True where some rule still asks this circle and lets it answer by link. Which rule covers the resource, the renewal itself looks up. */
function asksByLink(policy: CompiledPolicy, circle: string): boolean {
  const rules = (policy.rules['renew-before-expiry'] ?? []) as readonly {
    readonly ask?: { readonly who: string; readonly links?: boolean };
  }[];
  return Object.hasOwn(policy.approvers, circle) && rules.some(({ ask }) => ask?.who === circle && ask.links === true);
}

/** Nothing may be loaded, framed, stored or sent on from a page; its own style sheet is named by its hash. */
function headersOf(style: string): Readonly<Record<string, string>> {
  const hash = createHash('sha256').update(style).digest('base64');
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    'cache-control': 'no-store',
    // To ourselves the browser has to name the origin of the form; to others nothing.
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex, nofollow, noarchive',
  };
}
