import * as z from 'zod/mini';
import type { AuditTrail } from '../events.ts';
import { FaultError, type FaultPlan, parseFault } from '../faults.ts';
import type { World } from '../world/world.ts';
import { explainIssues } from './issues.ts';
import type { AccessKey } from './keys.ts';
import type { Ledger, LedgerRecord } from './ledger.ts';
import { controlPath } from './server.ts';
import type { Timeline } from './timeline.ts';
import { decodePairs, headerOf, type WireRequest } from './wire.ts';

/** What can be controlled. */
export interface ControlParts {
  readonly world: World;
  readonly timeline: Timeline;
  readonly faults: FaultPlan;
  readonly ledger: Ledger;
  readonly trail: AuditTrail;
  readonly accounts: readonly AccessKey[];
  /** Ends the simulator after the answer has been sent. */
  shutdown(): void;
}

/** The clocks as the control API tells them. */
export interface ClockState {
  readonly worldMs: number;
  /** ISO 8601 in UTC. */
  readonly world: string;
  readonly startMs: number;
  readonly gatewayMs: number;
  readonly gatewayClock: 'wall' | 'virtual';
  readonly gatewayOffsetMs: number;
  readonly speed: number;
}

/** The world in short. */
export interface WorldSummary {
  readonly id: string;
  readonly clock: ClockState;
  readonly accounts: readonly {
    readonly id: string;
    readonly accessKeyId: string;
    readonly groups: number;
    readonly sessions: number;
    /** Cloud browser groups: no operation of the service lists them. */
    readonly browserGroups: readonly { readonly id: string; readonly bookmarks: number; readonly restrictedUrls: number }[];
    readonly statistics: unknown;
  }[];
}

/** What the ledger tells through the control API. */
export interface LedgerState {
  readonly counts: ReturnType<Ledger['counts']>;
  readonly records: readonly LedgerRecord[];
}

interface ControlAnswer {
  readonly status: number;
  readonly body: unknown;
}

const clockCommand = z.strictObject({
  advanceMs: z.optional(z.number().check(z.minimum(0))),
  toMs: z.optional(z.number()),
  speed: z.optional(z.number().check(z.minimum(0))),
  gatewayOffsetMs: z.optional(z.number()),
});

/**
 * The control API, for the command line and for tests in other processes. All bodies are JSON.
 *
 * - `GET  /_simulator/clock` the clocks; `POST` with `advanceMs` or `toMs` moves the world, `speed` and `gatewayOffsetMs` set those
 * - `GET  /_simulator/faults` the faults; `POST` one or a list adds them and gives their ids; `DELETE` removes all, or `?id=` one
 * - `GET  /_simulator/ledger` counts, and with `?records=1` the records (`&action=`, `&after=` a seq); `DELETE` forgets them
 * - `GET  /_simulator/events?after=N` the events from a number on
 * - `GET  /_simulator/world` accounts, their sizes and their cloud browser groups
 * - `POST /_simulator/shutdown` ends the simulator
 *
 * A page of a browser must not be able to use it: a request with an Origin, or for another host than loopback, is refused.
 */
export function controlApi(parts: ControlParts): (request: WireRequest) => Promise<ControlAnswer> {
  return async (request) => {
    if (request.headers.has('origin') || !isLoopback(headerOf(request, 'host') ?? '')) {
      return problem(403, 'The control API is for programs on this machine, not for web pages.');
    }
    try {
      return route(request, parts);
    } catch (error) {
      if (error instanceof FaultError || error instanceof RangeError || error instanceof SyntaxError) return problem(400, error.message);
      return problem(500, error instanceof Error ? error.message : String(error));
    }
  };
}

/** The clocks of a simulator. */
function clockState(world: World, timeline: Timeline): ClockState {
  const worldMs = timeline.catchUp();
  return {
    worldMs,
    world: new Date(worldMs).toISOString(),
    startMs: world.startMs,
    gatewayMs: timeline.gatewayNowMs(),
    gatewayClock: timeline.gatewayClock,
    gatewayOffsetMs: timeline.gatewayOffsetMs,
    speed: timeline.speed,
  };
}

