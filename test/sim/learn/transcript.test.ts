import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Transcript } from '../../../src/sim/learn/transcript.ts';

test('transcript: sayings and events → paragraphs and lines, times from the beginning', () => {
  const transcript = new Transcript();
  transcript.begin(1_000_000);
  transcript.say(`A story
    begins.`);
  transcript.event({ nowUs: 1_000_800, from: '1', to: '2', text: 'PING' });
  transcript.event({ nowUs: 1_001_600, from: '2', text: 'LOOKING' });
  transcript.row('3 voters: 1');
  transcript.say('It ends.');
  const lines = ['A story begins.', '', '      0.8 ms  1 → 2        PING'];
  const rest = [
    '      1.6 ms  2            LOOKING',
    '              3 voters: 1',
    '',
    'It ends.',
    '',
  ];
  assert.equal(transcript.render(), [...lines, ...rest].join('\n'));
});

test('transcript: the same to several at once → one line', () => {
  const transcript = new Transcript();
  for (const to of ['1', '2']) transcript.event({ nowUs: 0, from: '3', to, text: 'COMMIT' });
  transcript.event({ nowUs: 1, from: '3', to: '1', text: 'COMMIT' });
  assert.match(transcript.render(), /3 → 1, 2 +COMMIT\n.*3 → 1 +COMMIT\n$/);
});

test('transcript: what becomes of a server → before what it sends in that step', () => {
  const transcript = new Transcript();
  transcript.event({ nowUs: 0, from: '1', to: '2', text: 'before' });
  const mark = transcript.mark();
  transcript.event({ nowUs: 0, from: '1', to: '2', text: 'vote' });
  transcript.event({ nowUs: 0, from: '1', text: 'LOOKING' });
  assert.match(transcript.render(), /before\n.*LOOKING\n.*vote\n$/);
  assert.ok(transcript.has(/^1 LOOKING/, mark));
});

test('transcript: muted or hidden → not printed, and found', () => {
  const transcript = new Transcript();
  transcript.isMuted = true;
  transcript.say('nothing');
  transcript.event({ nowUs: 0, from: '1', text: 'LOOKING' });
  transcript.isMuted = false;
  transcript.event({ nowUs: 0, from: '1', to: '2', text: 'PING', isHidden: true });
  assert.equal(transcript.render(), '');
  assert.ok(transcript.has(/^1 LOOKING/, 0) && transcript.has(/^1 → 2 PING/, 0));
});
