import type { EpochMs } from '../../shared/client/clock.ts';
import type { Paging } from '../../shared/client/operation.ts';
import type { World } from '../world/world.ts';
import type { Envelope } from './authenticate.ts';
import type { AccessKey, KeyRing, SessionKey } from './keys.ts';

/** What a call knows besides its input. */
export interface CallContext {
  readonly world: World;
  readonly keys: KeyRing;
  readonly key: AccessKey | SessionKey;
  readonly requestId: string;
  /** World time of execution. */
  readonly nowMs: EpochMs;
  readonly gatewayNowMs: EpochMs;
}

/** One operation of a service that the front serves. */
export interface ServiceCall {
  readonly action: string;
  readonly access: 'read' | 'write';
  /** Permission that RAM checks. */
  readonly ramAction: string;
  /** True where a write shows up in the audit trail. */
  readonly audited: boolean;
  readonly paging?: Paging | undefined;
  /** Parameters that travel as JSON text. */
  readonly jsonParams?: ReadonlySet<string>;
  /** Reads and checks the input. @throws GatewayError */
  parse(envelope: Envelope): Record<string, unknown>;
  /** The input as records may show it. Default: as it is. */
  redact?(input: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** Runs the operation. @throws ServiceFault, BodyFault or GatewayError when it refuses */
  run(input: Record<string, unknown>, context: CallContext): Readonly<Record<string, unknown>>;
}

/** A service of the platform: an API version and its operations. */
export interface Service {
  readonly version: string;
  find(action: string): ServiceCall | undefined;
}
