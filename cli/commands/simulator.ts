import type { Command } from 'commander';
import { CommandFailure } from '../failure.ts';

interface Flags {
  readonly scenario?: string;
  readonly port?: string;
  readonly seed?: string;
  readonly speed?: string;
  readonly worldTime?: string;
  readonly worldId?: string;
  readonly gatewayClock?: string;
  readonly json?: boolean;
}

/**
 * Adds `streamwarden simulator`: serves a simulated account on the loopback address until Ctrl-C, SIGTERM, SIGHUP or a shutdown through its
 * control API.
 * Throws `CommandFailure`, `ScenarioError` or `SimulatorError` where it cannot start.
 */
export function simulatorCommand(program: Command): void {
  program
    .command('simulator')
    .description('serve a simulated App Streaming account on this machine')
    .option('--scenario <file>', 'scenario file (default: the demo)')
    .option('--port <number>', 'port on 127.0.0.1; 0 takes any free one', '0')
    .option('--seed <number>', "seed of the world's random numbers (default: the scenario's)")
    .option('--speed <factor>', 'seconds of the world per second; 0 stands still until told', '1')
    .option('--world-time <instant>', "the world's first instant, ISO 8601 with offset (default: the scenario's)")
    .option('--world-id <name>', 'name of the world, and of its journal under .streamwarden (default: a new one at each start)')
    .option('--gateway-clock <clock>', 'clock that signatures are judged by: wall or virtual', 'wall')
    .option('--json', 'print one line of JSON instead of text')
    .action(serve);
}

async function serve(flags: Flags): Promise<void> {
  const port = numberOf('--port', flags.port ?? '0', 65_535);
  const speed = numberOf('--speed', flags.speed ?? '1', 1_000_000, true);
  const seed = flags.seed === undefined ? undefined : numberOf('--seed', flags.seed, 4_294_967_295);
  const gatewayClock = clockOf(flags.gatewayClock ?? 'wall');
  const { demoScenario, loadScenario, worldOf } = await import('../../simulator/scenario.ts');
  const { startSimulator } = await import('../../simulator/simulator.ts');
  const { parseInstant } = await import('../../simulator/world/local-time.ts');
  const scenario = flags.scenario === undefined ? await demoScenario() : await loadScenario(flags.scenario);
  if (flags.worldId !== undefined && !/^[a-z0-9][a-z0-9-]{0,62}$/.test(flags.worldId)) {
    throw new CommandFailure('Usage', `--world-id is '${flags.worldId}'; use small letters, digits and hyphens.`);
  }
  if (flags.worldTime !== undefined) checkInstant(flags.worldTime, parseInstant);
  const world = worldOf(scenario, {
    ...(flags.worldId === undefined ? {} : { id: flags.worldId }),
    ...(seed === undefined ? {} : { seed }),
    ...(flags.worldTime === undefined ? {} : { start: flags.worldTime }),
  });
  const simulator = await startSimulator({ world, scenario, port, speed, gatewayClock, ...(seed === undefined ? {} : { seed }) });
  // Before anything is printed: whoever reads the url may end the simulator at once.
  const told = untilTold(simulator);
  print(simulator, scenario.title ?? scenario.source, flags.json === true);
  await told;
  if (!flags.json) process.stdout.write(`Simulator ended after ${counted(simulator.ledger.count('*', 'received'), 'request')}.\n`);
}

type Running = Awaited<ReturnType<typeof import('../../simulator/simulator.ts')['startSimulator']>>;

/** Waits for Ctrl-C, SIGTERM, SIGHUP or a shutdown through the control API, and leaves nothing behind. */
async function untilTold(simulator: Running): Promise<void> {
  const stop = () => void simulator.close();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.once(name, stop);
  await simulator.closed;
  for (const name of signals) process.off(name, stop);
}

function print(simulator: Running, title: string, asJson: boolean): void {
  const { url, world, timeline, accounts } = simulator;
  const start = new Date(world.clock.nowMs).toISOString();
  if (asJson) {
    const keys = accounts.map(({ accountId, accessKeyId, accessKeySecret }) => ({ accountId, accessKeyId, accessKeySecret }));
    process.stdout.write(`${JSON.stringify({ url, world: world.id, worldTime: start, speed: timeline.speed, accounts: keys })}\n`);
    return;
  }
  const lines = [
    `Simulator of App Streaming: ${title}`,
    `  url         ${url}`,
    `  world       ${world.id}, now ${start}, ${timeline.speed === 0 ? 'standing still' : `${timeline.speed} s per second`}`,
    ...accounts.flatMap(({ accountId, accessKeyId, accessKeySecret }) => [
      `  account     ${accountId}: ${counted(world.accounts.get(accountId)?.groups.size ?? 0, 'delivery group')}`,
      `    key       ${accessKeyId}`,
      `    secret    ${accessKeySecret}  (published: it guards nothing)`,
    ]),
    '',
    'Use it:',
    `  streamwarden plan --simulator ${url}`,
    `  streamwarden call ListAppInstanceGroup --ProductType CloudApp --simulator ${url}`,
    `  curl -X POST ${url}/_simulator/clock -d '{"advanceMs":3600000}'   # one hour on`,
    '',
    'Ctrl-C ends it.',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function numberOf(flag: string, text: string, most: number, fraction = false): number {
  const number = Number(text);
  if (text.trim() !== '' && number >= 0 && number <= most && (fraction || Number.isInteger(number))) return number;
  throw new CommandFailure('Usage', `${flag} is '${text}'; give a ${fraction ? '' : 'whole '}number from 0 to ${most}.`);
}

/** The scenario would be blamed for it otherwise. */
function checkInstant(text: string, parse: (text: string) => number): void {
  try {
    parse(text);
  } catch (cause) {
    throw new CommandFailure('Usage', `--world-time: ${(cause as Error).message}.`, { cause });
  }
}

function clockOf(text: string): 'wall' | 'virtual' {
  if (text === 'wall' || text === 'virtual') return text;
  throw new CommandFailure('Usage', `--gateway-clock is '${text}'; give wall or virtual.`);
}
