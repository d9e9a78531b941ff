import { directoryStore } from '../../shared/journal/directory.ts';

// One process of several: races for `rounds/<n>`, one after another, and prints the numbers that it won.
const [kind, place = '', name = '', rounds = '0'] = process.argv.slice(2);
if (kind !== 'directory') throw new Error(`unknown kind of store: ${kind}`);

const store = directoryStore(place);
const won: number[] = [];
for (let round = 0; round < Number(rounds); round++) {
  if ((await store.create(`rounds/${round}`, new TextEncoder().encode(name))) === 'created') won.push(round);
}
process.stdout.write(JSON.stringify(won));
