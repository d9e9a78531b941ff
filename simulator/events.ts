import type { EpochMs } from '../shared/client/clock.ts';
import type { Assumptions } from './assumptions.ts';

/** A write as the audit trail sees it. */
export interface AuditedWrite {
  readonly action: string;
  readonly version: string;
  /** As received, secrets already replaced. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The answer; undefined where the call was refused. */
  readonly answer: Readonly<Record<string, unknown>> | undefined;
  readonly error: { readonly code: string; readonly message: string } | undefined;
  /** Parameters that travel as JSON text, which the audit trail shows as they traveled. */
  readonly jsonParams: ReadonlySet<string>;
  readonly requestId: string;
  readonly atMs: EpochMs;
  readonly accountId: string;
  readonly identity: AuditIdentity;
  readonly host: string;
  readonly userAgent: string;
  readonly sourceIp: string;
}

/** Who called: a user of RAM or an assumed role. */
export interface AuditIdentity {
  readonly type: 'ram-user' | 'assumed-role';
  readonly accessKeyId: string;
  readonly userName: string;
  readonly principalId: string;
  /** Start of the role's session. */
  readonly sessionSinceMs?: EpochMs;
}

/** An event in the form that EventBridge delivers. */
export interface CloudEvent {
  readonly id: string;
  readonly source: string;
  readonly specversion: '1.0';
  readonly subject: string;
  readonly time: string;
  readonly type: string;
  readonly datacontenttype: string;
  readonly aliyunaccountid: string;
  readonly aliyunpublishtime: string;
  readonly aliyuneventbusname: string;
  readonly aliyunregionid: string;
  readonly aliyunpublishaddr: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** How long after the call the event is published: the published samples show some twelve seconds. */
const publishDelayMs = 12_000;

/** Resource types by the parameter or answer field that names them. The types themselves are not verified (event facts). */
const resourceFields: Readonly<Record<string, string>> = {
  AppInstanceGroupId: 'ACS::AppStreaming::AppInstanceGroup',
  WuyingServerId: 'ACS::AppStreaming::WuyingServer',
  WuyingServerIdList: 'ACS::AppStreaming::WuyingServer',
  ImageId: 'ACS::AppStreaming::Image',
  BrowserInstanceGroupId: 'ACS::AppStreaming::BrowserInstanceGroup',
  ResourceIds: 'ACS::AppStreaming::Resource',
};

/**
 * The event that a write would cause: an ActionTrail record in an EventBridge envelope. Whether the product is forwarded at all, and
 * every name that identifies it, is not verified (Function Compute facts, 2.4); a refused call carries `errorCode`.
 */
export function auditEvent(write: AuditedWrite): CloudEvent {
  const time = isoSeconds(write.atMs);
  const resources = referencedResources(write);
  const [type, ids] = Object.entries(resources)[0] ?? [];
  const region = typeof write.input.BizRegionId === 'string' ? write.input.BizRegionId : 'cn-shanghai';
  const parameters = {
    ...requestParameters(write),
    HostId: write.host,
    RequestId: write.requestId,
    AcsProduct: 'appstream-center',
  };
  return {
    id: write.requestId,
    source: 'acs.appstream-center',
    specversion: '1.0',
    subject: ['acs.appstream-center', region, write.accountId, ...(ids ? [ids[0]] : [])].join(':'),
    time,
    type: 'appstream-center:ActionTrail:ApiCall',
    datacontenttype: 'application/json;charset=utf-8',
    aliyunaccountid: write.accountId,
    aliyunpublishtime: new Date(write.atMs + publishDelayMs).toISOString(),
    aliyuneventbusname: 'default',
    aliyunregionid: region,
    aliyunpublishaddr: '127.0.0.1',
    data: {
      eventId: write.requestId,
      eventVersion: '1',
      eventCategory: 'Management',
      eventType: 'ApiCall',
      eventRW: 'Write',
      eventName: write.action,
      eventSource: write.host,
      serviceName: 'appstream-center',
      apiVersion: write.version,
      eventTime: time,
      acsRegion: region,
      isGlobal: false,
      requestId: write.requestId,
      recipientAccountId: write.accountId,
      sourceIpAddress: write.sourceIp,
      userAgent: write.userAgent,
      userIdentity: userIdentity(write),
      eventAttributes: { SensitiveAction: 'false' },
      requestParameters: parameters,
      requestParameterJson: JSON.stringify(parameters),
      ...(write.error ? { errorCode: write.error.code, errorMessage: write.error.message } : {}),
      responseElements: { RequestId: write.requestId, ...(write.answer ?? {}) },
      referencedResources: resources,
      ...(type && ids ? { resourceType: type, resourceName: ids.join(',') } : {}),
      additionalEventData: {},
    },
  };
}

/** Events kept; older ones are dropped while the numbers go on. */
export const eventsKept = 10_000;

/** The switches that change how events look and come. */
export type EventHabits = Partial<Pick<Assumptions, 'auditSource' | 'auditRecordObjects' | 'eventDelivery'>>;

/** An event as the bus delivers it under the given switches. */
function dressed(event: CloudEvent, { auditSource, auditRecordObjects }: EventHabits): CloudEvent {
  const ofTrail = auditSource === 'actiontrail' ? { source: 'acs.actiontrail', type: 'actiontrail:ActionTrail:ApiCall' } : {};
  if (auditRecordObjects !== 'text') return { ...event, ...ofTrail };
  const asText = (value: unknown): unknown => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value);
  const data = Object.fromEntries(Object.entries(event.data).map(([name, value]) => [name, asText(value)]));
  return { ...event, ...ofTrail, data };
}

