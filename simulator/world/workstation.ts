import type { EpochMs } from '../../shared/client/clock.ts';
import type { Account } from './account.ts';
import { beijingOffsetMs, dayMs, minuteMs, parseInstant, startOfDay } from './local-time.ts';
import { workstationHourlyAmount } from './price.ts';
import { idText } from './random.ts';
import type { ChargeSeed, WorkstationSeed } from './seed.ts';
import { minuteOfDay } from './weekly-schedule.ts';
import type { World } from './world.ts';

/** State of a workstation. No list is published; these are the states of persistent sessions (service notes, unverified). */
export type WorkstationStatus = 'PENDING' | 'STARTING' | 'RUNNING' | 'STOPPING' | 'STOPPED' | 'REBUILDING' | 'UNAVAILABLE';

/** States in which no power is drawn. */
const unpowered: ReadonlySet<WorkstationStatus> = new Set(['PENDING', 'STOPPED', 'UNAVAILABLE']);

/** A user's session on a workstation. */
export interface WorkstationSession {
  readonly user: string;
  readonly startedMs: EpochMs;
}

/** What a new workstation needs. */
export interface WorkstationOptions {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly charge: ChargeSeed;
  readonly instanceType: string;
  readonly officeSiteId: string;
  readonly imageId: string;
  readonly createdMs: EpochMs;
  readonly expiresMs: EpochMs | undefined;
  readonly users?: readonly string[];
  readonly subPayType?: string;
  readonly timer?: NonNullable<WorkstationSeed['timer']>;
  readonly dataDisks?: readonly number[];
}

/** Type of a workstation whose seed or order names none. */
export const defaultWorkstationType = 'eds.proworkstation_flagship_elite.32c64g.48g1x';

/** A workstation. Power changes take their time; each one outdates the one before it. */
export class WorkstationEntity {
  readonly world: World;
  readonly account: Account;
  readonly id: string;
  readonly region: string;
  readonly charge: ChargeSeed;
  readonly instanceType: string;
  readonly officeSiteId: string;
  readonly createdMs: EpochMs;
  readonly users: readonly string[];
  /** How a pay-as-you-go one is bought beyond that, e.g. `spot`. */
  readonly subPayType: string | undefined;
  /** The timer of the service that powers it. */
  readonly timer: WorkstationSeed['timer'];
  /** Sizes of its data disks in GB. */
  readonly dataDisks: readonly number[];
  name: string;
  imageId: string;
  sessions: readonly WorkstationSession[] = [];
  /** How often a password was set; the password itself is not kept. */
  passwordChanges = 0;
  #status: WorkstationStatus = 'RUNNING';
  #settledMs: EpochMs;
  #expiresMs: EpochMs | undefined;
  #change = 0;

  constructor(world: World, account: Account, options: WorkstationOptions) {
    this.world = world;
    this.account = account;
    this.id = options.id;
    this.name = options.name;
    this.region = options.region;
    this.charge = options.charge;
    this.instanceType = options.instanceType;
    this.officeSiteId = options.officeSiteId;
    this.imageId = options.imageId;
    this.createdMs = options.createdMs;
    this.users = options.users ?? [];
    this.subPayType = options.subPayType;
    this.timer = options.timer;
    this.dataDisks = options.dataDisks ?? [];
    this.#expiresMs = options.expiresMs;
    this.#settledMs = world.clock.nowMs;
    this.#planExpiry();
    this.#planTimer(world.clock.nowMs);
  }

  get status(): WorkstationStatus {
    return this.#status;
  }

  /** What it was until now counts for the bill first. */
  set status(status: WorkstationStatus) {
    this.settle(this.world.clock.nowMs);
    this.#status = status;
  }

  /** Counts the time since the last call, powered on and off apart: which of it is billed by the hour is not said. */
  settle(nowMs: EpochMs): void {
    const fromMs = this.#settledMs;
    this.#settledMs = nowMs;
    if (this.charge === 'PrePaid' || nowMs <= fromMs) return;
    const isOff = unpowered.has(this.#status);
    const hourly = workstationHourlyAmount(this.instanceType, this.region);
    this.account.billing.meter({ resource: this, part: isOff ? 'off' : 'on', unpowered: isOff, hourly }).add(fromMs, nowMs, 1);
  }

  /** When the subscription ends; undefined for pay-as-you-go. */
  get expiresMs(): EpochMs | undefined {
    return this.#expiresMs;
  }

  /** Moves the end of the subscription, as a paid renewal does. One that had run out can be started again. */
  renewUntil(expiresMs: EpochMs): void {
    this.#expiresMs = expiresMs;
    if (this.status === 'UNAVAILABLE' && expiresMs > this.world.clock.nowMs) this.status = 'STOPPED';
    this.#planExpiry();
  }

  /** Powers it on. */
  start(): void {
    this.#go(['STARTING', this.world.assumptions.workstationStartMinutes], ['RUNNING', 0]);
  }

  /** Powers it off; sessions end. Forced, there is nothing to wait for. */
  stop(force: boolean): void {
    this.#cut();
    if (force) this.#go(['STOPPED', 0]);
    else this.#go(['STOPPING', this.world.assumptions.workstationStopMinutes], ['STOPPED', 0]);
  }

  /** Powers it off and on again; sessions end. */
  restart(): void {
    const { workstationStopMinutes, workstationStartMinutes } = this.world.assumptions;
    this.#cut();
    this.#go(['STOPPING', workstationStopMinutes], ['STARTING', workstationStartMinutes], ['RUNNING', 0]);
  }

  /** Puts another image on it; sessions end, and it runs afterwards if it ran before. */
  rebuild(imageId: string): void {
    const after = this.status === 'STOPPED' ? 'STOPPED' : 'RUNNING';
    this.#cut();
    this.imageId = imageId;
    this.#go(['REBUILDING', this.world.assumptions.workstationRebuildMinutes], [after, 0]);
  }

  #cut(): void {
    this.account.statistics.sessionsInterrupted += this.sessions.length;
    this.sessions = [];
  }

