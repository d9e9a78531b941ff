import { describe, expect, test } from 'vitest';
import { elementOf, elementsOf } from '../../shared/journal/store/oss-client.ts';

describe('elements of an answer of OSS', () => {
  test.each([
    ['<R><Key>a</Key><Key>b</Key></R>', ['a', 'b']],
    ['<R><Key/><Key></Key><Key a="1">x</Key><Key\n>y</Key></R>', ['', '', 'x', 'y']],
    ['<R><KeyCount>2</KeyCount><Keys>n</Keys><Key>only</Key></R>', ['only']],
    ['<Key>a&amp;b&#x41;&#66;&unknown;</Key>', ['a&bAB&unknown;']],
    ['<Key><Inner>i</Inner></Key>', ['<Inner>i</Inner>']],
    ['<Key>never ends', []],
    ['<Key', []],
    ['', []],
  ])('%j', (xml, texts) => {
    expect(elementsOf(xml, 'Key')).toEqual(texts);
    expect(elementOf(xml, 'Key')).toBe(texts[0]);
  });
});