/** The events of a simulator: a list to read from a number on, and listeners. */
export class AuditTrail {
  #events: CloudEvent[] = [];
  #dropped = 0;
  readonly #listeners = new Set<(event: CloudEvent) => void>();
  readonly #habits: EventHabits;
  #last: CloudEvent | undefined;

  /** @param habits Default: each event once, in order, as the product's own */
  constructor(habits: EventHabits = {}) {
    this.#habits = habits;
  }

  /** Adds an event and tells the listeners; where deliveries are repeated, the one before comes once more behind it. */
  emit(plain: CloudEvent): void {
    const event = dressed(plain, this.#habits);
    const again = this.#habits.eventDelivery === 'twice-unordered' ? this.#last : undefined;
    this.#last = event;
    this.#deliver(event);
    if (again) this.#deliver(again);
  }

  #deliver(event: CloudEvent): void {
    this.#events.push(event);
    if (this.#events.length > eventsKept) {
      const excess = eventsKept >> 1;
      this.#events = this.#events.slice(excess);
      this.#dropped += excess;
    }
    for (const listener of this.#listeners) listener(event);
  }

  /** Calls back on each event from now on; the function it gives ends that. */
  subscribe(listener: (event: CloudEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The events after the first `after` ones, and the number to ask with next time. */
  since(after = 0): { readonly events: readonly CloudEvent[]; readonly next: number } {
    return { events: this.#events.slice(Math.max(0, after - this.#dropped)), next: this.#dropped + this.#events.length };
  }
}

function isoSeconds(ms: EpochMs): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function requestParameters({ input, jsonParams }: AuditedWrite): Record<string, unknown> {
  const text = (name: string, value: unknown) => (jsonParams.has(name) ? JSON.stringify(withoutPasswords(value)) : withoutPasswords(value));
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, isPassword(name) ? '***' : text(name, value)]));
}

function withoutPasswords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPasswords);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, isPassword(key) ? '***' : withoutPasswords(inner)]));
}

function isPassword(name: string): boolean {
  return /password/i.test(name);
}

function userIdentity({ identity, accountId }: AuditedWrite): Record<string, unknown> {
  return {
    type: identity.type,
    principalId: identity.principalId,
    accountId,
    accessKeyId: identity.accessKeyId,
    userName: identity.userName,
    ...(identity.sessionSinceMs === undefined
      ? {}
      : { sessionContext: { attributes: { mfaAuthenticated: 'false', creationDate: isoSeconds(identity.sessionSinceMs) } } }),
  };
}

function referencedResources(write: AuditedWrite): Record<string, string[]> {
  const found = new Map<string, Set<string>>();
  const look = (fields: unknown, depth: number): void => {
    if (typeof fields !== 'object' || fields === null || depth > 2) return;
    for (const [name, value] of Object.entries(fields)) {
      const type = resourceFields[name];
      if (!type) look(value, depth + 1);
      else for (const id of [value].flat()) if (typeof id === 'string') found.set(type, (found.get(type) ?? new Set()).add(id));
    }
  };
  look(write.input, 2);
  look(write.answer, 0);
  return Object.fromEntries([...found].map(([type, ids]) => [type, [...ids]]));
}
