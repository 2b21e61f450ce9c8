import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NumberText, printJson } from '../../../src/server/admin/java-json.ts';

test('java json: all kinds of values → the text of Java 3.9.5', () => {
  const value = {
    connections: [{ session_id: 72059252840529921n, last: 'GETD', none: null }, { on: true }],
    digests: [],
    map: new Map([
      ['25389000', [72059252840529921n, 1]],
      ['25368000', []],
    ]),
    empty: {},
    avg: new NumberText('0.0'),
    error: null,
  };
  assert.equal(
    printJson(value),
    `{
  "connections" : [ {
    "session_id" : 72059252840529921,
    "last" : "GETD",
    "none" : null
  }, {
    "on" : true
  } ],
  "digests" : [ ],
  "map" : {
    "25389000" : [ 72059252840529921, 1 ],
    "25368000" : [ ]
  },
  "empty" : { },
  "avg" : 0.0,
  "error" : null
}`,
  );
});

test('java json: names and texts of a client → escaped', () => {
  const hostile = 'a"b\\c\nd\u0000<script>';
  const printed = printJson({ [hostile]: hostile });
  assert.deepEqual(JSON.parse(printed), { [hostile]: hostile });
});
