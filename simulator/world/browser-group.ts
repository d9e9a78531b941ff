import { idText } from './random.ts';

/** An entry of a cloud browser group that is edited by id. */
export interface BrowserEntry {
  readonly id: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A cloud browser group. No operation of the API makes, lists or reads one, so each account has one from the start. */
export class BrowserGroupEntity {
  readonly id: string;
  bookmarks: readonly BrowserEntry[] = [];
  restrictedUrls: readonly BrowserEntry[] = [];
  /** All other settings as last written, by parameter. */
  settings: Readonly<Record<string, unknown>> = {};

  constructor(id: string) {
    this.id = id;
  }
}

/** Id of the cloud browser group that an account has from the start. */
export function browserGroupId(accountId: string): string {
  return `big-${idText(`${accountId} browser`)}`;
}
