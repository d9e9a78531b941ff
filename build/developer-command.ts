import { Command, InvalidArgumentError } from 'commander';

/**
 * A command for people who work on the project, run as `npm run NAME -- [options]`. `--help` lists its options, and an option that it does not have
 * ends it with exit code 1 before any work is done: some of these commands run for hours.
 */
export function developerCommand(name: string, description: string): Command {
  return new Command(`npm run ${name} --`).description(description).showHelpAfterError('See --help.').allowExcessArguments(false);
}

/** Parses the value of an option that takes a whole number, `least` or more. @throws InvalidArgumentError, which commander prints */
export function wholeNumber(least = 1): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It takes a whole number, ${least} or more.`);
  };
}