function route(request: WireRequest, parts: ControlParts): ControlAnswer {
  const name = request.path.slice(controlPath.length);
  const query = new Map(decodePairs(request.rawQuery));
  switch (`${request.method} ${name}`) {
    case 'GET clock':
      return ok(clockState(parts.world, parts.timeline));
    case 'POST clock':
      return moveClock(request, parts);
    case 'GET faults':
      return ok({ faults: parts.faults.list() });
    case 'POST faults':
      return ok({ ids: parts.faults.add(...[jsonOf(request)].flat().map(parseFault)) });
    case 'DELETE faults':
      return removeFaults(query.get('id'), parts.faults);
    case 'GET ledger':
      return ok(ledgerState(query, parts.ledger));
    case 'DELETE ledger':
      parts.ledger.clear();
      return ok({ cleared: true });
    case 'GET events':
      return ok(parts.trail.since(Number(query.get('after') ?? 0)));
    case 'GET world':
      return ok(worldSummary(parts));
    case 'POST shutdown':
      parts.shutdown();
      return ok({ closing: true });
    default:
      return problem(404, `There is no ${request.method} ${request.path}; known are clock, faults, ledger, events, world and shutdown.`);
  }
}

function moveClock(request: WireRequest, { world, timeline }: ControlParts): ControlAnswer {
  const command = z.safeParse(clockCommand, jsonOf(request));
  if (!command.success) return problem(400, explainIssues(command.error).join('\n'));
  const { advanceMs, toMs, speed, gatewayOffsetMs } = command.data;
  if (advanceMs !== undefined && toMs !== undefined) return problem(400, 'Give advanceMs or toMs, not both.');
  const targetMs = toMs ?? (advanceMs === undefined ? undefined : timeline.catchUp() + advanceMs);
  if (targetMs !== undefined) timeline.advanceTo(targetMs);
  if (speed !== undefined) timeline.speed = speed;
  if (gatewayOffsetMs !== undefined) timeline.gatewayOffsetMs = gatewayOffsetMs;
  return ok(clockState(world, timeline));
}

function removeFaults(id: string | undefined, faults: FaultPlan): ControlAnswer {
  if (id === undefined) {
    faults.clear();
    return ok({ removed: true });
  }
  return faults.remove(id) ? ok({ removed: true }) : problem(404, `There is no fault ${id}.`);
}

function ledgerState(query: ReadonlyMap<string, string>, ledger: Ledger): LedgerState {
  const action = query.get('action');
  const after = Number(query.get('after') ?? 0);
  const wanted = ({ seq, action: name }: LedgerRecord) => seq > after && (action === undefined || action === name);
  return { counts: ledger.counts(), records: query.get('records') ? ledger.records.filter(wanted) : [] };
}

function worldSummary({ world, timeline, accounts }: ControlParts): WorldSummary {
  // Node times lag behind between such calls.
  world.settleStatistics();
  const keys = new Map(accounts.map(({ accountId, accessKeyId }) => [accountId, accessKeyId]));
  return {
    id: world.id,
    clock: clockState(world, timeline),
    accounts: [...world.accounts.values()].map((account) => ({
      id: account.id,
      accessKeyId: keys.get(account.id) ?? '',
      groups: account.groups.size,
      sessions: account.sessions.size,
      browserGroups: [...account.browserGroups.values()].map(({ id, bookmarks, restrictedUrls }) => ({
        ...{ id, bookmarks: bookmarks.length, restrictedUrls: restrictedUrls.length },
      })),
      statistics: account.statistics,
    })),
  };
}

function jsonOf(request: WireRequest): unknown {
  return JSON.parse(request.body.toString('utf8') || '{}');
}

function isLoopback(host: string): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host);
}

function ok(body: unknown): ControlAnswer {
  return { status: 200, body };
}

function problem(status: number, message: string): ControlAnswer {
  return { status, body: { error: message } };
}
