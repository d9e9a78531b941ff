import { billingOperations } from '../shared/client/billing/index.ts';
import type { EpochMs } from '../shared/client/clock.ts';
import { operations } from '../shared/client/operations/index.ts';
import { AuditTrail, type CloudEvent } from './events.ts';
import { type Fault, FaultPlan } from './faults.ts';
import { appStreaming } from './front/app-streaming.ts';
import { billing } from './front/billing.ts';
import { controlApi } from './front/control.ts';
import { Gateway } from './front/gateway.ts';
import { History } from './front/history.ts';
import { Holds } from './front/holds.ts';
import { type AccessKey, KeyRing, publishedKey } from './front/keys.ts';
import { LateReads } from './front/late-reads.ts';
import { Ledger } from './front/ledger.ts';
import { NonceMemory } from './front/nonces.ts';
import { closeServer, httpServer, listen, loopback } from './front/server.ts';
import { sts } from './front/sts.ts';
import { Timeline, type TimelineOptions } from './front/timeline.ts';
import type { Handler } from './handler.ts';
import { billingHandlers } from './operations/billing/index.ts';
import { handlers as worldHandlers } from './operations/index.ts';
import { type BucketSeed, OssFront } from './oss/front.ts';
import { type Scenario, worldOf } from './scenario.ts';
import type { World } from './world/world.ts';

/** How a simulator is started. */
export interface SimulatorOptions extends TimelineOptions {
  /** The world to serve. It belongs to the simulator from then on. Default: the scenario's. */
  readonly world?: World;
  /** Gives world, faults and keys. One of `world` and `scenario` is needed. */
  readonly scenario?: Scenario;
  /** Port on the loopback address. Default 0: any free one. */
  readonly port?: number;
  /** Seed of faults with a probability, and of a scenario's world. Default: the scenario's, else 1. */
  readonly seed?: number;
  /** Keys besides the published one of each account. */
  readonly accessKeys?: readonly AccessKey[];
  /** Faults in force from the start. */
  readonly faults?: readonly Fault[];
  /** Keeps former answers of all reads, so that a `stale` fault added later finds them. Default: only while such a fault is in force. */
  readonly remembersAnswers?: boolean;
  /** The only buckets of its OSS. Default: every bucket that is asked for exists, unversioned. */
  readonly buckets?: readonly BucketSeed[];
  /** Takes the place of operations, by name. For tests of the front itself. */
  readonly handlers?: Readonly<Record<string, Handler>>;
  /** The same for operations of billing. */
  readonly billingHandlers?: Readonly<Record<string, Handler>>;
  /** Told of errors that are the simulator's own. Default: standard error. */
  readonly onError?: (error: unknown, action: string) => void;
}

/** A simulator that runs. */
export interface Simulator {
  /** Where the service, its STS, its OSS and the control API answer, e.g. `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly world: World;
  readonly timeline: Timeline;
  readonly ledger: Ledger;
  /** The simulated OSS: its buckets and a ledger of its own. */
  readonly oss: OssFront;
  readonly faults: FaultPlan;
  readonly keys: KeyRing;
  /** The published key of each account that the world had at the start. */
  readonly accounts: readonly AccessKey[];
  /** Events of the writes so far. */
  readonly events: readonly CloudEvent[];
  /** Requests that a fault holds at this moment. */
  readonly held: number;
  /** Resolves when the simulator has closed, by `close` or through the control API. */
  readonly closed: Promise<void>;
  /** Calls back on each event from now on; the function it gives ends that. */
  onEvent(listener: (event: CloudEvent) => void): () => void;
  /** Moves the world on. @throws RangeError when the duration is negative */
  advance(durationMs: number): void;
  /** Moves the world to an instant. @throws RangeError when it lies in the past */
  advanceTo(toMs: EpochMs): void;
  /** Ends held requests without running them, ends every connection and stops listening. May be called twice. */
  close(): Promise<void>;
}

/**
 * Serves a world over HTTP on the loopback address: the App Streaming API with checked signatures, STS, OSS, and the control API.
 * @throws SimulatorError when the port cannot be opened
 * @throws ScenarioError when the scenario's world cannot be
 * @throws TypeError when neither world nor scenario is given
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { scenario } = options;
  const world = options.world ?? (scenario && worldOf(scenario, options.seed === undefined ? {} : { seed: options.seed }));
  if (!world) throw new TypeError('startSimulator needs a world or a scenario');
  const { unknownParameters, misplacedParameters, auditEvents } = world.assumptions;
  const timeline = new Timeline(world, options);
  const ledger = new Ledger();
  const trail = new AuditTrail(world.assumptions);
  const faults = new FaultPlan(options.seed ?? scenario?.world.seed ?? 1);
  const holds = new Holds(timeline);
  const accounts = [...world.accounts.keys()].map(publishedKey);
  const keys = new KeyRing();
  for (const key of [...accounts, ...(scenario?.accessKeys ?? []), ...(options.accessKeys ?? [])]) keys.add(key);
  faults.add(...(scenario?.faults ?? []), ...(options.faults ?? []));

  const onError = options.onError ?? reportError;
  const handlers = { ...worldHandlers, ...options.handlers };
  const billed = { ...billingHandlers, ...options.billingHandlers };
  const habits = { unknownParameters, misplacedParameters };
  const gateway = new Gateway({
    services: [
      appStreaming(operations, handlers, { ...habits, spelling: world.assumptions }),
      billing(billingOperations, billed, habits),
      sts,
    ],
    guard: { keys, nonces: new NonceMemory() },
    history: new History(),
    lateReads: new LateReads(),
    remembersAnswers: options.remembersAnswers ?? false,
    emitsEvents: auditEvents === 'emitted',
    onError,
    ...{ world, keys, timeline, ledger, trail, faults, holds },
  });

  const oss = new OssFront({ keys, timeline, faults, holds, buckets: options.buckets, assumptions: world.assumptions, onError });

  let closing: Promise<void> | undefined;
  let resolveClosed: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    resolveClosed = resolve;
  });
  const close = () => {
    closing ??= (async () => {
      holds.close();
      await closeServer(server);
      resolveClosed();
    })();
    return closing;
  };
  // The answer to the command goes out before the connections end.
  const shutdown = () => void setImmediate(() => void close());
  const control = controlApi({ world, timeline, faults, ledger, trail, accounts, shutdown });
  const server = httpServer({ serve: (...request) => gateway.serve(...request), oss: (...request) => oss.serve(...request), control });
  const port = await listen(server, options.port ?? 0);

  return {
    url: `http://${loopback}:${port}`,
    host: loopback,
    ...{ port, world, timeline, ledger, oss, faults, keys, accounts, closed, close },
    get events() {
      return trail.since().events;
    },
    get held() {
      return holds.size;
    },
    onEvent: (listener) => trail.subscribe(listener),
    advance: (durationMs) => timeline.advanceTo(timeline.catchUp() + durationMs),
    advanceTo: (toMs) => timeline.advanceTo(toMs),
  };
}

function reportError(error: unknown, action: string): void {
  process.stderr.write(`simulator: ${action} failed by a defect of its own: ${error instanceof Error ? error.stack : String(error)}\n`);
}
