/**
 * `npm run delivery`: stories of late, doubled and broken deliveries, one for each seed. Prints a line for each. Exit code 1 when something is as it
 * must not be.
 */
import { developerCommand, wholeNumber } from '../../build/developer-command.ts';
import { playTorture } from './torture.ts';
import { bundleVersions } from './versions.ts';

const { seeds, from, hours } = developerCommand(
  'delivery',
  'Plays two versions of the functions under late, doubled and broken deliveries.',
)
  .option('--seeds <n>', 'stories', wholeNumber(), 10)
  .option('--from <n>', 'seed of the first story', wholeNumber(), 1)
  .option('--hours <n>', 'length of a story', wholeNumber(), 72)
  .parse()
  .opts<{ readonly seeds: number; readonly from: number; readonly hours: number }>();

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
