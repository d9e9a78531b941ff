// The inside of a local instance: loads one bundle as the runtime of Function Compute does, and calls its handler when told to.
// It is CommonJS and plain JavaScript, so that nothing but the bundle is loaded beside it.
'use strict';
const { writeSync } = require('node:fs');
const { Socket } = require('node:net');

const { bundle, token, context: known } = JSON.parse(process.argv[2] ?? '{}');
// The bundle is to find no trace of this file where a deployed one would find none.
process.argv.length = 2;

const print = { 1: process.stdout.write.bind(process.stdout), 2: process.stderr.write.bind(process.stderr) };

// The world of a simulator may have another time than this machine. It runs on from there as any clock does; nothing shipped knows of it.
let aheadMs = 0;
const RealDate = Date;
const realNow = Date.now;
RealDate.now = () => realNow() + aheadMs;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [RealDate.now()] : args, newTarget),
  apply: () => new RealDate(RealDate.now()).toString(),
});

/** Says something to the outside. Written at once: what was said before the process ends is said. */
function say(message) {
  let rest = Buffer.from(`${JSON.stringify(message)}\n`);
  while (rest.length > 0) rest = rest.subarray(writeSync(4, rest));
}

/** Ends the output of a call on both streams, so that the outside knows when it has all of it. */
function mark(call) {
  for (const stream of [1, 2]) print[stream](`${token} ${call}\n`);
}

/** What became of an error, as the platform answers it. */
function shaped(error) {
  if (!(error instanceof Error))
    return { errorMessage: typeof error === 'string' ? error : JSON.stringify(error), errorType: typeof error };
  return { errorMessage: error.message, errorType: error.name, stackTrace: (error.stack ?? '').split('\n') };
}

/** A value as it is sent: a Buffer as it is, an object as JSON, anything else as text. */
function sent(value) {
  if (value instanceof Uint8Array) return { form: 'bytes', body: Buffer.from(value).toString('base64') };
  if (value === undefined) return { form: 'text', body: '' };
  if (typeof value === 'object') return { form: 'json', body: JSON.stringify(value) };
  return { form: 'text', body: String(value) };
}

function contextOf(requestId) {
  const line = (level) => (text) => console.log(`${new Date().toISOString()} ${requestId} [${level}] ${text}`);
  const { ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId, ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret } = process.env;
  const credentials = { accessKeyId, accessKeySecret, securityToken: process.env.ALIBABA_CLOUD_SECURITY_TOKEN };
  const levels = ['debug', 'info', 'warn', 'error'].map((level) => [level, line(level)]);
  return {
    requestId,
    ...(accessKeyId ? { credentials } : {}),
    ...known,
    tracing: { spanContext: '', jaegerEndpoint: '', spanBaggages: {}, parseOpenTracingBaggages: () => ({}) },
    logger: { ...Object.fromEntries(levels), log: line('info') },
  };
}

/** Calls what may take a callback in its last place, answer by promise, or both. */
function called(what, args) {
  return new Promise((resolve, reject) => {
    const callback = (error, value) => (error ? reject(error) : resolve(value));
    const value = what(...args, callback);
    if (typeof value?.then === 'function') value.then(resolve, reject);
    else if (what.length <= args.length) resolve(value);
  });
}

/** Whatever keeps the process busy beyond what kept it so when the bundle was loaded. */
function busyBeyond(before) {
  const left = process.getActiveResourcesInfo();
  for (const kind of before) {
    const place = left.indexOf(kind);
    if (place >= 0) left.splice(place, 1);
  }
  return left;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

let exported;
let atRest = [];

async function load() {
  try {
    exported = require(bundle);
    const { handler, initialize } = exported;
    if (typeof handler !== 'function') throw new TypeError(`${bundle} exports no function named handler.`);
    if (typeof initialize === 'function') await called(initialize, [contextOf('initializer')]);
    await turn();
    atRest = process.getActiveResourcesInfo();
    mark('load');
    say({ call: 'load', ok: true });
  } catch (error) {
    mark('load');
    say({ call: 'load', ok: false, error: shaped(error) });
  }
}

async function invoke({ call, requestId, event, nowMs }) {
  aheadMs = nowMs === undefined ? 0 : nowMs - realNow();
  let answer;
  try {
    answer = { ok: true, ...sent(await called(exported.handler, [Buffer.from(event, 'base64'), contextOf(requestId)])) };
  } catch (error) {
    answer = { ok: false, error: shaped(error) };
  }
  // One turn for what is only being closed.
  await turn();
  const leftBehind = busyBeyond(atRest);
  mark(call);
  say({ call, ...answer, leftBehind });
}

async function stop({ call }) {
  let answer = { ok: true };
  try {
    if (typeof exported?.preStop === 'function') await called(exported.preStop, [contextOf('preStop')]);
  } catch (error) {
    answer = { ok: false, error: shaped(error) };
  }
  mark(call);
  say({ call, ...answer });
}

const orders = new Socket({ fd: 3, readable: true, writable: false });
let text = '';
orders.setEncoding('utf8');
orders.on('data', (chunk) => {
  text += chunk;
  const lines = text.split('\n');
  text = lines.pop();
  for (const line of lines) {
    const order = JSON.parse(line);
    void (order.kind === 'invoke' ? invoke(order) : stop(order));
  }
});
// Whoever started this is gone.
orders.on('end', () => process.exit(0));

void load();
