import { catalog } from '../../functions/catalog.ts';
import type { Begins, Manifest } from '../../shared/planning/manifest.ts';
import { type Deployment, deployment, type FunctionProps } from './schema.ts';
import { startProblems } from './starts.ts';

/** Names that a built file of a function exports; undefined where the file is not there. */
export type ExportsOf = (codeFolder: string, fileWithoutExtension: string) => readonly string[] | undefined;

/** Bytes that all variables of a function may take (Function Compute facts, limits). */
const mostEnvironmentBytes = 4096;

/** An order that waited longer than this in the queue was decided on for another moment, in seconds. */
const oldestOrderSeconds = 3600;

/**
 * Everything that is wrong with a rendered s.yaml, one line each, with where; empty: nothing is. Where the shape is wrong, only that is told:
 * the rest would be guesses.
 */
export function problemsOf(
  rendered: unknown,
  exportsOf: ExportsOf,
  manifests: readonly Manifest[] = catalog.map(({ manifest }) => manifest),
): readonly string[] {
  const parsed = deployment.safeParse(rendered);
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`);
  const { resources } = parsed.data;
  const manifestOf = (name: string) => manifests.find((manifest) => manifest.name === name);
  return [
    ...templateProblems(parsed.data),
    ...Object.entries(resources).flatMap(([name, { props }]) =>
      [
        ...unresolved(props),
        ...naming(name, props),
        ...sizes(props),
        ...entries(props, exportsOf),
        ...triggers(props),
        ...(manifestOf(name)?.harms.includes('spend') ? moneyProblems(props) : []),
        ...beginProblems(manifestOf(name), props),
      ].map((problem) => `${name}: ${problem}`),
    ),
    ...duplicates(Object.values(resources).map(({ props }) => props.functionName)).map((name) => `two functions are called ${name}`),
    ...startProblems(resources, manifests),
  ];
}

/** `s` takes a template that does not exist for an empty one, and deploys what is left. */
function templateProblems({ template = {}, resources }: Deployment): string[] {
  return Object.entries(resources).flatMap(([name, { extend, props, actions }]) => [
    ...(extend !== undefined && !Object.hasOwn(template, extend.name) ? [`${name}: there is no template ${extend.name}`] : []),
    ...(extend?.ignore ?? [])
      .filter((key) => !Object.hasOwn(template[extend?.name ?? ''] ?? {}, key))
      .map((key) => `${name}: the template has no ${key} to ignore`),
    // A policy that lands in another function's folder leaves this one with that of the last deployment.
    ...(actions?.['pre-deploy'].some(({ run }) => run.endsWith(` --out ${props.code}/policy.json`))
      ? []
      : [`${name}: no step before the deployment compiles the policy into ${props.code}/policy.json`]),
  ]);
}

/** `s preview` leaves what it cannot resolve in the text. */
function unresolved(props: FunctionProps): string[] {
  const [left] = /\$\{[^}]*\}?/.exec(JSON.stringify(props)) ?? [];
  return left === undefined ? [] : [`${left} is not resolved`];
}

/** One name in three places: whoever reads a log line finds the folder, and `dispatch` finds the function. */
function naming(name: string, { code, functionName }: FunctionProps): string[] {
  return [
    ...(code === `./dist/${name}` ? [] : [`its code is ${code}, but should be ./dist/${name}`]),
    ...(functionName.endsWith(`-${name}`) ? [] : [`it is called ${functionName}, but should end in -${name}`]),
  ];
}

function sizes({ memorySize, cpu, environmentVariables }: FunctionProps): string[] {
  const ratio = memorySize / 1024 / cpu;
  const bytes = Object.entries(environmentVariables).reduce((sum, [key, value]) => sum + Buffer.byteLength(`${key}${value}`), 0);
  return [
    // Both bounds are the platform's.
    ...(ratio < 1 || ratio > 4 ? [`${ratio.toFixed(2)} GB of memory for each vCPU; allowed are 1 to 4`] : []),
    ...(bytes > mostEnvironmentBytes ? [`its variables take ${bytes} bytes; allowed are ${mostEnvironmentBytes}`] : []),
  ];
}

/** The handler and the hooks, each in a file that is there. */
function entries({ code, handler, instanceLifecycleConfig = {} }: FunctionProps, exportsOf: ExportsOf): string[] {
  const { initializer, preStop } = instanceLifecycleConfig;
  return [handler, initializer?.handler, preStop?.handler]
    .filter((entry) => entry !== undefined)
    .flatMap((entry) => {
      const [file = '', exported = ''] = entry.split('.');
      const names = exportsOf(code, file);
      if (names === undefined) return [`${code}/${file}.js is not there; run 'npm run build' first`];
      return names.includes(exported) ? [] : [`${code}/${file}.js exports no ${exported}`];
    });
}

function triggers({ triggers: list = [], asyncInvokeConfig }: FunctionProps): string[] {
  const bridges = list.filter(({ triggerType }) => triggerType === 'eventbridge').length;
  return [
    ...duplicates(list.map(({ triggerName }) => triggerName)).map((name) => `two triggers are called ${name}`),
    ...(bridges > 1 ? ['it has more than one eventbridge trigger: the component skips all behind one that it finds unchanged'] : []),
    ...(bridges > 0 && list.at(-1)?.triggerType !== 'eventbridge'
      ? ['its eventbridge trigger is not the last: the component skips what follows one that it finds unchanged']
      : []),
    ...(asyncInvokeConfig === undefined && list.some(({ triggerType }) => triggerType !== 'http')
      ? ['it has no asyncInvokeConfig: events would be retried three times and kept for a day']
      : []),
  ];
}

/** What begins a function that has a trigger of a kind. */
const begunBy: Readonly<Record<string, Begins>> = { timer: 'timer', eventbridge: 'audit-events', http: 'http' };

/** A trigger that the handler knows nothing of begins failures only. */
function beginProblems(manifest: Manifest | undefined, { triggers: list = [] }: FunctionProps): string[] {
  if (manifest === undefined) return ['functions/catalog.ts has no function of this name'];
  return list
    .filter(({ triggerType }) => !manifest.begins.some((each) => each === begunBy[triggerType]))
    .map(
      ({ triggerName, triggerType }) => `its trigger ${triggerName} is of type ${triggerType}, which its manifest says does not begin it`,
    );
}

/** One run at a time, never retried, and somebody is told when one fails. */
function moneyProblems({ asyncInvokeConfig, concurrencyConfig, triggers: list = [] }: FunctionProps): string[] {
  const { maxAsyncRetryAttempts, maxAsyncEventAgeInSeconds = Number.POSITIVE_INFINITY, destinationConfig } = asyncInvokeConfig ?? {};
  return [
    ...(maxAsyncRetryAttempts === 0 ? [] : ['it orders, so it needs maxAsyncRetryAttempts: 0']),
    ...(concurrencyConfig?.reservedConcurrency === 1 ? [] : ['it orders, so it needs reservedConcurrency: 1']),
    ...(destinationConfig?.onFailure ? [] : ['it orders, so it needs a destinationConfig.onFailure']),
    ...(maxAsyncEventAgeInSeconds <= oldestOrderSeconds ? [] : [`it orders, so its events may wait ${oldestOrderSeconds} seconds at most`]),
    ...(list.every(({ triggerType }) => triggerType === 'timer') ? [] : ['it orders, so nothing but a timer may begin it']),
  ];
}

function duplicates(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
