import type { EpochMs } from '../../shared/client/clock.ts';
import type { Account } from './account.ts';
import { minuteMs, parseInstant } from './local-time.ts';
import { idText } from './random.ts';
import { businessRegions } from './region.ts';
import type { ImageSeed } from './seed.ts';
import type { World } from './world.ts';

/** State of an image, as a whole and in one region (service notes). */
export type ImageStatus = 'INIT' | 'CREATING' | 'AVAILABLE' | 'CREATE_FAILED';

/** What a new image needs. */
export interface ImageOptions {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly type?: 'User' | 'Shared' | 'System' | 'Community';
  readonly productType?: string;
  readonly description?: string | undefined;
  readonly parentId?: string | undefined;
  readonly createdMs: EpochMs;
}

/** A copy of an image in one region. */
interface Copy {
  status: ImageStatus;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
}

/** An image with its copies in regions. */
export class ImageEntity {
  readonly id: string;
  readonly name: string;
  readonly type: 'User' | 'Shared' | 'System' | 'Community';
  readonly productType: string;
  readonly description: string | undefined;
  readonly parentId: string | undefined;
  readonly createdMs: EpochMs;
  readonly versionId: string;
  /** Tags that the image was made with, and those set later, by key. */
  readonly tags = new Map<string, string>();
  readonly copies = new Map<string, Copy>();
  status: ImageStatus = 'AVAILABLE';
  modifiedMs: EpochMs;

  constructor(options: ImageOptions) {
    this.id = options.id;
    this.name = options.name;
    this.type = options.type ?? 'User';
    this.productType = options.productType ?? 'CloudApp';
    this.description = options.description;
    this.parentId = options.parentId;
    this.createdMs = options.createdMs;
    this.modifiedMs = options.createdMs;
    this.versionId = `iv-${idText(`${options.id} version`)}`;
  }

  /** True where the image can be used in a region. */
  usableIn(region: string): boolean {
    return this.status === 'AVAILABLE' && this.copies.get(region)?.status === 'AVAILABLE';
  }

  /** Puts a finished copy in a region. */
  addCopy(region: string): void {
    this.copies.set(region, { status: 'AVAILABLE', startMs: this.createdMs, endMs: this.createdMs });
  }

  /** How far a copy has come, as the service words it: `70%`. */
  progress(region: string, nowMs: EpochMs): string {
    const copy = this.copies.get(region);
    if (!copy || copy.endMs === copy.startMs || nowMs >= copy.endMs) return '100%';
    return `${Math.floor((100 * (nowMs - copy.startMs)) / (copy.endMs - copy.startMs))}%`;
  }

  /** Begins to copy the image to a region; a region that has it stays as it is. */
  distribute(world: World, region: string): void {
    if (this.copies.has(region)) return;
    const startMs = world.clock.nowMs;
    const copy: Copy = { status: 'CREATING', startMs, endMs: startMs + world.assumptions.imageCopyMinutes * minuteMs };
    this.copies.set(region, copy);
    world.clock.schedule(copy.endMs, (nowMs) => {
      copy.status = 'AVAILABLE';
      this.modifiedMs = nowMs;
    });
  }

  /** Begins to make the image in a region: INIT, then CREATING, then what the assumption on the outcome says. */
  make(world: World, region: string): void {
    const startMs = world.clock.nowMs;
    const { imageCreateMinutes, imageCreation } = world.assumptions;
    const copy: Copy = { status: 'INIT', startMs, endMs: startMs + imageCreateMinutes * minuteMs };
    this.copies.set(region, copy);
    const become = (status: ImageStatus) => (nowMs: EpochMs) => {
      this.status = status;
      copy.status = status;
      this.modifiedMs = nowMs;
    };
    this.status = 'INIT';
    world.clock.schedule(startMs + minuteMs, become('CREATING'));
    world.clock.schedule(copy.endMs, become(imageCreation === 'succeeds' ? 'AVAILABLE' : 'CREATE_FAILED'));
  }
}

/** Begins to make an image and adds it to the account. */
export function makeImage(world: World, account: Account, options: Omit<ImageOptions, 'id' | 'createdMs'>): ImageEntity {
  const image = new ImageEntity({ ...options, id: world.newId('img'), createdMs: world.clock.nowMs });
  account.images.set(image.id, image);
  image.make(world, options.region);
  return image;
}

/** Adds an image of a seed to an account. */
export function seedImage(world: World, account: Account, seed: ImageSeed): void {
  const regions = seed.regions ?? ['cn-hangzhou', 'cn-shanghai'];
  const image = new ImageEntity({
    id: seed.id,
    name: seed.name,
    region: regions[0] ?? 'cn-hangzhou',
    type: seed.type ?? 'User',
    productType: seed.productType ?? 'CloudApp',
    parentId: seed.parent,
    createdMs: seed.createdAt ? parseInstant(seed.createdAt) : world.clock.nowMs,
  });
  for (const region of regions) image.addCopy(region);
  for (const [key, value] of Object.entries(seed.tags ?? {})) image.tags.set(key, value);
  image.status = statusOf(seed);
  account.images.set(image.id, image);
}

const statuses: readonly ImageStatus[] = ['INIT', 'CREATING', 'AVAILABLE', 'CREATE_FAILED'];

function statusOf(seed: ImageSeed): ImageStatus {
  const known = statuses.find((status) => status === (seed.status ?? 'AVAILABLE'));
  if (!known) throw new RangeError(`image ${seed.id} cannot be '${seed.status}'; use one of ${statuses.join(', ')}`);
  return known;
}

/** The image that comes with every account and is there in every region. */
export const systemImageId = 'img-0windows2022base';

/** Images that the service itself provides. */
export function systemImages(): ImageEntity[] {
  const createdMs = Date.UTC(2025, 0, 1);
  const image = new ImageEntity({ id: systemImageId, name: 'Windows Server 2022 base', region: '', type: 'System', createdMs });
  for (const region of businessRegions) image.addCopy(region);
  return [image];
}
