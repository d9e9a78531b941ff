import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { spreadFunctions } from '../shared/policy/fan-out.ts';

/**
 * Puts the built files of the functions that dispatch can run in its own process beside it, into dist/dispatch/functions/<name>.js. It
 * loads one only when it needs it, so its own size and start do not change.
 */
export function putBesideDispatch(dist: string): void {
  const folder = path.join(dist, 'dispatch', 'functions');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of spreadFunctions) {
    for (const ending of ['js', 'js.map']) {
      copyFileSync(path.join(dist, name, `index.${ending}`), path.join(folder, `${name}.${ending}`));
    }
  }
}
