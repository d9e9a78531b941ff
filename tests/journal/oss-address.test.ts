import { expect, test } from 'vitest';
import { elementOf, elementsOf, parseOssAddress, routeTo } from '../../shared/journal/store/oss-client.ts';

test.each([
  ['oss://acme-journal/prod', { bucket: 'acme-journal', prefix: 'prod' }],
  ['oss://acme-journal/prod/cn/', { bucket: 'acme-journal', prefix: 'prod/cn' }],
  ['oss://acme-journal', { bucket: 'acme-journal', prefix: '' }],
  ['oss://acme-journal/', { bucket: 'acme-journal', prefix: '' }],
  ['oss://Acme/prod', undefined],
  ['oss://-a-/prod', undefined],
  ['dir:./state', undefined],
  ['https://acme-journal/prod', undefined],
])('%s names %o', (address, place) => {
  expect(parseOssAddress(address)).toEqual(place);
});

test.each([
  [undefined, { host: 'journal.oss-cn-shanghai.aliyuncs.com', secure: true, port: 443 }, ''],
  ['oss-cn-shanghai-internal.aliyuncs.com', { host: 'journal.oss-cn-shanghai-internal.aliyuncs.com', secure: true }, ''],
  ['https://oss.example.com:8443', { host: 'journal.oss.example.com:8443', hostname: 'journal.oss.example.com', port: 8443 }, ''],
  ['http://127.0.0.1:40123', { host: '127.0.0.1:40123', secure: false, port: 40_123 }, '/journal'],
  ['http://localhost:1', { host: 'localhost:1', secure: false }, '/journal'],
  ['http://[::1]:1', { host: '[::1]:1', hostname: '::1' }, '/journal'],
])('through the endpoint %s a bucket is reached at its host or path', (endpoint, expected, base) => {
  const route = routeTo('journal', 'cn-shanghai', { endpoint });
  expect(route.endpoint).toMatchObject(expected);
  expect(route.base).toBe(base);
});

test.each(['http://oss-cn-shanghai.aliyuncs.com', 'http://192.168.0.1', 'ftp://127.0.0.1', 'https://oss.example.com/path'])(
  'the endpoint %s is refused',
  (endpoint) => {
    expect(() => routeTo('journal', 'cn-shanghai', { endpoint })).toThrow(/endpoint/);
  },
);

test.each([
  [{ internal: true }, 'journal.oss-cn-shanghai-internal.aliyuncs.com', ''],
  [{ internal: false }, 'journal.oss-cn-shanghai.aliyuncs.com', ''],
  [{ internal: true, endpoint: 'oss-cn-shanghai.aliyuncs.com' }, 'journal.oss-cn-shanghai.aliyuncs.com', ''],
  [{ endpoint: 'journal.example.com', cname: true }, 'journal.example.com', ''],
  [{ endpoint: 'http://127.0.0.1:40123', cname: true }, '127.0.0.1:40123', ''],
])('with %j a bucket is reached at %s', (host, expected, base) => {
  const route = routeTo('journal', 'cn-shanghai', host);
  expect([route.endpoint.host, route.base]).toEqual([expected, base]);
});

test('XML answers are read with their entities resolved', () => {
  const xml = `<?xml version="1.0"?><R xmlns="x"><Key>a&amp;b</Key><Key/><Key a="1">&#x4E2D;&#20013;&lt;&unknown;</Key><Keys>no</Keys><E></E></R>`;
  expect(elementsOf(xml, 'Key')).toEqual(['a&b', '', '中中<&unknown;']);
  expect(elementOf(xml, 'E')).toBe('');
  expect(elementOf(xml, 'Nothing')).toBeUndefined();
});