  #go(...steps: readonly (readonly [status: WorkstationStatus, minutes: number])[]): void {
    this.#change += 1;
    const change = this.#change;
    const take = ([step, ...rest]: typeof steps): void => {
      if (!step || this.#change !== change) return;
      this.status = step[0];
      if (rest.length > 0) this.world.clock.after(step[1] * minuteMs, () => take(rest));
    };
    take(steps);
  }

  /** Plans the next time at which the timer powers it. */
  #planTimer(nowMs: EpochMs): void {
    const { timer } = this;
    if (!timer) return;
    const next = (text: string): EpochMs => {
      const atMs = startOfDay(nowMs, beijingOffsetMs) + (minuteOfDay(text) ?? 0) * minuteMs;
      return atMs > nowMs ? atMs : atMs + dayMs;
    };
    const [startMs, stopMs] = [next(timer.start), next(timer.stop)];
    this.world.clock.schedule(Math.min(startMs, stopMs), (atMs) => {
      if (this.account.workstations.get(this.id) !== this) return;
      if (startMs <= stopMs && this.status === 'STOPPED') this.start();
      else if (stopMs < startMs && this.status === 'RUNNING') this.stop(false);
      this.#planTimer(atMs);
    });
  }

  #planExpiry(): void {
    const expiresMs = this.#expiresMs;
    if (expiresMs === undefined) return;
    this.world.clock.schedule(expiresMs, () => {
      if (this.#expiresMs !== expiresMs || this.account.workstations.get(this.id) !== this) return;
      this.account.statistics.lapses += 1;
      this.#cut();
      this.#go(['UNAVAILABLE', 0]);
    });
    this.world.clock.schedule(expiresMs + this.world.assumptions.expiredRetentionDays * dayMs, () => {
      if (this.#expiresMs === expiresMs && this.account.workstations.get(this.id) === this) this.account.workstations.delete(this.id);
    });
  }
}

/** Days from the world's start to the expiry of a subscription whose seed does not say. */
const defaultTermDays = 60;

/** Adds a workstation of a seed to an account. @throws RangeError for a status that this world does not know */
export function seedWorkstation(world: World, account: Account, seed: WorkstationSeed): void {
  const nowMs = world.clock.nowMs;
  const charge = seed.charge ?? 'PrePaid';
  const end = seed.expiresAt ? parseInstant(seed.expiresAt) : startOfDay(nowMs, beijingOffsetMs) + defaultTermDays * dayMs;
  const workstation = new WorkstationEntity(world, account, {
    id: seed.id ?? `ws-${idText(`${account.id} ${seed.name}`)}`,
    name: seed.name,
    region: seed.region,
    charge,
    instanceType: seed.instanceType ?? defaultWorkstationType,
    officeSiteId: seed.officeSite ?? `${seed.region}+dir-100001`,
    imageId: seed.image ?? 'img-0windows2022base',
    createdMs: seed.createdAt ? parseInstant(seed.createdAt) : nowMs - 90 * dayMs,
    expiresMs: charge === 'PrePaid' ? end : undefined,
    users: seed.users ?? [],
    ...(seed.subPayType === undefined ? {} : { subPayType: seed.subPayType }),
    ...(seed.timer ? { timer: seed.timer } : {}),
    ...(seed.dataDisks ? { dataDisks: seed.dataDisks } : {}),
  });
  workstation.status = statusOf(seed);
  workstation.sessions = (seed.sessions ?? []).map((user) => ({ user, startedMs: nowMs - 30 * minuteMs }));
  account.workstations.set(workstation.id, workstation);
}

const statuses: readonly WorkstationStatus[] = ['PENDING', 'STARTING', 'RUNNING', 'STOPPING', 'STOPPED', 'REBUILDING', 'UNAVAILABLE'];

function statusOf(seed: WorkstationSeed): WorkstationStatus {
  const known = statuses.find((status) => status === (seed.status ?? 'RUNNING'));
  if (!known) throw new RangeError(`workstation '${seed.name}' cannot be '${seed.status}'; use one of ${statuses.join(', ')}`);
  return known;
}
