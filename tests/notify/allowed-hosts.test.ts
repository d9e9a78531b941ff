import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostList, isAllowedHost } from '../../shared/notify/posting-channel.ts';
import { slackChannel } from '../../shared/notify/slack-channel.ts';
import { clockOf } from '../fixtures/clocks.ts';

const clock = clockOf(() => 0);
const kindOf = (url: string, allowedHosts: readonly string[]) => slackChannel({ url, allowedHosts, clock }).kind;

test.each<readonly [string, readonly string[], boolean]>([
  ['hooks.example.com', ['*.example.com'], true],
  ['a.b.example.com', ['*.example.com'], true],
  ['HOOKS.example.com', ['hooks.EXAMPLE.com'], true],
  ['example.com', ['*.example.com'], false],
  ['evilexample.com', ['*.example.com'], false],
  ['hooks.example.com.evil.org', ['*.example.com'], false],
  ['anything.org', ['*.'], false],
  ['anything.org', ['*'], false],
  ['anything.org', [''], false],
  ['hooks.slack.com.', [], false],
])('host %s on the list %j: %s', (host, allowed, is) => {
  expect(kindOf(`https://${host}/`, allowed)).toBe(is ? 'slack' : 'dead');
});

describe('a literal address', () => {
  const literals = [
    ['https://10.0.0.1/', '10.0.0.1'],
    ['https://172.16.0.9/', '172.16.0.9'],
    ['https://192.168.1.1/', '192.168.1.1'],
    ['https://169.254.169.254/latest', '169.254.169.254'],
    ['https://100.100.100.200/latest', '100.100.100.200'],
    ['https://100.64.0.1/', '100.64.0.1'],
    ['https://0x0a000001/', '10.0.0.1'],
    ['https://167772161/', '10.0.0.1'],
    ['https://012.1/', '10.0.0.1'],
    ['https://127.1/', '127.0.0.1'],
    ['https://0/', '0.0.0.0'],
    ['https://８.8.8.8/', '8.8.8.8'],
    ['https://[fd00::1]/', 'fd00::1'],
    ['https://[fe80::1]/', 'fe80::1'],
    ['https://[::ffff:10.0.0.1]/', '::ffff:a00:1'],
    ['https://[::ffff:169.254.169.254]/', '::ffff:a9fe:a9fe'],
    ['https://[::1]/', '::1'],
  ] as const;

  test.each(literals)('%s is refused whatever pattern is listed, and taken only where %s is listed exactly', (url, exact) => {
    const patterns = ['*.0.0.1', '*.0.1', '*.1', '*.254', '*.200', '*.0', '*.8', '*::1', '*.::1', '*', '*.*', 'hooks.slack.com'];
    expect(kindOf(url, patterns)).toBe('dead');
    expect(kindOf(url, [exact])).toBe('slack');
  });

  test('no list without the very address admits it', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const entry = fc.oneof(
      fc.domain(),
      fc.domain().map((domain) => `*.${domain}`),
      fc.ipV4().map((ip) => `*.${ip}`),
      octet.map((n) => `*.${n}`),
    );
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.array(entry), (address, list) => {
        const { hostname } = new URL(`https://${address.includes(':') ? `[${address}]` : address}/`);
        expect(isAllowedHost(hostname.replace(/^\[|\]$/g, ''), list)).toBe(false);
      }),
    );
  });
});

test('a list is separated by commas, and empty parts of it are none', () => {
  expect(hostList(' a.example.com,, *.b.example.com ,')).toEqual(['a.example.com', '*.b.example.com']);
  expect([hostList(undefined), hostList(' ')]).toEqual([[], []]);
});
