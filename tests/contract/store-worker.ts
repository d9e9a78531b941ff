import { explicitCredentials } from '../../shared/client/credentials.ts';
import { systemClock } from '../../shared/client/system-clock.ts';
import { storeOf } from '../../shared/fc/store.ts';

// One process of several: races for `rounds/<n>`, one after another, and prints the numbers that it won.
const [address = '', endpoint = '', accessKeyId = 'none', accessKeySecret = 'none', name = '', rounds = '0'] = process.argv.slice(2);

const store = storeOf(address, {
  credentials: explicitCredentials({ accessKeyId, accessKeySecret }),
  clock: systemClock,
  environment: {},
  simulator: endpoint,
});
const won: number[] = [];
for (let round = 0; round < Number(rounds); round++) {
  if ((await store.create(`rounds/${round}`, new TextEncoder().encode(name))) === 'created') won.push(round);
}
process.stdout.write(JSON.stringify(won));
