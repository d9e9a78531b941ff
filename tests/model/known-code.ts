import { defaultRules } from '../../functions/renew-before-expiry/purchase/contract.ts';
import { sendTimeoutMs } from '../../functions/renew-before-expiry/purchase/renew.ts';
import { parseRecord } from '../../shared/journal/log/record.ts';
import { parseRenewalKey, renewalKey } from '../../shared/journal/renewals/renewal-record.ts';
import type { Configuration, Setting } from './configuration.ts';
import { type Position as PositionOf, ProcessTree } from './process-tree.ts';
import { Records } from './records.ts';
import { type ModelEffect, Scene } from './scene.ts';

/** A position of shipped code in the model. */
export type Position = PositionOf<ModelEffect>;

/** An effect with all numbers that performing it needs, worked out once per position. */
export interface Prepared {
  readonly effect: ModelEffect;
  /** Of a create. */
  readonly record: number;
  /** Of a read. */
  readonly keys: readonly number[];
  /** Of an order or a read of the service. */
  readonly resource: number;
  /** Of an order. */
  readonly expiry: number;
  /** Of an order: the date of its signature at the latest, by its sender's clock. */
  readonly signedMs: number;
}

/** A claim in the store of the model. */
export interface ModelClaim {
  /** Number of the run that made it. */
  readonly process: number;
  readonly resource: number;
  readonly n: number;
  /** Number of the key of its end. */
  readonly endKey: number;
}

/** So many positions are remembered from one configuration to the next. */
const mostPositions = 400_000;

const known = new Map<string, KnownCode>();

/** What is known of the shipped code by now: all configurations in which it begins alike learn of it together. */
export class KnownCode {
  readonly scene: Scene;
  readonly tree = new ProcessTree<ModelEffect>();
  readonly records = new Records();
  readonly #prepared: Prepared[] = [];
  readonly #claims = new Map<number, ModelClaim | undefined>();

  private constructor(scene: Scene) {
    this.scene = scene;
  }

  /** What is known for a configuration. Where it is much, it is forgotten first. */
  static of({ rules = defaultRules }: Configuration, { instants, limit, billed }: Setting): KnownCode {
    const beginMs = instants[0] as number;
    const key = JSON.stringify([beginMs, limit, rules, billed]);
    let positions = 0;
    for (const { tree } of known.values()) positions += tree.positions;
    if (positions > mostPositions) known.clear();
    const code = known.get(key) ?? new KnownCode(new Scene({ beginMs, limit, rules, billed }));
    known.set(key, code);
    return code;
  }

  /** The claim that a record is; undefined for other records. */
  claimOf(id: number): ModelClaim | undefined {
    if (!this.#claims.has(id)) this.#claims.set(id, this.#readClaim(id));
    return this.#claims.get(id);
  }

  #readClaim(id: number): ModelClaim | undefined {
    const { key, bytes } = this.records.get(id);
    const place = parseRenewalKey(key);
    if (place?.part !== 'claim') return undefined;
    const { kind, owner } = parseRecord(key, bytes);
    if (kind !== 'claim') return undefined;
    const endKey = this.records.keyId(renewalKey(place.stream, place.n, 'end'));
    return { process: Number(owner.slice('run-'.length)), resource: resourceNumber(place.resourceId), n: place.n, endKey };
  }

  prepare(position: Position): Prepared {
    const prepared = this.#prepared[position.id];
    if (prepared) return prepared;
    if (position.offer.type !== 'asks') throw new Error('A process that has ended asks for nothing.');
    const fresh = this.#prepareEffect(position.offer.effect);
    this.#prepared[position.id] = fresh;
    return fresh;
  }

  #prepareEffect(effect: ModelEffect): Prepared {
    const none = { effect, record: 0, keys: [], resource: 0, expiry: 0, signedMs: 0 };
    switch (effect.type) {
      case 'store-create':
        return { ...none, record: this.records.id(effect.key, effect.bytes) };
      case 'store-read':
        return { ...none, keys: effect.keys.map((key) => this.records.keyId(key)) };
      case 'reread':
        return { ...none, resource: resourceNumber(effect.resource.id) };
      case 'read-order':
        return { ...none, resource: resourceNumber(effect.question.resourceId) };
      case 'send': {
        const resource = resourceNumber(effect.purchase.resource.id);
        return {
          ...none,
          resource,
          expiry: this.scene.expiryOf(resource, effect.purchase.expiresAtMs),
          signedMs: effect.byMs - sendTimeoutMs,
        };
      }
      default:
        return none;
    }
  }
}

/** Number of a resource by its id, `r0` or `r1`. */
function resourceNumber(id: string): number {
  return Number(id.slice(1, 2));
}
