import type { Manifest } from '../../shared/planning/manifest.ts';
import type { Deployment } from './schema.ts';

type Resources = Deployment['resources'];

/** The function that starts runs of others. */
const dispatch = 'dispatch';

/**
 * What is wrong with who starts whom: every function is started by a trigger, by `dispatch` or as the destination of failures, and by no two
 * of the first ones on a timer; what is named exists; failures do not go around in circles.
 */
export function startProblems(resources: Resources, manifests: readonly Manifest[]): readonly string[] {
  const manifestOf = (name: string) => manifests.find((manifest) => manifest.name === name);
  const dispatched = dispatchedBy(resources);
  const targets = destinations(resources);
  const problems: string[] = [];
  for (const [timer, names] of dispatched) {
    if (names.length === 0) problems.push(`${dispatch}: its timer ${timer} names no function`);
    for (const name of names) {
      const started = resources[name];
      if (started === undefined) problems.push(`${dispatch}: its timer ${timer} names ${name}, which is not here`);
      else if (manifestOf(name)?.harms.includes('spend'))
        problems.push(`${dispatch}: its timer ${timer} names ${name}, which orders and has a timer of its own`);
      else if (![undefined, 'regions', 'targets'].includes(manifestOf(name)?.spread))
        problems.push(`${dispatch}: its timer ${timer} names ${name}, which runs all targets in turn and has a timer of its own`);
      else {
        if (!hearsEvents(resources, name) && started.props.role !== resources[dispatch]?.props.role)
          problems.push(`${name}: its role is not that of ${dispatch}, which runs it itself where there is one target only`);
        if (started.props.asyncInvokeConfig?.asyncTask !== true)
          problems.push(`${name}: ${dispatch} starts it, so it needs asyncTask: true, or task ids are not kept`);
        if (hasTimer(resources, name)) problems.push(`${name}: it has a timer of its own, and ${dispatch} starts it as well`);
      }
    }
  }
  for (const [name, { props }] of Object.entries(resources)) {
    const sharing = Object.keys(resources).filter((other) => other !== name && resources[other]?.props.role === props.role);
    if (hearsEvents(resources, name) && sharing.length > 0)
      problems.push(`${name}: it hears events, which anybody may make up, so it needs a role of its own, and not that of ${sharing[0]}`);
  }
  const started = new Set([...dispatched.values()].flat());
  const called = new Map(Object.entries(resources).map(([name, { props }]) => [props.functionName, name]));
  for (const [from, arn] of targets) {
    const place = /^acs:fc:([^:]*):(\d*):functions\/(.+)$/.exec(arn);
    if (place === null) continue;
    const to = called.get(place[3] ?? '');
    if (to === undefined) problems.push(`${from}: its failures go to ${place[3]}, which is not here`);
    else {
      started.add(to);
      if (targets.has(to)) problems.push(`${from}: its failures go to ${to}, whose own failures go on: they could go around in circles`);
      if (resources[to]?.props.triggers?.some(({ triggerType }) => triggerType === 'http'))
        problems.push(`${from}: its failures go to ${to}, which takes HTTP only`);
    }
    if (place[1] !== resources[from]?.props.region) problems.push(`${from}: its failures go to another region, ${place[1]}`);
  }
  for (const [name, { props }] of Object.entries(resources)) {
    if (!props.triggers?.length && !started.has(name)) problems.push(`${name}: nothing starts it`);
  }
  return problems;
}

/** The functions that each timer of `dispatch` names in its payload. */
function dispatchedBy(resources: Resources): ReadonlyMap<string, readonly string[]> {
  const named = new Map<string, readonly string[]>();
  for (const trigger of resources[dispatch]?.props.triggers ?? []) {
    if (trigger.triggerType !== 'timer') continue;
    const { functions } = JSON.parse(trigger.triggerConfig.payload) as { functions?: unknown };
    named.set(trigger.triggerName, Array.isArray(functions) ? functions.map(String) : []);
  }
  return named;
}

/** Where the failures of each function go. */
function destinations(resources: Resources): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(resources).flatMap(([name, { props }]) => {
      const arn = props.asyncInvokeConfig?.destinationConfig?.onFailure?.destination;
      return arn === undefined ? [] : [[name, arn] as const];
    }),
  );
}

function hearsEvents(resources: Resources, name: string): boolean {
  return resources[name]?.props.triggers?.some(({ triggerType }) => triggerType === 'eventbridge') ?? false;
}

/** A timer that has only what is waited for looked at is no sweep. */
function hasTimer(resources: Resources, name: string): boolean {
  const triggers = resources[name]?.props.triggers ?? [];
  return triggers.some((trigger) => trigger.triggerType === 'timer' && !looksAtAwaited(trigger.triggerConfig.payload));
}

function looksAtAwaited(payload: string): boolean {
  return (JSON.parse(payload) as { readonly awaited?: unknown }).awaited === true;
}
