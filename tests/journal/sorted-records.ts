/** Records by key that know their keys in order, so that those under a prefix are found without looking at all others. */
export class SortedRecords extends Map<string, Uint8Array> {
  #keys: string[] = [];

  override set(key: string, bytes: Uint8Array): this {
    if (!this.has(key)) this.#keys.splice(this.#placeOf(key), 0, key);
    return super.set(key, bytes);
  }

  override delete(key: string): boolean {
    if (this.has(key)) this.#keys.splice(this.#placeOf(key), 1);
    return super.delete(key);
  }

  override clear(): void {
    this.#keys = [];
    super.clear();
  }

  /** The keys that begin with a prefix, in the order of their code units. */
  under(prefix: string): readonly string[] {
    const from = this.#placeOf(prefix);
    let until = from;
    while (this.#keys[until]?.startsWith(prefix)) until += 1;
    return this.#keys.slice(from, until);
  }

  /** Where a key is, or would be. */
  #placeOf(key: string): number {
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
