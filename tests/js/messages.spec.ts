import { describe, expect, test } from 'vitest';

import { isControlWord, isSent } from '../../src/protocol';

describe('what the kernel sends is known by its form', () => {
  test.each([
    { kind: 'delta', serial: 3 },
    { kind: 'patch', content: '{}', ids: [] },
    { kind: 'answer', id: '1', reply: {} },
    { kind: 'refusal', id: '1', said: 'There is no such case.' },
  ])('%j is taken', (sent) => {
    expect(isSent(sent)).toBe(true);
  });

  test.each([
    null,
    'delta',
    [],
    { kind: 'delta', serial: 0.5 },
    { kind: 'patch', content: '{}' },
    { kind: 'patch', content: 1, ids: [] },
    { kind: 'answer', id: '1', reply: null },
    { kind: 'answer', reply: {} },
    { kind: 'refusal', id: '1' },
    { kind: 'run', id: '1' },
  ])('%j is left alone', (sent) => {
    expect(isSent(sent)).toBe(false);
  });

  test('a control word is one of four', () => {
    expect(['pause', 'resume', 'stop', 'cancel', 'halt', null].filter(isControlWord)).toHaveLength(4);
  });
});
