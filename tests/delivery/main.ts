/**
 * Many stories of late, doubled and broken deliveries, one for each seed: `tsx tests/delivery/main.ts --seeds 20 --hours 168`. Prints a line for
 * each. Exit code 1 when something is as it must not be.
 */
import { playTorture } from './torture.ts';
import { bundleVersions } from './versions.ts';

const numberAfter = (flag: string, otherwise: number): number => {
  const at = process.argv.indexOf(flag);
  const value = Number(at < 0 ? otherwise : process.argv[at + 1]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  console.error(`${flag} takes a whole number above 0.`);
  process.exit(1);
};
const seeds = numberAfter('--seeds', 10);
const from = numberAfter('--from', 1);
const hours = numberAfter('--hours', 72);

const versions = await bundleVersions();
try {
  for (let seed = from; seed < from + seeds; seed++) {
    const { violations, delivered, ...figures } = await playTorture({ versions, seed, hours });
    console.log(`seed ${seed}: ${JSON.stringify(figures)} ${JSON.stringify(delivered)}`);
    for (const violation of violations) console.error(`  ${violation}`);
    if (violations.length > 0) process.exitCode = 1;
  }
} finally {
  versions.remove();
}
