import { createHash, randomBytes } from 'node:crypto';
import type { Clock, EpochMs } from '../../shared/client/clock.ts';
import { functionRoleCredentials } from '../../shared/client/credentials/function-role.ts';
import { systemClock } from '../../shared/client/system-clock.ts';
import { runError } from '../../shared/engine/report.ts';
import { linkKeys } from '../../shared/fc/approval-links.ts';
import { EventError } from '../../shared/fc/events/event-error.ts';
import { type HttpRequest, type HttpResponse, parseHttpEvent } from '../../shared/fc/events/http.ts';
import type { HandlerParts } from '../../shared/fc/handle.ts';
import { jsonLog, type Log } from '../../shared/fc/log.ts';
import { policySource, readBundled } from '../../shared/fc/policy-source.ts';
import type { FunctionContext } from '../../shared/fc/settings.ts';
import { readSettings } from '../../shared/fc/settings.ts';
import { agreedAddress, openStore } from '../../shared/fc/store.ts';
import { answerGap, answerWords, countingAnswer, electorateOf } from '../../shared/journal/people/answers.ts';
import { installationOf, linkProver, openToken, tokenField } from '../../shared/journal/people/approval-link.ts';
import { reasonText } from '../../shared/journal/people/approval-record.ts';
import { type Answers, type LinkProver, readApprovals } from '../../shared/journal/people/approvals.ts';
import { recordLinkAnswer } from '../../shared/journal/people/link-approvals.ts';
import { readRenewal } from '../../shared/journal/renewals/renewal.ts';
import { renewalStream } from '../../shared/journal/renewals/renewal-record.ts';
import { runStoring, type Storing } from '../../shared/journal/store/store-effect.ts';
import { zonedText } from '../../shared/planning/local-time.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import type { LinkPages, LinkQuestion, LinkState } from './pages.ts';

/**
 * The handler of the function that answers approval links, on an HTTP trigger. GET shows a page and changes nothing, so that programs which look
 * at links in chats decide nothing. POST writes an answer behind those that are there, until the order was sent. It never throws: a gateway would show the error to whoever asks.
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
  const token = (posted ? posted.token : request.query.get(tokenField)) ?? '';
  const publicKeys = linkKeys(environment);
  const opened = openToken(token, publicKeys);
  if (typeof opened === 'string') return refuse(opened);
  const { subject } = opened;
  if (clock.now() >= subject.untilMs) return refuse('expired');

  const settings = readSettings(environment);
  const bundled = await readBundled(settings.policyFile);
  if (!bundled.policy && settings.store === undefined) throw bundled.error;
  const credentials = functionRoleCredentials(context?.credentials, environment);
  const place = openStore(settings, bundled.policy?.store, { credentials, clock, environment, simulator: settings.simulator });
  const { policy, store } = await source({ bundled, address: agreedAddress(settings.store, bundled.policy?.store), log, store: place });
  const installation = installationOf(store.name);
  if (opened.installation !== installation) return refuse('other-installation');
  const { target: named, account, resource, circle } = subject;
  const target = Object.hasOwn(policy.targets, named) ? policy.targets[named] : undefined;
  if (target?.account !== account) return refuse('wrong-target');
  if (!asksByLink(policy, circle)) return refuse('links-off');

  const question = { subject, target, policy };
  const known = { target: named, resource, from };
  const look = (): Promise<Seen> => runStoring(store, seeQuestion(question, linkProver({ publicKeys, installation }), clock.now()));
  if (settings.observe) return [409, pages.observing()];
  const before = await look();
  if (!posted || before.state.ordered !== undefined) {
    log('info', 'link-opened', { ...known, state: before.state.words, ordered: before.state.ordered !== undefined });
    return [posted ? 409 : 200, pages.question(question, before.state, token)];
  }
  const { verdict, because } = posted;
  const { period, highest, untilMs } = subject;
  const answer = { verdict, because, target: named, period, highest, atMs: clock.now(), untilMs };
  const owner = randomBytes(16).toString('hex');
  const written = await runStoring(store, recordLinkAnswer(subject, owner, answer, opened, before.answers));
  const after = await look();
  const record = written.outcome === 'written' ? written.key : undefined;
  log('info', 'link-answered', { ...known, verdict, outcome: written.outcome, record, state: after.state.words });
  return [written.outcome === 'written' ? 200 : 409, pages.question(question, after.state, token, written.outcome)];
}

/** What was read about a question, and how it stands by that. */
interface Seen {
  readonly answers: Answers;
  readonly state: LinkState;
}

/** Reads the answers to a question from wherever they were given, and whether its order was sent. */
function* seeQuestion({ subject, target, policy }: LinkQuestion, proveLink: LinkProver, nowMs: EpochMs): Storing<Seen> {
  const { circle, account, resource, expiresAtMs, period, highest } = subject;
  const answers = yield* readApprovals(subject, electorateOf({ policy, target }, { circle, links: true }, proveLink));
  const order = { target: target.name, period, price: highest, nowMs };
  const answer = countingAnswer(answers, order);
  const state: LinkState = {
    ...{ answer, words: answerWords(answer, circle) },
    gap: answerGap(answer, order, (ms) => zonedText(ms, { policy, target })),
    withdrawnBy: answers.given.find(({ withdrawsLinks }) => withdrawsLinks)?.by,
    ordered: yield* orderedFor(account, resource, expiresAtMs),
  };
  return { answers, state };
}

/** The claim that was made for an expiry and came to something, or may have; undefined where answers still decide. */
function* orderedFor(account: string, resource: string, expiresAtMs: EpochMs): Storing<LinkState['ordered']> {
  const { open, moved } = yield* readRenewal(renewalStream(account, resource));
  const entry = open ?? moved;
  if (entry?.claim === undefined || entry.claim.expiry < Math.floor(expiresAtMs / 1000)) return undefined;
  return { atMs: entry.atMs, orderId: entry.answer?.orderId ?? entry.end?.orderId };
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
    // The next visit goes by https even where somebody types the address without it.
    'strict-transport-security': 'max-age=31536000',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex, nofollow, noarchive',
  };
}

/** What somebody pressed on the confirmation page. */
interface LinkForm {
  readonly token: string;
  readonly verdict: 'approve' | 'refuse';
  readonly because: string | undefined;
}

/** Reads the form; undefined where it is not the one of our page: another type, another origin, a field that is missing or there twice. */
function readForm({ headers, body, host }: HttpRequest): LinkForm | undefined {
  const [type] = (headers.get('content-type') ?? '').split(';');
  if (type?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return undefined;
  if (!isSameOrigin(headers, host)) return undefined;
  const fields = new URLSearchParams(body);
  const one = (name: string): string | undefined => (fields.getAll(name).length === 1 ? (fields.get(name) ?? undefined) : undefined);
  const token = one(tokenField);
  const verdict = one('decision');
  if (token === undefined || (verdict !== 'approve' && verdict !== 'refuse')) return undefined;
  return { token, verdict, because: reasonText(one('because') ?? '') };
}

/**
 * True unless the browser says that another site sent the form. The token in it is what really counts: who does not know it can forge nothing.
 */
function isSameOrigin(headers: HttpRequest['headers'], host: string | undefined): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return false;
  const origin = headers.get('origin');
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname, host: named } = new URL(origin);
  // Who can answer for the host without TLS can be anybody on the way.
  const isSafe = protocol === 'https:' || /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
  return isSafe && [headers.get('host'), host].includes(named);
}
