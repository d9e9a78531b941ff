import type { Command } from 'commander';
import { CommandFailure } from './failure.ts';

/**
 * Makes an option that takes one value an error when it is given twice: the last one would count, and whoever wrote the first meant it. Options that
 * collect values, and those that take several, may be repeated.
 */
export function refuseRepeats(command: Command): void {
  for (const option of command.options) {
    if (!option.required || option.variadic || option.parseArg !== undefined) continue;
    let given = 0;
    command.on(`option:${option.name()}`, () => {
      given += 1;
      if (given > 1) throw new CommandFailure('Usage', `${option.long ?? option.short} is given twice; give it once.`);
    });
  }
  for (const below of command.commands) refuseRepeats(below);
}
